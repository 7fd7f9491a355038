package export

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
	"leaktop/diff/pseudonym"
)

// pseudonymsNote tells whoever reads an anonymised report what the names are.
const pseudonymsNote = "the names of functions, files, labels and the target are pseudonyms: a word has the same one everywhere"

// Anonymise returns a run that says the same about a program without telling
// which: functions, files, labels, request handlers, the target, its build and
// what the inputs were called are replaced by pseudonyms that depend on the salt
// (see [pseudonym]), in sentences as well. Numbers, times and the names of
// standard libraries stay. Every format can be written of it; what was fetched
// raw is not part of a run, and is not to be handed on with it. The options come
// back with what they name replaced, too.
func Anonymise(r Run, o Options, salt []byte) (Run, Options) {
	a := &anonymiser{
		namer:  pseudonym.New(salt),
		to:     snapshot.NewTable(),
		stacks: make(map[stackOf]snapshot.StackID),
	}
	out := r
	out.Heap, out.Goroutines = a.comparison(r.Heap), a.comparison(r.Goroutines)
	out.Table, out.Root = a.to, ""
	out.Judged = a.judged(r.Table, r.Judged)
	texts := a.namer.Texts(a.known(r))
	if out.Judged != nil {
		reasons(out.Judged, texts)
	}
	out.Target = a.target(r.Target)
	out.Base, out.Current = a.input(r.Base), a.input(r.Current)
	out.Notes, out.Said = nil, nil
	for _, note := range r.Notes {
		out.Notes = append(out.Notes, texts.Replace(note))
	}
	out.Notes = append(out.Notes, pseudonymsNote)
	out.Curves.Source = source(r.Curves.Source)
	out.Curves.Points = slices.Clone(r.Curves.Points)
	for i := range out.Curves.Points {
		out.Curves.Points[i].Source = source(out.Curves.Points[i].Source)
	}
	if _, err := strconv.Atoi(o.SampleType); err != nil {
		o.SampleType = a.sampleType(o.SampleType)
	}
	return out, o
}

// anonymiser moves what it is given to a table of its own.
type anonymiser struct {
	namer  *pseudonym.Namer
	to     *snapshot.Table
	stacks map[stackOf]snapshot.StackID
}

// stackOf is a stack of some table.
type stackOf struct {
	table *snapshot.Table
	id    snapshot.StackID
}

func (a *anonymiser) stack(from *snapshot.Table, id snapshot.StackID) snapshot.StackID {
	if id == snapshot.NoStack || from == nil {
		return snapshot.NoStack
	}
	known, ok := a.stacks[stackOf{from, id}]
	if !ok {
		var frames []snapshot.FrameID
		for f := range from.Frames(id) {
			frames = append(frames, a.to.InternFrame(a.namer.Frame(f)))
		}
		// What a goroutine waits for is told in the runtime's words.
		known = a.to.InState(a.to.InternStack(frames), from.State(id))
		a.stacks[stackOf{from, id}] = known
	}
	return known
}

func (a *anonymiser) comparison(c *diff.Comparison) *diff.Comparison {
	if c == nil {
		return nil
	}
	return diff.Compare(a.to, a.profile(c.Table, c.Base), a.profile(c.Table, c.Current))
}

func (a *anonymiser) profile(from *snapshot.Table, p *snapshot.Profile) *snapshot.Profile {
	if p == nil {
		return nil
	}
	head := *p
	head.Types = slices.Clone(p.Types)
	for i, t := range head.Types {
		head.Types[i] = snapshot.SampleType{Name: a.sampleType(t.Name), Unit: a.sampleType(t.Unit)}
	}
	head.BuildID, head.Mappings = a.namer.Word(p.BuildID), a.namer.Word(p.Mappings)
	b := snapshot.NewBuilder(head)
	for i, k := range p.Keys {
		var labels []snapshot.Label
		for _, l := range from.Labels(k.Labels) {
			labels = append(labels, snapshot.Label{Key: a.namer.Word(l.Key), Value: a.namer.Word(l.Value)})
		}
		k.Stack, k.Labels = a.stack(from, k.Stack), a.to.InternLabels(labels)
		b.Add(k, p.Vector(i))
	}
	out := b.Profile()
	out.Told = snapshot.RenameTold(p.Told,
		func(id snapshot.StackID) snapshot.StackID { return a.stack(from, id) },
		func(id snapshot.FrameID) snapshot.FrameID { return a.to.InternFrame(a.namer.Frame(from.Frame(id))) })
	return out
}

// usualTypes are the words that the sample types and units of runtimes consist of.
var usualTypes = regexp.MustCompile(`^(alloc|inuse|in|use|total|objects?|space|goroutines?|goroutineleak|contentions|delay|samples?|cpu|wall|block|mutex|bytes|count|nanoseconds|microseconds|milliseconds|seconds|ns|us|ms|s)$`)

// sampleType keeps the words of a sample type that are not the program's own.
func (a *anonymiser) sampleType(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if w != "" && !usualTypes.MatchString(w) {
			words[i] = a.namer.Word(w)
		}
	}
	return strings.Join(words, "_")
}

// judged replaces the names in the findings.
func (a *anonymiser) judged(from *snapshot.Table, j *gate.Judged) *gate.Judged {
	if j == nil {
		return nil
	}
	out := *j
	out.Findings, out.Known = slices.Clone(j.Findings), slices.Clone(j.Known)
	for _, findings := range [][]leak.Finding{out.Findings, out.Known} {
		for i := range findings {
			a.finding(from, &findings[i])
		}
	}
	return &out
}

func (a *anonymiser) finding(from *snapshot.Table, f *leak.Finding) {
	f.ID = a.namer.ID(f.ID)
	f.Claim, f.Recheck, f.Facts = a.fact(f.Claim), a.fact(f.Recheck), slices.Clone(f.Facts)
	for i, fact := range f.Facts {
		f.Facts[i] = a.fact(fact)
	}
	f.Where = a.namer.Frame(f.Where)
	f.Stack = a.stack(from, f.Stack)
	f.Stacks, f.Related, f.Groups = slices.Clone(f.Stacks), slices.Clone(f.Related), slices.Clone(f.Groups)
	for i, id := range f.Stacks {
		f.Stacks[i] = a.stack(from, id)
	}
	for i, to := range f.Related {
		f.Related[i].Stack = a.stack(from, to.Stack)
	}
	f.Group = a.group(f.Group)
	for i, g := range f.Groups {
		f.Groups[i] = a.group(g)
	}
	if f.HasHandler {
		h := &f.Handler
		h.Name, h.Function, h.File = a.handler(h.Name), a.namer.Function(h.Function), a.namer.File(h.File)
	}
}

// fact renames what a fact names, which is all that a sentence made of it holds.
func (a *anonymiser) fact(f leak.Fact) leak.Fact { return f.Renamed(a.namer.Function, a.handler) }

func (a *anonymiser) group(g diff.GroupKey) diff.GroupKey {
	g.Entry, g.Blocked = a.namer.Function(g.Entry), a.namer.Function(g.Blocked)
	return g
}
