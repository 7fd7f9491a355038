package handler_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
)

var update = flag.Bool("update", false, "write the handlers found into testdata")

// recorded is one stack of a list in testdata; README.md there has the format.
type recorded struct {
	kind   snapshot.Kind
	count  int64
	label  string
	want   string
	frames []string // root first
}

// Every stack recorded from a program of each framework belongs to the handler
// that was written beside it by hand.
func TestRecordedStacks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stack lists in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			comment, stacks := parse(t, text)
			if *update {
				for i, got := range find(t, stacks) {
					stacks[i].want = got
				}
				if err := os.WriteFile(file, format(comment, stacks), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			check(t, stacks, find(t, stacks))
			for i := range stacks {
				stacks[i].frames = onDisk(stacks[i].frames)
			}
			check(t, stacks, find(t, stacks))
		})
	}
}

// find returns what is found for each stack, once all were seen.
func find(t *testing.T, stacks []recorded) []string {
	t.Helper()
	table := snapshot.NewTable()
	f := finder(t, table)
	f.Observe(profileOf(table, snapshot.Heap, stacks), profileOf(table, snapshot.Goroutine, stacks))
	var found []string
	for _, s := range stacks {
		h, ok := f.OfRecord(s.key(table))
		if ok != (h.Name != handler.Other) {
			t.Errorf("%s: found %v", h.Name, ok)
		}
		found = append(found, describe(h))
	}
	return found
}

func check(t *testing.T, stacks []recorded, found []string) {
	t.Helper()
	for i, s := range stacks {
		if found[i] != s.want {
			t.Errorf("got %q, want %q for\n\t%s", found[i], s.want, strings.Join(s.frames, "\n\t"))
		}
	}
}

// onDisk gives the frames of a -trimpath build the files of one without.
func onDisk(frames []string) []string {
	var out []string
	for _, f := range frames {
		at := strings.LastIndexByte(strings.TrimSuffix(f, " inlined"), ' ') // type arguments hold blanks too
		function, file := f[:at], f[at+1:]
		module, _, _ := strings.Cut(file, "/")
		switch {
		case strings.Contains(file, "@"):
			file = "/root/go/pkg/mod/" + file
		case strings.Contains(module, "."):
			file = "/home/dev/" + file
		default:
			file = "/usr/local/go/src/" + file
		}
		out = append(out, function+" "+file)
	}
	return out
}

// What is found does not depend on the order in which stacks are seen.
func TestOrderDoesNotMatter(t *testing.T) {
	text, err := os.ReadFile("testdata/echo4.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, stacks := parse(t, text)
	table := snapshot.NewTable()
	f := finder(t, table)
	for i := len(stacks) - 1; i >= 0; i-- {
		f.Of(stacks[i].key(table).Stack)
	}
	f.Observe(profileOf(table, snapshot.Goroutine, stacks))
	for _, s := range stacks {
		h, _ := f.OfRecord(s.key(table))
		if got := describe(h); got != s.want {
			t.Errorf("got %q, want %q for\n\t%s", got, s.want, strings.Join(s.frames, "\n\t"))
		}
	}
}

func finder(t testing.TB, table *snapshot.Table, patterns ...string) *handler.Finder {
	t.Helper()
	f, err := newFinder(table, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newFinder(table *snapshot.Table, patterns ...string) (*handler.Finder, error) {
	return handler.New(table, nil, patterns)
}

// describe gives a handler as the lists do: name, framework, link.
func describe(h handler.Handler) string {
	text := h.Name
	if h.Framework != "" {
		text += ", " + h.Framework
	}
	if h.Link.String() != "" {
		text += ", " + h.Link.String()
	}
	return text
}

func parse(t *testing.T, text []byte) (comment string, stacks []recorded) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		lines := strings.Split(block, "\n")
		if strings.HasPrefix(lines[0], "#") {
			comment = block
			continue
		}
		s := recorded{count: 1}
		for i, word := range strings.Fields(lines[0]) {
			n, err := strconv.ParseInt(word, 10, 64)
			switch {
			case i == 0:
				s.kind = snapshot.Kind(word)
			case err == nil:
				s.count = n
			default:
				s.label = word
			}
		}
		for _, line := range lines[1:] {
			if want, ok := strings.CutPrefix(line, "= "); ok {
				s.want = want
			} else {
				s.frames = append(s.frames, strings.TrimSpace(line))
			}
		}
		if s.kind != snapshot.Heap && s.kind != snapshot.Goroutine || len(s.frames) == 0 {
			t.Fatalf("no stack: %q", block)
		}
		stacks = append(stacks, s)
	}
	return comment, stacks
}

func format(comment string, stacks []recorded) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, comment)
	for _, s := range stacks {
		fmt.Fprintf(&b, "\n%s", s.kind)
		if s.count != 1 {
			fmt.Fprintf(&b, " %d", s.count)
		}
		if s.label != "" {
			fmt.Fprintf(&b, " %s", s.label)
		}
		fmt.Fprintf(&b, "\n= %s\n", s.want)
		for _, frame := range s.frames {
			fmt.Fprintf(&b, "  %s\n", frame)
		}
	}
	return b.Bytes()
}

func (s *recorded) key(table *snapshot.Table) snapshot.Key {
	key := snapshot.Key{Stack: intern(table, s.frames)}
	if k, v, ok := strings.Cut(s.label, "="); ok {
		key.Labels = table.InternLabels([]snapshot.Label{{Key: k, Value: v}})
	}
	return key
}

func profileOf(table *snapshot.Table, kind snapshot.Kind, stacks []recorded) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: kind, Types: []snapshot.SampleType{{Name: string(kind), Unit: "count"}}})
	for _, s := range stacks {
		if s.kind == kind {
			b.Add(s.key(table), []int64{s.count})
		}
	}
	return b.Profile()
}

// intern interns frames given root first as "function file:start:line [inlined]".
// What is left out stands for a file of one's own.
func intern(table *snapshot.Table, rootFirst []string) snapshot.StackID {
	ids := make([]snapshot.FrameID, len(rootFirst))
	for i, text := range rootFirst {
		text, inlined := strings.CutSuffix(text, " inlined")
		f := snapshot.Frame{Function: text, File: "/home/dev/shop/shop.go", StartLine: 10, Line: 12, Inlined: inlined}
		if at := strings.LastIndexByte(text, ' '); at >= 0 {
			if place := strings.Split(text[at+1:], ":"); len(place) == 3 {
				f.Function, f.File = text[:at], place[0]
				f.StartLine, f.Line = number(place[1]), number(place[2])
			}
		}
		ids[len(ids)-1-i] = table.InternFrame(f)
	}
	return table.InternStack(ids)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // a list in testdata is wrong
	}
	return n
}
