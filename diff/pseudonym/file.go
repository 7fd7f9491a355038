package pseudonym

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leaktop/capture/snapshot"
)

// Frame returns a frame with its names replaced, and its lines as they are. A
// function that is named as one of Go's standard library but lies in another file
// is of another language, "net.acme.Salary.pay" of Java for one: its name is
// replaced from now on.
func (n *Namer) Frame(f snapshot.Frame) snapshot.Frame {
	if pkg, local, ok := cutPackage(f.Function); ok && n.isStandard(pkg) && !inStandardFile(pkg, local, f.File) {
		n.foreign[f.Function] = true
	}
	f.Function, f.File = n.Function(f.Function), n.File(f.File)
	return f
}

// inStandardFile reports whether a file can be of a package of the standard
// library. The runtime implements functions of others. Without a file, a package
// of one element is believed only where what follows looks like Go.
func inStandardFile(pkg, local, file string) bool {
	switch {
	case placeholder(file):
		return true
	case file == "":
		first, _ := utf8.DecodeRuneInString(local)
		return strings.Contains(pkg, "/") || pkg == "runtime" || first == '(' || unicode.IsUpper(first)
	case !goSource(file):
		return false
	}
	dir := "/" + path.Dir(strings.ReplaceAll(file, `\`, "/"))
	return strings.HasSuffix(dir, "/"+pkg) || strings.HasSuffix(dir, "/runtime")
}

// goSource reports whether a file can be one that a Go package is made of.
func goSource(file string) bool {
	return slices.Contains([]string{".go", ".s", ".S"}, path.Ext(file))
}

// goRoot is the directory of a Go installation: "go", "go-1.24", "go1.26.1", or
// the toolchain in the module cache.
var goRoot = regexp.MustCompile(`^(go|go-?[0-9.]+|toolchain@.*)$`)

// File returns the pseudonym of a file's path. A file of the standard library
// keeps its path below the Go installation, of which nothing but "go" is told.
// Module caches and vendor folders stay what they are, without versions.
func (n *Namer) File(file string) string {
	if file == "" || placeholder(file) {
		return file
	}
	slashed := strings.ReplaceAll(file, `\`, "/")
	if root, below, ok := strings.Cut(slashed, "/src/"); ok && goRoot.MatchString(strings.ToLower(path.Base(root))) && n.isStandard(path.Dir(below)) && goSource(below) {
		return "/go/src/" + below
	}
	if !strings.HasPrefix(slashed, "/") && n.isStandard(path.Dir(slashed)) && goSource(slashed) {
		return slashed // as -trimpath leaves it
	}
	elements := strings.Split(slashed, "/")
	for i, e := range elements {
		switch last := i == len(elements)-1; {
		case last:
			elements[i] = n.base(e)
		case slices.Contains([]string{"", ".", "..", "pkg", "mod", "src", "vendor", "internal"}, e):
		default:
			elements[i] = n.element(e)
		}
	}
	return strings.Join(elements, "/")
}

// element replaces a directory. Of a module in the cache the version goes, too.
func (n *Namer) element(e string) string {
	if module, _, ok := strings.Cut(e, "@v"); ok {
		return n.Word(module) + "@v0"
	}
	return n.Word(e)
}

// endings are those of files that say of what kind they are.
func endings() []string {
	return []string{"_test.go", ".go", ".s", ".S", ".c", ".cc", ".cpp", ".h", ".hpp", ".rs", ".py", ".js", ".ts", ".java", ".rb", ".pb.gz", ".gz", ".pb", ".pprof", ".leaktop"}
}

// base replaces the name of a file and keeps its ending.
func (n *Namer) base(name string) string {
	for _, ending := range endings() {
		if stem, ok := strings.CutSuffix(name, ending); ok && stem != "" {
			return n.Word(stem) + ending
		}
	}
	return n.Word(name)
}
