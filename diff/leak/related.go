package leak

import (
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// kinship is the code that some goroutines have in common: goroutines that go
// through the same code, or were started by it, hang together.
type kinship struct {
	functions map[string]bool // of own code and of libraries outside of the standard one
	parents   map[string]bool // the same without the marks of closures
	entries   map[string]bool // around the closures that they were started with
	receivers map[string]bool // the types of the methods among them
	libraries map[string]bool // packages that belong to connections altogether
}

func newKinship() kinship {
	return kinship{make(map[string]bool), make(map[string]bool), make(map[string]bool), make(map[string]bool), make(map[string]bool)}
}

// outside reports whether a frame is of code outside of the standard library.
func (s *sites) outside(id snapshot.FrameID) bool {
	switch s.kind(id) {
	case ownCode:
		return true
	case libraryCode:
		first, _, _ := strings.Cut(s.table.Frame(id).Function, "/")
		return strings.Contains(first, ".") && strings.Contains(s.table.Frame(id).Function, "/")
	}
	return false
}

// add takes in the code of a task.
func (k kinship) add(t *task, sites *sites) {
	for _, g := range t.groups {
		for id := range sites.table.FrameIDs(g.Stacks[0]) {
			if !sites.outside(id) {
				continue
			}
			function := sites.table.Frame(id).Function
			k.functions[function] = true
			k.parents[parentOf(function)] = true
			if receiver := receiverOf(function); receiver != function {
				k.receivers[receiver] = true
			}
			if library := connectionLibrary(function); library != "" {
				k.libraries[library] = true
			}
		}
		if parent := parentOf(g.Entry.Function); parent != g.Entry.Function {
			k.entries[parent] = true
		}
	}
}

// has reports whether a task hangs together with what was taken in.
func (k kinship) has(t *task, sites *sites) bool {
	for _, g := range t.groups {
		entry := g.Entry.Function
		if parent := parentOf(entry); parent != entry && k.parents[parent] {
			return true
		}
		if receiver := receiverOf(entry); receiver != entry && k.receivers[receiver] {
			return true
		}
		for id := range sites.table.FrameIDs(g.Stacks[0]) {
			if !sites.outside(id) {
				continue
			}
			function := sites.table.Frame(id).Function
			if k.functions[function] || k.entries[parentOf(function)] || k.libraries[connectionLibrary(function)] {
				return true
			}
		}
	}
	return false
}

// parentOf is the function that a closure stands in; any other function itself.
func parentOf(function string) string {
	name := strings.TrimSuffix(function, "-fm")
	for {
		dot := strings.LastIndexByte(name, '.')
		if dot < len(diff.PackageOf(name))+1 || !closureMark(name[dot+1:]) {
			return name
		}
		name = name[:dot]
	}
}

// closureMark reports whether a part of a name is the compiler's, for a closure
// or for the wrapper of a go statement.
func closureMark(part string) bool {
	rest := strings.TrimRight(part, "0123456789")
	return rest == "" && part != "" || rest != part && (rest == "func" || rest == "gowrap" || rest == "deferwrap")
}

// connectionLibrary is the package of a function that is of a library whose
// goroutines belong to connections altogether; "" for any other.
func connectionLibrary(function string) string {
	if !strings.HasPrefix(function, "google.golang.org/grpc") && !strings.HasPrefix(function, "golang.org/x/net/http2") {
		return ""
	}
	return diff.PackageOf(function)
}
