package diff

import "strings"

// PackageOf returns the package of a Go function ("net/http" of
// "net/http.(*conn).serve"), the namespace of a Rust or C++ one ("tokio::task"
// of "tokio::task::spawn"), and "" for a name that has neither.
func PackageOf(function string) string {
	switch {
	case strings.Contains(function, "::"):
		return namespaceOf(function)
	case strings.HasPrefix(function, "0x"): // an address that nobody symbolized
		return ""
	}
	// Type arguments hold paths of their own: "slices.Grow[github.com/a/b.T]".
	name, _, _ := strings.Cut(function, "[")
	for _, generated := range []string{"type:.eq.", "type:.hash."} {
		name = strings.TrimPrefix(name, generated)
	}
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return ""
	}
	pkg := name[:slash+dot]
	// The linker escapes dots in the last element: "gopkg.in/yaml%2ev3.Unmarshal".
	// Nothing else is unescaped, or a name could bring in control characters.
	return strings.ReplaceAll(pkg, "%2e", ".")
}

// namespaceOf drops the last element of a path of names, and what templates
// and parameters add to it. A Rust trait method is named for its type:
// "<alloc::vec::Vec<T> as Extend<T>>::extend" is of alloc::vec::Vec.
func namespaceOf(function string) string {
	name := function
	if inner, ok := strings.CutPrefix(name, "<"); ok {
		name = plainName(inner)
		if name != "" {
			return name
		}
	}
	name = plainName(name)
	if i := strings.LastIndex(name, "::h"); i >= 0 && len(name)-i == len("::h")+16 {
		name = name[:i] // the hash that Rust adds
	}
	i := strings.LastIndex(name, "::")
	if i < 0 {
		return ""
	}
	return name[:i]
}

// plainName drops everything in <…> and all that follows the parameters or a
// trait's " as ".
func plainName(name string) string {
	var b strings.Builder
	depth := 0
	for i, r := range name {
		switch {
		case r == '<':
			depth++
		case r == '>' && depth > 0:
			depth--
		case depth > 0:
		case r == '>' || r == '(' && i > 0 || strings.HasPrefix(name[i:], " as "):
			return b.String()
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
