package handler

import (
	"strings"

	"leaktop/diff"
)

// plainName drops type arguments, which hold paths and dots of their own, and
// the mark of a method value.
func plainName(function string) string {
	function = strings.TrimSuffix(function, "-fm")
	if strings.IndexByte(function, '[') < 0 {
		return function
	}
	var b strings.Builder
	depth := 0
	for i := range len(function) {
		switch c := function[i]; {
		case c == '[':
			depth++
		case c == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// localName is the name within its package: "(*Desk).Create.func1".
func localName(function, pkg string) string {
	name := plainName(function)
	name = name[strings.LastIndexByte(name, '/')+1:]
	if pkg == "" {
		return name
	}
	// The package's last element may hold an escaped dot, but never a plain one.
	_, local, _ := strings.Cut(name, ".")
	return local
}

// packageName is the last element of an import path that is no major version.
func packageName(pkg string) string {
	path, last := pkg, pkg
	if i := strings.LastIndexByte(pkg, '/'); i >= 0 {
		path, last = pkg[:i], pkg[i+1:]
		if len(last) > 1 && last[0] == 'v' && digits(last[1:]) {
			last = path[strings.LastIndexByte(path, '/')+1:]
		}
	}
	return last
}

// isClosure reports whether a name is one that the compiler made for a function
// literal, or for a go or defer statement: "Create.func1", "Create.func1.2",
// "Create.gowrap1", "Create.func1-range2".
func isClosure(local string) bool {
	last := local[strings.LastIndexByte(local, '.')+1:]
	last, _, _ = strings.Cut(last, "-range")
	for _, prefix := range []string{"func", "gowrap", "deferwrap", ""} {
		if number, ok := strings.CutPrefix(last, prefix); ok && digits(number) {
			return true
		}
	}
	return false
}

// enclosing yields the names of the functions that a closure may stand in, the
// innermost first. What the compiler inlined keeps the name of the function it
// was inlined into: in "orders.(*Desk).Create.(*Desk).place.func1", place was
// inlined into Create.
func enclosing(function string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		name := plainName(function)
		start := strings.LastIndexByte(name, '/') + 1
		if !isClosure(name[start:]) {
			return
		}
		for {
			i := strings.LastIndexByte(name[start:], '.')
			if i < 0 {
				return
			}
			name = name[:start+i]
			if !yield(name) {
				return
			}
		}
	}
}

// receiverOf is the type of a method with a pointer receiver, or of the one a
// closure stands in: "example.com/shop/orders.(*Desk)"; "" for any other
// function. A value receiver cannot be told from a function in a name.
func receiverOf(function string) string {
	pkg := diff.PackageOf(function)
	local := localName(function, pkg)
	end := strings.IndexByte(local, ')')
	if !strings.HasPrefix(local, "(*") || end < 0 {
		return ""
	}
	return pkg + "." + local[:end+1]
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
