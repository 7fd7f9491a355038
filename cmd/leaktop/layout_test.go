package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository, from here.
const root = "../.."

// layoutRule says what some packages may not import.
type layoutRule struct {
	says string
	// in selects the packages that the rule is about, by import path without
	// the module's name.
	in func(pkg string) bool
	// bans tells what they may not import; of this module's own packages it
	// gets the path without the module's name.
	bans func(imported string) bool
}

func layoutRules() []layoutRule {
	return []layoutRule{
		{"capture never imports diff or tui", below("capture"), below("diff", "tui")},
		{"diff imports capture/snapshot alone of capture", below("diff"), all(below("capture"), not(oneOf("capture/snapshot")))},
		{"diff never imports tui", below("diff"), below("tui")},
		{"diff does no I/O", below("diff"), below("os", "net", "syscall", "io/ioutil")},
		{"tui imports diff and capture/snapshot", below("tui"), all(below("capture"), not(oneOf("capture/snapshot")))},
		{"capture/snapshot needs the standard library only", oneOf("capture/snapshot"), not(standard)},
		{"only cmd imports all: nothing imports cmd", everything, below("cmd")},
		{"net/http only under capture and fixtures", not(below("capture", "fixtures")), below("net/http")},
		{"charm.land only under tui and in cmd", not(below("tui", "cmd")), below("charm.land")},
		{"asciigraph only in tui/chart", not(oneOf("tui/chart")), below("github.com/guptarohit/asciigraph")},
		{
			"google/pprof/profile only where profiles are decoded or written",
			not(oneOf("capture/decode", "diff/export")), below("github.com/google/pprof"),
		},
		{"nothing but cmd's demo imports fixtures", not(below("cmd", "fixtures")), below("fixtures")},
	}
}

type predicate = func(path string) bool

func everything(string) bool { return true }

// below selects packages and what lies below them.
func below(tops ...string) predicate {
	return func(path string) bool {
		return slices.ContainsFunc(tops, func(top string) bool { return path == top || strings.HasPrefix(path, top+"/") })
	}
}

func oneOf(paths ...string) predicate {
	return func(path string) bool { return slices.Contains(paths, path) }
}

func not(p predicate) predicate { return func(path string) bool { return !p(path) } }

func all(a, b predicate) predicate { return func(path string) bool { return a(path) && b(path) } }

// standard selects the standard library: its paths alone have no dot in the
// first element. The module's own tops are told apart from it.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && !below("cmd", "tui", "capture", "diff", "fixtures")(path)
}

// listed is a package as go list describes it, test files apart.
type listed struct {
	ImportPath string
	Imports    []string
	Module     struct{ Path string }
}

// listPackages lists the packages as they are built for a system.
func listPackages(t *testing.T, goos string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Module", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		t.Fatalf("go list: %v: %s", err, failed.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := decoder.Decode(&p); err {
		case nil:
			packages = append(packages, p)
		case io.EOF:
			return packages
		default:
			t.Fatal(err)
		}
	}
}

// TestImports holds the rules of the architecture: data flows one way, from
// capture through diff to the screens.
func TestImports(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			packages := listPackages(t, goos)
			if len(packages) < 10 {
				t.Fatalf("go list found %d packages, want all", len(packages))
			}
			for _, p := range packages {
				inModule := func(path string) string { return strings.TrimPrefix(path, p.Module.Path+"/") }
				for _, imported := range p.Imports {
					for _, rule := range layoutRules() {
						if rule.in(inModule(p.ImportPath)) && rule.bans(inModule(imported)) {
							t.Errorf("%s imports %s, but %s", p.ImportPath, imported, rule.says)
						}
					}
				}
			}
		})
	}
}

// TestTopLevel keeps the top of the repository as small as it is meant to be.
func TestTopLevel(t *testing.T) {
	fixed := []string{"cmd", "tui", "capture", "diff", "fixtures", "go.mod", "go.sum", "README.md"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, ".") && !slices.Contains(fixed, name) && !ignored(t, name) {
			t.Errorf("%s is at the top level, which holds only %v and hidden files", name, fixed)
		}
	}
}

// ignored reports whether .gitignore leaves out a name at the top level.
func ignored(t *testing.T, name string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	for pattern := range strings.Lines(string(text)) {
		if matched, _ := path.Match(strings.Trim(strings.TrimSpace(pattern), "/"), name); matched {
			return true
		}
	}
	return false
}
