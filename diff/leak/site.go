package leak

import (
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// frameKind says whose code a frame is.
type frameKind uint8

const (
	unseen frameKind = iota
	ownCode
	libraryCode
	runtimeCode
	profileCode // a library's, which writes a profile
)

// sites finds the frame of a stack that a person wants to see, and remembers
// whose code each frame is.
type sites struct {
	table *snapshot.Table
	own   []string
	kinds []frameKind // index is a FrameID
	asked []answer    // index is a StackID
}

// answer says whether a stack is part of an answer to us; see watched.
type answer uint8

const (
	unasked answer = iota
	isAnswer
	isNone
)

func (s *sites) kind(id snapshot.FrameID) frameKind {
	if int(id) >= len(s.kinds) {
		frames, _ := s.table.Size()
		s.kinds = append(s.kinds, make([]frameKind, max(frames, int(id))+1-len(s.kinds))...)
	}
	if s.kinds[id] == unseen {
		s.kinds[id] = s.look(id)
	}
	return s.kinds[id]
}

func (s *sites) look(id snapshot.FrameID) frameKind {
	f := s.table.Frame(id)
	pkg := diff.PackageOf(f.Function)
	switch {
	case pkg == "runtime/pprof" || pkg == "net/http/pprof":
		return profileCode
	case pkg == "runtime" || strings.HasPrefix(pkg, "runtime/internal/") || strings.HasPrefix(pkg, "internal/runtime/"):
		return runtimeCode
	case diff.IsOwn(f, s.own):
		return ownCode
	}
	return libraryCode
}

// site is where a stack allocates or waits, for a person.
type site struct {
	where snapshot.Frame
	own   bool // where is own code
	// far says that own code only called a library which does this by itself,
	// as main.main calls a server: where is then the library's.
	far bool
}

// farAway is from how many frames of libraries between own code and the leaf on
// own code is no more than the caller of a server or a loop.
const farAway = 4

// of returns the first frame from the leaf that is own code, else the first
// that is not of the runtime, else the leaf.
func (s *sites) of(id snapshot.StackID) site {
	var library snapshot.FrameID
	libraries := 0
	for f := range s.table.FrameIDs(id) {
		switch s.kind(f) {
		case ownCode:
			if at := s.table.Frame(f); libraries < farAway || !isMain(at.Function) {
				return site{where: at, own: true}
			}
			return site{where: s.table.Frame(library), far: true}
		case libraryCode, profileCode:
			if library == 0 {
				library = f
			}
			libraries++
		}
	}
	if library != 0 {
		return site{where: s.table.Frame(library)}
	}
	return site{where: s.table.Leaf(id)}
}

// bare reports whether a stack is the runtime's alone: what it holds follows
// from the number of goroutines and threads, and is nobody's to repair.
func (s *sites) bare(id snapshot.StackID) bool {
	for f := range s.table.FrameIDs(id) {
		if s.kind(f) != runtimeCode {
			return false
		}
	}
	return true
}

// watched reports whether a stack belongs to an answer to us: a profile that is
// being written.
func (s *sites) watched(id snapshot.StackID) bool {
	if int(id) >= len(s.asked) {
		_, stacks := s.table.Size()
		s.asked = append(s.asked, make([]answer, max(stacks, int(id))+1-len(s.asked))...)
	}
	if s.asked[id] == unasked {
		s.asked[id] = isNone
		for f := range s.table.FrameIDs(id) {
			if s.kind(f) == profileCode {
				s.asked[id] = isAnswer
				break
			}
		}
	}
	return s.asked[id] == isAnswer
}

// functions returns the functions of own code on a stack, from the leaf.
func (s *sites) functions(id snapshot.StackID) []string {
	var out []string
	for f := range s.table.FrameIDs(id) {
		if s.kind(f) == ownCode {
			out = append(out, s.table.Frame(f).Function)
		}
	}
	return out
}

func isMain(function string) bool { return function == "main.main" }

// native reports whether a function is of a language that writes paths with ::.
func native(function string) bool { return strings.Contains(function, "::") }
