package decode

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
)

// nameText gives the frames of a text profile their names. Go writes them as
// comments behind each sample (printStackRecord of runtime/pprof), and
// google/pprof skips those:
//
//	20 @ 0x489b0e 0x4195bc 0x68db3e 0x491261
//	# labels: {"route":"/carts"}
//	#	0x68db3d	main.wait+0x1d	example.com/orders/main.go:17
//
// A line has the address of the call, as a location has it, one below the one in
// the sample. Functions that were inlined share an address; the innermost comes
// first. The runtime's frames at the leaf, and the one at the root, have no line:
// these keep their addresses for names.
func nameText(data []byte, p *profile.Profile) {
	n := textNames{
		locations: make(map[uint64]*profile.Location, len(p.Location)),
		functions: make(map[profile.Function]*profile.Function),
	}
	for _, l := range p.Location {
		n.locations[l.Address] = l
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("---")) {
			break // what follows is the memory map
		}
		n.line(line)
	}
	n.frame(0, profile.Line{}) // ends the last one
	p.Function = append(p.Function, n.list...)
	if len(n.list) > 0 {
		// These are for names of C: of Go's they would drop runtime.main and all above it.
		p.DropFrames, p.KeepFrames = "", ""
	}
	if n.samples != len(p.Sample) {
		return // it is another form, whose lines are no samples one by one
	}
	for i, labels := range n.labelled {
		p.Sample[i].Label = labels
	}
}

const (
	// maxNamed bounds the functions that get a name. Large programs have some ten
	// thousand.
	maxNamed = 1 << 18
	// maxInlined bounds the functions that are inlined into one another.
	maxInlined = 256
)

type textNames struct {
	locations map[uint64]*profile.Location
	functions map[profile.Function]*profile.Function // by content
	list      []*profile.Function
	samples   int                         // so far
	labelled  map[int]map[string][]string // the labels of samples, by their number from 0
	address   uint64                      // of lines
	lines     []profile.Line              // that came one after the other with one address
}

func (n *textNames) line(line []byte) {
	switch comment, ok := bytes.CutPrefix(line, []byte("#")); {
	case len(line) == 0:
	case !ok:
		n.frame(0, profile.Line{})
		// The first line that is no comment is the heading.
		if bytes.IndexByte(line, '@') >= 0 && !bytes.Contains(line, []byte("profile:")) {
			n.samples++
		}
	case bytes.HasPrefix(comment, []byte(" labels: {")):
		n.labels(string(comment[len(" labels: {"):]))
	case len(comment) > 0 && comment[0] == '\t':
		n.named(string(comment))
	}
}

// named reads "0x68db3d	main.wait+0x1d	example.com/orders/main.go:17". The
// columns are aligned, with more tabs where a name is short.
func (n *textNames) named(text string) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == '\t' })
	if len(fields) != 3 {
		return
	}
	address, err := strconv.ParseUint(fields[0], 0, 64)
	name, offset := cutLast(fields[1], "+0x")
	file, at := splitPlace([]byte(fields[2]))
	if err != nil || offset == "" || n.locations[address] == nil {
		return
	}
	f := profile.Function{Name: name, SystemName: name, Filename: string(file)}
	if n.functions[f] == nil {
		if len(n.list) == maxNamed {
			return
		}
		made := f
		made.ID = uint64(len(n.list) + 1)
		n.functions[f] = &made
		n.list = append(n.list, &made)
	}
	n.frame(address, profile.Line{Function: n.functions[f], Line: int64(at)})
}

// frame takes in one frame of an address. Where the address changes, what came
// before is one location's. A location that was seen is not changed, unless some
// of its frames were hidden there, at the leaf of another stack.
func (n *textNames) frame(address uint64, line profile.Line) {
	if address != n.address {
		if l := n.locations[n.address]; l != nil && len(n.lines) > len(l.Line) {
			l.Line = append([]profile.Line(nil), n.lines...)
		}
		n.address, n.lines = address, n.lines[:0]
	}
	if line.Function != nil && len(n.lines) < maxInlined {
		n.lines = append(n.lines, line)
	}
}

// labels reads `"key":"value", "key":"value"}` of the sample at hand.
func (n *textNames) labels(text string) {
	if n.samples == 0 || n.labelled[n.samples-1] != nil {
		return
	}
	if n.labelled == nil {
		n.labelled = make(map[int]map[string][]string)
	}
	n.labelled[n.samples-1], _ = labelsIn(text)
}

// labelsIn are the labels that a text begins with, and what stands behind the last.
func labelsIn(text string) (labels map[string][]string, rest string) {
	labels, rest = make(map[string][]string), text
	for ok := true; ok; {
		key, after, okKey := quoted(text)
		after, separated := strings.CutPrefix(after, ":")
		value, after, okValue := quoted(after)
		if !okKey || !separated || !okValue {
			break
		}
		labels[key], rest = append(labels[key], value), after
		text, ok = strings.CutPrefix(after, ", ")
	}
	return labels, rest
}

// withoutUnnamed leaves out the frames that a text of Go has no names for: the
// runtime's at the leaf, and runtime.goexit at the root. Of a heap profile the
// standard form lacks them, too. Of goroutines they would tell the state, which is
// unknown then.
func withoutUnnamed(p *snapshot.Profile, table *snapshot.Table) *snapshot.Profile {
	var frames []snapshot.FrameID
	named := false
	out := p.Restack(func(k snapshot.Key) snapshot.Key {
		frames = frames[:0]
		hidden, end := false, 0
		for id := range table.FrameIDs(k.Stack) {
			known := table.Frame(id).File != "" || table.Frame(id).Line > 0
			if !known && len(frames) == 0 {
				hidden = true
				continue
			}
			if frames = append(frames, id); known {
				end = len(frames)
			}
		}
		if end == 0 {
			return k
		}
		named = true
		k.Stack = table.InternStack(frames[:end])
		if hidden && p.Kind == snapshot.Goroutine {
			k.Stack = table.InState(k.Stack, snapshot.UnknownState)
		}
		return k
	})
	if named && p.Kind == snapshot.Goroutine {
		out.Form = snapshot.NoLeaf
	}
	return out
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, separator string) (before, after string) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+len(separator):]
}
