package handler

import (
	"fmt"
	"regexp"

	"leaktop/capture/snapshot"
)

// Indices that stand for no index.
const (
	noHandler  int32 = -1
	shared     int32 = -2 // more than one
	noFunction int32 = -1
)

// Finder finds the handlers of stacks of one table and remembers them. What it
// says of a stack may change as it sees more of the program: a goroutine's
// handler is known once the handler was seen, and a middleware once it called
// several. It is not safe for concurrent use.
type Finder struct {
	table    *snapshot.Table
	own      []string
	patterns []*regexp.Regexp

	frames    []frame // index is a FrameID
	functions []function
	byName    map[string]int32 // of functions
	handlers  []known
	byKey     map[string]int32 // of handlers
	places    []place
	byStack   []int32                 // index is a StackID: one more than the index in places, 0 not yet seen
	walk      []snapshot.FrameID      // the stack being looked at
	calls     map[site]map[int32]bool // functions called by a line of a closure, up to passed
	passing   map[site]bool           // lines at which middlewares pass requests on
	receivers map[string]int32        // the one handler that is a method of a type, or shared
	routes    map[snapshot.LabelsID]string
	records   map[record]bool  // labelled goroutines
	labelled  map[string]int32 // the one handler under which a route was seen, or shared

	stale   bool // a middleware was learned since the stacks were looked at
	version int  // counts what was learned, for what functions remember
}

// known is what is known of one handler.
type known struct {
	Handler
	receiver string // of Function; see receiverOf
	// route is what labels call it, "" where none does, severalRoutes once two do.
	route string
}

// New returns a finder for the stacks of a table. The prefixes say which
// functions are own code besides those that files tell; see [diff.IsOwn]. The
// patterns are regular expressions over full function names, and come before
// all other rules: of the frames that match one, the nearest to the root is the
// handler. The error names the pattern that is none.
func New(table *snapshot.Table, own, patterns []string) (*Finder, error) {
	f := &Finder{
		table:     table,
		own:       own,
		byName:    make(map[string]int32),
		byKey:     make(map[string]int32),
		calls:     make(map[site]map[int32]bool),
		passing:   make(map[site]bool),
		receivers: make(map[string]int32),
		routes:    make(map[snapshot.LabelsID]string),
		records:   make(map[record]bool),
		labelled:  make(map[string]int32),
		version:   1,
	}
	for _, p := range patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("handler pattern %q: %w; give a regular expression over function names, such as %s", p, err, `orders\.\(\*Desk\)\.Create`)
		}
		f.patterns = append(f.patterns, re)
	}
	return f, nil
}

func (f *Finder) matches(function string) bool {
	for _, p := range f.patterns {
		if p.MatchString(function) {
			return true
		}
	}
	return false
}

// Of returns the handler of a stack; false, and one that is named [Other], for
// a stack under none.
func (f *Finder) Of(stack snapshot.StackID) (Handler, bool) {
	i, link := f.find(stack)
	if i == noHandler {
		return other(), false
	}
	h := f.handlers[i].named()
	h.Link = link
	return h, true
}

// find returns the handler of a stack, and how they hang together.
func (f *Finder) find(stack snapshot.StackID) (int32, Link) {
	at := f.see(stack)
	f.settle()
	switch p := f.places[at]; {
	case p.handler != noHandler:
		return p.handler, OnStack
	case p.entry != noFunction:
		return f.startedBy(p.entry)
	}
	return noHandler, OnStack
}

// see returns the index of a stack in places, after looking at one that is new.
func (f *Finder) see(stack snapshot.StackID) int32 {
	if int(stack) >= len(f.byStack) {
		_, stacks := f.table.Size()
		grown := make([]int32, max(stacks, int(stack))+1)
		copy(grown, f.byStack)
		f.byStack = grown
	}
	if f.byStack[stack] == 0 {
		f.places = append(f.places, f.look(stack))
		f.byStack[stack] = int32(len(f.places))
	}
	return f.byStack[stack] - 1
}

// look finds a stack's handler or entry, and learns what the stack shows.
func (f *Finder) look(stack snapshot.StackID) place {
	f.walk = f.walk[:0]
	for id := range f.table.FrameIDs(stack) {
		f.walk = append(f.walk, id)
	}
	at, ok := f.locate(f.walk)
	switch {
	case !ok:
		return place{stack: stack, handler: noHandler, entry: f.entryOf(f.walk)}
	case at.frame == noFrame:
		return place{stack: stack, handler: noHandler, entry: noFunction}
	}
	h := f.handlerOf(f.walk[at.frame], at)
	f.learnPassing(f.walk, at.frame)
	f.learnOwners(f.walk[:at.frame+1], h)
	return place{stack: stack, handler: h, entry: noFunction}
}

// handlerOf returns the index of the handler that a frame is.
func (f *Finder) handlerOf(id snapshot.FrameID, at found) int32 {
	fr := f.frame(id)
	i := fr.handler
	if i == noHandler {
		i = f.newHandler(id, at)
		f.frames[id].handler = i
	}
	h := &f.handlers[i]
	// One function may serve under several frameworks: name the one that says
	// most, whatever was seen first.
	if fw := string(at.framework); h.Framework == string(netHTTP) || fw != string(netHTTP) && fw < h.Framework {
		h.Framework = fw
	}
	return i
}
