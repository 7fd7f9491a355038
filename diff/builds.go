package diff

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// code is what the stacks of one profile show of the code of a build: its
// functions by name.
type code map[string]*function

// function is what is seen of one.
type function struct {
	name  string
	start int    // line of its func keyword, 0 unknown
	file  string // "" unknown
	sites []site // in order of lines, each once
}

// site is a place in a function: a line at which it calls another function, or
// at which a stack ends.
type site struct {
	line   int
	callee string // "" where the stack ends
}

func (s site) compare(o site) int {
	return cmp.Or(cmp.Compare(s.line, o.line), strings.Compare(s.callee, o.callee))
}

// readCode collects the code that the stacks of a profile go through.
func readCode(t *snapshot.Table, p *snapshot.Profile) code {
	c := make(code)
	type call struct{ frame, callee snapshot.FrameID }
	seen := make(map[call]bool)
	last := snapshot.NoStack
	for _, k := range p.Keys {
		if k.Stack == last {
			continue
		}
		last = k.Stack
		var callee snapshot.FrameID
		for f := range t.FrameIDs(k.Stack) {
			if at := (call{f, callee}); !seen[at] {
				seen[at] = true
				c.add(t.Frame(f), t.Frame(callee).Function)
			}
			callee = f
		}
	}
	for _, f := range c {
		slices.SortFunc(f.sites, site.compare)
		f.sites = slices.Compact(f.sites)
	}
	return c
}

func (c code) add(f snapshot.Frame, callee string) {
	fn := c[f.Function]
	if fn == nil {
		fn = &function{name: f.Function, start: f.StartLine, file: f.File}
		c[f.Function] = fn
	}
	fn.sites = append(fn.sites, site{f.Line, callee})
}

// moved reports whether two profiles show one function at two places, which it
// cannot be at within one build.
func (c code) moved(o code) bool {
	for name, f := range c {
		g := o[name]
		if g == nil || name == "" || strings.HasSuffix(name, ".init") {
			continue // a package's init is at every variable that it sets
		}
		if f.start > 0 && g.start > 0 && f.start != g.start || f.file != "" && g.file != "" && f.file != g.file {
			return true
		}
	}
	return false
}

// rebuild says what became of the code of one build in another.
type rebuild struct {
	before, after code
	names         map[string]string // what a function before is called after
	pairs         map[string]string // those of names that are in both builds
	lines         map[siteOf]int    // the line after; what is missing was not found again
}

// siteOf is a site of a function of the build before. Its callee has the name
// that it has after.
type siteOf struct {
	function string
	site
}

// newRebuild finds the code of one build in another.
func newRebuild(before, after code) *rebuild {
	r := &rebuild{
		before: before, after: after,
		names: make(map[string]string, len(before)),
		pairs: make(map[string]string, len(before)),
		lines: make(map[siteOf]int),
	}
	r.pairFunctions()
	for name, pair := range r.pairs {
		r.pairLines(before[name], after[pair])
	}
	return r
}

// pairFunctions finds each function of the build before: by its name, but for
// those that are numbered, which are found by what they do and in which order
// they stand.
func (r *rebuild) pairFunctions() {
	type alike struct{ before, after []*function }
	classes := make(map[string]*alike)
	class := func(name string) *alike {
		key := Unnumbered(name)
		if classes[key] == nil {
			classes[key] = &alike{}
		}
		return classes[key]
	}
	for name, f := range r.before {
		c := class(name)
		c.before = append(c.before, f)
	}
	for name, f := range r.after {
		c := class(name)
		c.after = append(c.after, f)
	}
	for _, c := range classes {
		r.pairAlike(c.before, c.after)
	}
	for name := range r.before {
		pair, ok := r.pairs[name]
		switch {
		case ok:
			r.names[name] = pair
		case r.after[name] != nil:
			r.names[name] = name + " (before)" // its name is another's now
		default:
			r.names[name] = name
		}
	}
}

// pairAlike pairs functions whose names differ in their numbers only.
func (r *rebuild) pairAlike(before, after []*function) {
	if len(before) == 1 && len(after) == 1 && before[0].name == after[0].name {
		r.pairs[before[0].name] = after[0].name
		return
	}
	a, b := inOrder(before), inOrder(after)
	calls := make(map[*function]map[site]bool, len(a)+len(b))
	for _, f := range slices.Concat(a, b) {
		calls[f] = f.calls()
	}
	// Where they stand, and which number they have, only decides between such as
	// do the same.
	pairs := align(starts(a), starts(b), moving{0.2, 0.05}, func(i, j int) float64 {
		alike := similarity(calls[a[i]], calls[b[j]])
		switch {
		case a[i].name == b[j].name:
			return alike + 1.01
		case alike > 0:
			return alike + 1
		}
		return 0
	})
	for i, f := range a {
		switch {
		case pairs == nil && r.after[f.name] != nil:
			r.pairs[f.name] = f.name
		case pairs != nil && pairs[i] >= 0:
			r.pairs[f.name] = b[pairs[i]].name
		}
	}
}

// inOrder sorts functions as they stand in their file, which is how they are numbered.
func inOrder(fs []*function) []*function {
	slices.SortFunc(fs, func(a, b *function) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
	})
	return fs
}

// starts are the lines at which functions begin.
func starts(fs []*function) []int {
	out := make([]int, len(fs))
	for i, f := range fs {
		out[i] = f.start
	}
	return out
}

// calls are the sites of a function, each with and without its line in it.
func (f *function) calls() map[site]bool {
	out := make(map[site]bool, 2*len(f.sites))
	for _, s := range f.sites {
		callee := Unnumbered(s.callee)
		out[site{0, callee}] = true
		if f.start > 0 {
			out[site{s.line - f.start + 1, callee}] = true
		}
	}
	return out
}

// similarity is the part of two sets that is in both.
func similarity(a, b map[site]bool) float64 {
	both := 0
	for word := range a {
		if b[word] {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// pairLines finds the sites of a function in its counterpart. Lines are counted
// from the func keyword where both builds tell it, else from the start of the file.
func (r *rebuild) pairLines(f, g *function) {
	fromF, fromG := 0, 0
	if f.start > 0 && g.start > 0 {
		fromF, fromG = f.start, g.start
	}
	before := make([]site, len(f.sites))
	for i, s := range f.sites {
		before[i] = site{s.line, r.name(s.callee)}
	}
	slices.SortFunc(before, site.compare)
	after := g.sites
	pairs := align(lines(before, fromF), lines(after, fromG), moving{1, 0.5}, func(i, j int) float64 {
		if before[i].callee != after[j].callee {
			return 0
		}
		return 2
	})
	for i, s := range before {
		switch {
		case pairs == nil:
			r.lines[siteOf{f.name, s}] = s.line - fromF + fromG
		case pairs[i] >= 0:
			r.lines[siteOf{f.name, s}] = after[pairs[i]].line
		}
	}
}

// lines are the lines of sites, counted from one of them.
func lines(sites []site, from int) []int {
	out := make([]int, len(sites))
	for i, s := range sites {
		out[i] = s.line - from
	}
	return out
}

// name is what a function of the build before is called after.
func (r *rebuild) name(function string) string {
	if name, ok := r.names[function]; ok {
		return name
	}
	return function
}

// forward returns a frame of the build before as it is compared with those
// after: by the function and the line that it has there. What was not found
// again is unlike all that is there.
func (r *rebuild) forward(f snapshot.Frame, callee string) snapshot.Frame {
	line, ok := r.lines[siteOf{f.Function, site{f.Line, r.name(callee)}}]
	if !ok {
		line = -f.Line
	}
	return snapshot.Frame{Function: r.name(f.Function), Line: line}
}

// same returns a frame of the build after as it is compared.
func (r *rebuild) same(f snapshot.Frame, _ string) snapshot.Frame {
	return snapshot.Frame{Function: f.Function, Line: f.Line}
}
