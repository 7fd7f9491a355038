package diff

import (
	"path"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// IsOwn reports whether a frame is own code: not the standard library, not the
// module cache, not vendored, as its file path says. A function whose name
// starts with one of the prefixes ("github.com/acme/") is own code whatever
// its path.
func IsOwn(f snapshot.Frame, prefixes []string) bool {
	for _, prefix := range prefixes {
		if prefix != "" && strings.HasPrefix(f.Function, prefix) {
			return true
		}
	}
	file := strings.ReplaceAll(f.File, `\`, "/")
	pkg := PackageOf(f.Function)
	switch {
	case f.Function == "" || pkg == "" && file == "":
		return false
	case foreign(file), inGoRoot(file):
		return false
	case strings.Contains(f.Function, "::"):
		return !slices.Contains([]string{"std", "core", "alloc", "__gnu_cxx"}, first(pkg, "::"))
	}
	return !standard(pkg, file)
}

// foreign reports whether a file lies where others' code is kept: the module
// cache (a -trimpath build names only "module@version"), a vendor folder,
// Cargo's registry, the Rust library, the system.
func foreign(file string) bool {
	for _, part := range []string{"/pkg/mod/", "@v", "/vendor/", "/.cargo/", "/rustc/"} {
		if strings.Contains("/"+file, part) {
			return true
		}
	}
	return strings.HasPrefix(file, "/usr/include/") || strings.HasPrefix(file, "/usr/lib/") && !strings.Contains(file, "/src/")
}

// inGoRoot reports whether a file is one of the Go root, as far as its path
// tells. It matters for closures of the standard library that were inlined:
// they carry the name of the function around them, "main.main.StripPrefix.func1".
func inGoRoot(file string) bool {
	root, below, ok := strings.Cut(file, "/src/")
	name := strings.ToLower(path.Base(root)) // "go", or "go-1.24" as Debian has it
	return ok && (name == "go" || strings.HasPrefix(name, "go-1.") || strings.HasPrefix(name, "go1.")) && standardName(first(below, "/"))
}

// standard reports whether a Go package is of the standard library. With a full
// path it must lie below the src of a Go root; a -trimpath build has relative
// paths, which leaves the name of the package.
func standard(pkg, file string) bool {
	if !standardName(first(pkg, "/")) {
		return false
	}
	if !path.IsAbs(file) && !strings.Contains(file, ":/") {
		return true
	}
	_, below, ok := strings.Cut(file, "/src/")
	return ok && standardName(first(below, "/"))
}

// standardName reports whether an import path that begins so is of the standard
// library. Names without a dot are not reserved for it: "leaktop/diff" is not.
func standardName(element string) bool {
	switch element {
	case "archive", "bufio", "bytes", "cmd", "cmp", "compress", "container", "context", "crypto",
		"database", "debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash",
		"html", "image", "index", "internal", "io", "iter", "log", "maps", "math", "mime", "net",
		"os", "path", "plugin", "reflect", "regexp", "runtime", "simd", "slices", "sort", "strconv",
		"strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode", "unique",
		"unsafe", "uuid", "vendor", "weak":
		return true
	}
	return false
}

func first(s, separator string) string {
	element, _, _ := strings.Cut(s, separator)
	return element
}

// teller finds the most telling frame of a stack.
type teller struct {
	table *snapshot.Table
	own   []string
	kinds []frameKind // index is a FrameID
}

type frameKind uint8

const (
	unseen frameKind = iota
	ownFrame
	otherFrame
	runtimeFrame
)

func newTeller(t *snapshot.Table, own []string) *teller {
	frames, _ := t.Size()
	return &teller{table: t, own: own, kinds: make([]frameKind, frames+1)}
}

// frame returns the first frame from the leaf that is own code, else the first
// that is not of the runtime, else the leaf.
func (t *teller) frame(id snapshot.StackID) snapshot.Frame {
	var other snapshot.FrameID
	for f := range t.table.FrameIDs(id) {
		switch t.kind(f) {
		case ownFrame:
			return t.table.Frame(f)
		case otherFrame:
			if other == 0 {
				other = f
			}
		}
	}
	if other != 0 {
		return t.table.Frame(other)
	}
	return t.table.Leaf(id)
}

func (t *teller) kind(f snapshot.FrameID) frameKind {
	if t.kinds[f] == unseen {
		frame := t.table.Frame(f)
		switch {
		case IsOwn(frame, t.own):
			t.kinds[f] = ownFrame
		case PackageOf(frame.Function) == "runtime" || strings.HasPrefix(frame.Function, "runtime/internal/") || strings.HasPrefix(frame.Function, "internal/runtime/"):
			t.kinds[f] = runtimeFrame
		default:
			t.kinds[f] = otherFrame
		}
	}
	return t.kinds[f]
}
