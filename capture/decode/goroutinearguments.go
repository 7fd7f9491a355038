package decode

import (
	"bytes"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

const (
	// maxArguments bounds the arguments that are looked at of one function.
	maxArguments = 4
	// maxArgumentTries is how many goroutines of one group, or with one stack, are
	// looked at.
	maxArgumentTries = 1 << 10
	// leastAddress is below every address of an object: systems leave the first
	// pages out, and most numbers lie there.
	leastAddress = 1 << 16
)

// arguments gathers what the functions of the goroutine at hand were given. Most
// of it is never looked at, so that the text alone is kept, and taken apart for
// the first goroutines of each group.
type arguments struct {
	wanted bool   // else nothing is kept
	text   []byte // of all functions, one after the other
	n      int    // frames
	frames [maxGivenFrames]givenTo
	line   []byte // of the function whose place is to come
	set    []snapshot.Argument
}

// maxGivenFrames bounds the functions of a goroutine whose arguments are kept: those
// nearest to the leaf.
const maxGivenFrames = 16

// givenTo says up to where the text is of the arguments of one frame.
type givenTo struct {
	frame snapshot.FrameID
	end   int
}

// hasObjects reports whether the arguments of a function may be objects of the
// program that have a lock: those of the runtime, and of the functions that wait
// for a lock, are not.
func hasObjects(function string) bool {
	return !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, "internal/") && !isLock([]byte(function)) &&
		!strings.HasPrefix(function, "sync.runtime_")
}

// clone returns them as they are at hand.
func (a *arguments) clone() *arguments {
	out := *a
	out.text, out.line, out.set = slices.Clone(a.text), nil, nil
	return &out
}

func (a *arguments) reset() { a.text, a.n = a.text[:0], 0 }

// room reports whether those of another function are kept.
func (a *arguments) room() bool { return a.wanted && a.n < maxGivenFrames }

// name keeps the arguments of a function until its place is read: then named or,
// of what is known by its text, add takes them.
func (a *arguments) name(text []byte) {
	if a.wanted {
		a.line = append(a.line[:0], text...)
	}
}

func (a *arguments) named(frame snapshot.FrameID) {
	if a.room() {
		a.add(frame, a.line)
	}
}

func (a *arguments) add(frame snapshot.FrameID, text []byte) {
	a.text = append(a.text, text...)
	a.frames[a.n] = givenTo{frame, len(a.text)}
	a.n++
}

// objects are the addresses among the arguments.
func (a *arguments) objects() []snapshot.Argument {
	a.set = a.set[:0]
	from := 0
	for _, f := range a.frames[:a.n] {
		text := a.text[from:f.end]
		from = f.end
		if end := bytes.IndexByte(text, ')'); end >= 0 {
			text = text[:end]
		}
		for i := range maxArguments {
			address, sure, rest, ok := nextArgument(text)
			if !ok {
				break
			}
			if address >= leastAddress && address%lockAlign == 0 && len(a.set) < snapshot.MaxObjects {
				a.set = append(a.set, snapshot.Argument{Frame: f.frame, Address: address, First: i == 0, Sure: sure})
			}
			text = rest
		}
	}
	return a.set
}

// nextArgument reads the next word of "(0xc000012345, 0x1?, {0x5, 0x5, ...})".
func nextArgument(text []byte) (word uint64, sure bool, rest []byte, ok bool) {
	at := bytes.Index(text, []byte("0x"))
	if at < 0 {
		return 0, false, nil, false
	}
	i := at + len("0x")
	for ; i < len(text); i++ {
		digit := hexDigit(text[i])
		if digit < 0 {
			break
		}
		word = word<<4 | uint64(digit)
	}
	return word, i == len(text) || text[i] != '?', text[i:], true
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// argumentSets keeps the arguments of the goroutines of a dump, while there is room.
type argumentSets struct{ kept int }

// add adds those of a goroutine to what is kept of its like, of which it is the
// number nth from 1 on.
func (s *argumentSets) add(sum []snapshot.Arguments, nth int64, g *snapshot.DumpedGoroutine, a *arguments) []snapshot.Arguments {
	full := len(sum) >= snapshot.MaxArguments && g.Lock == 0 || len(sum) >= snapshot.MaxLockArguments
	if nth > maxArgumentTries || full || s.kept >= snapshot.MaxArgumentSets {
		return sum
	}
	objects := a.objects()
	if len(objects) == 0 && g.Lock == 0 {
		return sum
	}
	before := len(sum)
	sum = snapshot.AddArguments(sum, snapshot.Arguments{Lock: g.Lock, Objects: objects, Count: 1, Most: g.Minutes})
	if len(sum) > before { // which keeps the slice, and the next one needs it
		a.set = nil
		s.kept++
	}
	return sum
}

// dumpArguments are those of the goroutines of a dump by stack.
type dumpArguments struct {
	sets    argumentSets
	seen    map[snapshot.StackID]int64 // goroutines
	byStack map[snapshot.StackID][]snapshot.Arguments
}

func newDumpArguments() *dumpArguments {
	return &dumpArguments{seen: make(map[snapshot.StackID]int64), byStack: make(map[snapshot.StackID][]snapshot.Arguments)}
}

func (d *dumpArguments) add(g *snapshot.DumpedGoroutine, a *arguments) {
	if g.Stack == snapshot.NoStack {
		return
	}
	d.seen[g.Stack]++
	if sum := d.sets.add(d.byStack[g.Stack], d.seen[g.Stack], g, a); len(sum) > 0 {
		d.byStack[g.Stack] = sum
	}
}

// all returns them; nil for none.
func (d *dumpArguments) all() map[snapshot.StackID][]snapshot.Arguments {
	if len(d.byStack) == 0 {
		return nil
	}
	return d.byStack
}
