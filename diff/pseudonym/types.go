package pseudonym

import (
	"slices"
	"strings"
)

// types replaces names in what follows the first bracket of a Go name: type
// arguments, "[github.com/acme/shop.Order,go.shape.int]", and behind them the
// rest of the name, in which keep says what stays.
func (n *Namer) types(text string, keep func(string) bool) string {
	var b strings.Builder
	depth := 0
	inside := func(r rune) bool { return r != '[' && r != ']' }
	for text != "" {
		switch text[0] {
		case '[':
			depth++
		case ']':
			depth--
		}
		if !inside(rune(text[0])) {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		end := strings.IndexAny(text, "[]")
		if end < 0 {
			end = len(text)
		}
		if depth > 0 {
			b.WriteString(replaceRuns(text[:end], isTypeName, n.typeName))
		} else {
			b.WriteString(n.identifiers(text[:end], keep))
		}
		text = text[end:]
	}
	return b.String()
}

// isTypeName takes in what a qualified name consists of.
func isTypeName(r rune) bool { return isIdentifier(r) || strings.ContainsRune("./%~-·", r) }

// typeName replaces the name of a type, or a word of Go's own that stands where
// one may.
func (n *Namer) typeName(name string) string {
	switch {
	case slices.Contains(goWords(), name), strings.Trim(name, ".") == "", isNumber(name):
		return name
	case strings.HasPrefix(name, "go.shape."):
		return "go.shape." + n.typeName(strings.TrimPrefix(name, "go.shape."))
	}
	pkg, local, ok := cutPackage(name)
	switch {
	case !ok:
		return n.identifiers(name, nil)
	case n.isStandard(pkg):
		return name
	}
	return n.importPath(pkg) + "." + n.identifiers(local, nil)
}

// goWords are the predeclared types of Go and the keywords that types are
// written with.
func goWords() []string {
	return []string{"any", "bool", "byte", "chan", "comparable", "complex64", "complex128", "error", "float32", "float64", "func",
		"int", "int8", "int16", "int32", "int64", "interface", "map", "rune", "string", "struct",
		"uint", "uint8", "uint16", "uint32", "uint64", "uintptr"}
}

// native replaces names in a path of Rust or C++. One that begins in a standard
// library stays as far as it goes.
func (n *Namer) native(name string) string {
	path := func(r rune) bool { return isIdentifier(r) || r == ':' }
	return replaceRuns(name, path, func(path string) string {
		if ofNativeStandard(path) || slices.Contains(nativeWords(), path) {
			return path
		}
		return n.identifiers(path, func(word string) bool { return word == "closure" || word == "_" })
	})
}

// ofNativeStandard reports whether a path begins in a standard library. Core and
// alloc are names that programs have, too: of those the module must be known.
func ofNativeStandard(path string) bool {
	root, rest, qualified := strings.Cut(path, "::")
	module, _, _ := strings.Cut(rest, "::")
	switch root {
	case "std", "__gnu_cxx":
		return qualified
	case "core", "alloc":
		return slices.Contains([]string{"alloc", "any", "array", "borrow", "boxed", "cell", "char", "clone", "cmp", "collections", "convert", "default",
			"error", "ffi", "fmt", "future", "hash", "hint", "iter", "marker", "mem", "num", "ops", "option", "panic", "panicking", "pin", "ptr",
			"raw_vec", "rc", "result", "slice", "str", "string", "sync", "task", "time", "vec"}, module)
	}
	return false
}

// nativeWords are keywords and built-in types that stand in names of Rust and C++.
func nativeWords() []string {
	return []string{"as", "bool", "char", "closure", "const", "double", "dyn", "float", "for", "impl", "int", "long", "mut",
		"operator", "short", "signed", "str", "unsigned", "void",
		"f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "isize", "usize"}
}
