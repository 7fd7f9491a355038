package diff

import "strings"

// Unnumbered drops from a function's name what a compiler numbers anew when
// code around it changes: Go's closures ("main.run.func2.1", "main.run.gowrap1",
// "main.run-range1") and Rust's hashes ("app::run::h0123456789abcdef").
func Unnumbered(function string) string {
	if name, ok := withoutHash(function); ok {
		return name
	}
	pkg := PackageOf(function)
	if pkg == "" || !strings.HasPrefix(function, pkg) {
		return function
	}
	rest := function[len(pkg):]
	if !strings.ContainsAny(rest, "0123456789") {
		return function
	}
	parts := strings.Split(rest, ".")
	for i, part := range parts {
		name := strings.TrimRight(part, "0123456789")
		switch {
		case name == "", name == "func", name == "gowrap", name == "deferwrap", strings.HasSuffix(name, "-range"):
			parts[i] = name
		}
	}
	return pkg + strings.Join(parts, ".")
}

// withoutHash cuts the hash off a mangled name of Rust: "h" and 16 hexadecimal digits.
func withoutHash(function string) (string, bool) {
	const digits = 16
	i := strings.LastIndex(function, "::h")
	if i < 0 || len(function)-i-len("::h") != digits || strings.Trim(function[i+len("::h"):], "0123456789abcdef") != "" {
		return function, false
	}
	return function[:i], true
}
