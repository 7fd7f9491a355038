package export_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// command is a workflow command as the runner of GitHub Actions reads it.
type command struct {
	name       string
	properties map[string]string
	message    string
}

// readCommand reads one line as actions/runner does: ActionCommand.cs,
// TryParseV2. A line that begins with :: is a command up to the next ::, its
// properties are split at commas, and each is unescaped by itself.
func readCommand(t *testing.T, line string) command {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "::")
	head, message, ended := strings.Cut(rest, "::")
	if !ok || !ended {
		t.Fatalf("%q is no command", line)
	}
	data := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	value := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	c := command{properties: make(map[string]string), message: data.Replace(message)}
	var properties string
	c.name, properties, _ = strings.Cut(head, " ")
	for property := range strings.SplitSeq(properties, ",") {
		name, text, ok := strings.Cut(property, "=")
		if !ok {
			t.Fatalf("%q is no property, in %q", property, line)
		}
		c.properties[name] = value.Replace(text)
	}
	return c
}

func gitHub(t *testing.T, checks ...export.Check) []command {
	t.Helper()
	var out []command
	for line := range strings.Lines(string(write(t, func(w *bytes.Buffer) error { return export.GitHub(w, checks) }))) {
		out = append(out, readCommand(t, strings.TrimSuffix(line, "\n")))
	}
	return out
}

func TestGitHub(t *testing.T) {
	for name, c := range checks() {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, write(t, func(w *bytes.Buffer) error { return export.GitHub(w, []export.Check{c}) }))
		})
	}
}

func TestGitHubLevels(t *testing.T) {
	all := checks()
	for name, want := range map[string]string{
		"clean":                       "notice",
		"inconclusive":                "warning warning", // what grows so far, and why it is no verdict
		"growing":                     "warning",
		"growing that fails":          "error",
		"known":                       "notice notice",
		"leaks and what levelled off": "error error warning notice",
	} {
		var got []string
		for _, c := range gitHub(t, all[name]) {
			got = append(got, c.name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: the annotations are %q, want %q", name, got, want)
		}
	}
}

// What goes in comes out, whatever it means to the runner.
func TestGitHubEscapes(t *testing.T) {
	for _, text := range []string{"100 %", "%0A", "%25", "a,b", "a:b", "::error::x", "two\nlines", "carriage\rreturn", "file=x,line=1", ",=::"} {
		table := snapshot.NewTable()
		f := kept(table)
		f.Claim, f.Facts, f.Where.File = naming(text), []leak.Fact{naming(text)}, "/home/dev/shop/"+text+".go"
		lines := gitHub(t, checkOf(table, gate.Judged{Result: leak.Result{Outcome: leak.Grows, Findings: []leak.Finding{f}}}))
		if len(lines) != 1 {
			t.Fatalf("%q takes %d commands, want one", text, len(lines))
		}
		c := lines[0]
		if c.properties["title"] != "GROWING, 99 % sure: started by "+text || c.properties["file"] != text+".go" || c.properties["line"] != "41" || len(c.properties) != 3 {
			t.Errorf("%q: the properties read %q", text, c.properties)
		}
		if want := "\nwhy: started by " + text + "\n"; !strings.Contains(c.message, want) {
			t.Errorf("%q: the message reads %q, want %q in it", text, c.message, want)
		}
	}
}

// GitHub shows an annotation at a line of a file in the repository only: any
// other file is named in the message.
func TestGitHubPaths(t *testing.T) {
	for _, c := range []struct {
		root, file string
		want       string // the property, "" for none
	}{
		{"/home/dev/shop", "/home/dev/shop/cache/store.go", "cache/store.go"},
		{"/home/dev/shop/", "/home/dev/shop/./cache/store.go", "cache/store.go"},
		{`C:\dev\shop`, "C:/dev/shop/cache/store.go", "cache/store.go"},
		{"/home/dev/shop", "/home/dev/shop/../secret/store.go", ""},
		{"/home/dev/shop", "/home/dev/shopping/store.go", ""},
		{"/home/dev/shop", "/usr/local/go/src/net/http/server.go", ""},
		{"/home/dev/shop", "shop/cache/store.go", ""}, // built with -trimpath
		{"/home/dev/shop", "", ""},
		{"", "/home/dev/shop/cache/store.go", ""},
	} {
		table := snapshot.NewTable()
		f := kept(table)
		f.Where.File = c.file
		check := checkOf(table, gate.Judged{Result: leak.Result{Outcome: leak.Grows, Findings: []leak.Finding{f}}})
		check.Root = c.root
		got := gitHub(t, check)[0]
		if got.properties["file"] != c.want {
			t.Errorf("%s below %s is named %q, want %q", c.file, c.root, got.properties["file"], c.want)
		}
		named := c.want
		if named == "" {
			named = c.file
		}
		if !strings.Contains(got.message, named) {
			t.Errorf("the message does not name %s: %s", named, got.message)
		}
		if _, has := got.properties["line"]; has != (c.want != "") {
			t.Errorf("%s: the properties are %q: a line says nothing without its file", c.file, got.properties)
		}
	}
}
