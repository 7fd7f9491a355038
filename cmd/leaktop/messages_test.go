package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// TestMessages lists every text of the program that a person may get to read, with
// where it is and what it is printed for. Texts are edited in one pass over the
// list, as one text: run it with -update, and read what changed.
func TestMessages(t *testing.T) {
	var list bytes.Buffer
	for _, m := range messages(t) {
		fmt.Fprintf(&list, "%s %s\n", m.file, m.function)
		if m.trigger != "" {
			fmt.Fprintf(&list, "  if %s\n", m.trigger)
		}
		fmt.Fprintf(&list, "  %s\n\n", m.text)
	}
	golden.RequireEqual(t, list.Bytes())
}

// What no message may have in it.
func TestMessagesAreWellWritten(t *testing.T) {
	for _, rule := range []struct {
		says  string
		wrong *regexp.Regexp
	}{
		{"a count may be 1: use units.Plural", regexp.MustCompile(`(?:^|[^#])%d(?: more| other)? (?:[a-hj-z][a-z]*|i[a-rt-z][a-z]*)s\b`)},
		{"an article before a vowel is an", regexp.MustCompile(`\b[Aa] (?:other|address|index|error|entry|hour|HTML|old)\b`)},
		{"a word stands there twice", regexp.MustCompile(`\b(?:the the|is is|of of|to to|that that it|a a|in in)\b`)},
		{"two blanks stand between words", regexp.MustCompile(`[a-z]{2}[,;]?  [a-z]`)},
	} {
		for _, m := range messages(t) {
			// A bound, and a count behind a condition that says so, are more than 1.
			text := strings.NewReplacer("than %d", "than N", "the cap of %d", "the cap of N").Replace(m.text)
			if rule.wrong.MatchString(text) && !manyHere.MatchString(m.trigger) && !strings.Contains(text, "\\n") {
				t.Errorf("%s %s: %s; %s", m.file, m.function, m.text, rule.says)
			}
		}
	}
}

// manyHere matches a condition behind which there are several, or very many.
var manyHere = regexp.MustCompile(`> 1\b|!= 1\b|> max[A-Z]|over[A-Z]|too`)

// message is a text of the program.
type message struct {
	file, function string
	trigger        string // the condition that it stands behind, "" for none
	text           string // as it stands in the source, quoted
}

// leastWords is how many words a text has at least that a person reads as such.
const leastWords = 3

// messages are the texts of all packages that print, in the order of their files.
func messages(t *testing.T) []message {
	t.Helper()
	var out []message
	for _, top := range []string{"capture", "cmd", "diff", "tui"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && entry.Name() == "testdata" {
				return cmp.Or(err, fs.SkipDir)
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				out = append(out, messagesOf(t, path)...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 100 {
		t.Fatalf("there are %d messages, want all", len(out))
	}
	return out
}

// messagesOf are those of one file.
func messagesOf(t *testing.T, path string) []message {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	var out []message
	var behind []ast.Node // what the node at hand stands in
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			behind = behind[:len(behind)-1]
			return true
		}
		behind = append(behind, n)
		if literal, ok := n.(*ast.BasicLit); ok && isMessage(literal, behind) {
			out = append(out, message{filepath.ToSlash(name), functionAround(behind), triggerOf(set, behind), literal.Value})
		}
		return true
	})
	return out
}

// isMessage reports whether a literal is a text with words, and no tag, pattern or
// import.
func isMessage(literal *ast.BasicLit, behind []ast.Node) bool {
	if literal.Kind != token.STRING || len(behind) < 2 {
		return false
	}
	switch parent := behind[len(behind)-2].(type) {
	case *ast.Field, *ast.ImportSpec:
		return false
	case *ast.CallExpr:
		if called, ok := parent.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "MustCompile" {
			return false
		}
	}
	text, err := strconv.Unquote(literal.Value)
	return err == nil && len(strings.Fields(text)) >= leastWords && strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz")
}

// functionAround is the function that a node stands in, "" for none.
func functionAround(behind []ast.Node) string {
	for _, n := range slices.Backward(behind) {
		if f, ok := n.(*ast.FuncDecl); ok {
			return f.Name.Name
		}
	}
	return ""
}

// triggerOf is the nearest condition that a node stands behind, in its own words.
func triggerOf(set *token.FileSet, behind []ast.Node) string {
	for i, n := range slices.Backward(behind) {
		var conditions []ast.Expr
		switch n := n.(type) {
		case *ast.IfStmt:
			if i+1 < len(behind) && behind[i+1] != n.Body {
				continue
			}
			conditions = []ast.Expr{n.Cond}
		case *ast.CaseClause:
			conditions = n.List
		case *ast.FuncDecl:
			return ""
		default:
			continue
		}
		var parts []string
		for _, c := range conditions {
			var b bytes.Buffer
			if err := printer.Fprint(&b, set, c); err != nil {
				return ""
			}
			parts = append(parts, strings.Join(strings.Fields(b.String()), " "))
		}
		if len(parts) == 0 {
			return "none of the other cases"
		}
		return strings.Join(parts, ", ")
	}
	return ""
}
