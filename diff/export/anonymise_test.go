package export_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// secrets are words that stand nowhere but in the names of [secretRun].
func secrets() []string {
	return []string{"quokka", "wombat", "echidna", "platypus", "dingo", "numbat", "bilby", "potoroo", "cassowary", "kookaburra",
		"galah", "lorikeet", "emu_requests", "brolga", "goanna", "thylacine", "kowari", "10.11.12.13", "4312"}
}

// secretRun is a run in which every kind of name is a secret.
func secretRun() export.Run {
	t := snapshot.NewTable()
	const dir = "/home/dingo/numbat/"
	follow := snapshot.Frame{Function: "github.com/quokka/wombat/v2.(*Echidna).platypusFollow", File: dir + "bilby_desk.go", Line: 41, StartLine: 40}
	closure := snapshot.Frame{Function: "github.com/quokka/wombat/v2.(*Echidna).platypusFollow.func1", File: dir + "bilby_desk.go", Line: 43, StartLine: 42}
	generic := snapshot.Frame{Function: "slices.Grow[go.shape.[]github.com/quokka/wombat.Goanna]", File: "/home/dingo/sdk/go1.26.1/src/slices/slices.go", Line: 7}
	native := snapshot.Frame{Function: "kowari::pool::take", File: dir + "pool.rs", Line: 3}
	labels := []snapshot.Label{{Key: "potoroo", Value: "thylacine"}, {Key: "handler", Value: "/cassowary"}}
	types := []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}, {Name: "emu_requests", Unit: "brolga"}}
	heap := func(build string, n int64) *snapshot.Profile {
		return profileOf(t, snapshot.Profile{Kind: snapshot.Heap, Time: baseTime, Types: types, DefaultType: -1, Period: 524288, BuildID: build, Mappings: "goanna" + build},
			record{stack: []snapshot.Frame{generic, follow, serve}, labels: labels, size: 4096, values: []int64{n * 4096, n}},
			record{stack: []snapshot.Frame{native, mainFrame}, values: []int64{n, 1}})
	}
	goroutines := func(n int64) *snapshot.Profile {
		return goroutinesOf(t, 0, record{stack: []snapshot.Frame{park, chanSend, follow, closure}, labels: labels, values: []int64{n}})
	}
	f := leak.Finding{
		ID: "goroutine-00112233445566aa", Kind: leak.GoroutineKind, Check: leak.BlockedSend, Verdict: leak.Leak, Confidence: 0.97,
		Claim: places(120, follow.Function, "select"),
		Where: follow, Stack: stackOf(t, park, chanSend, follow, closure), Now: leak.Amounts{Goroutines: snapshot.Known(120)},
		Group:   diff.GroupKey{Entry: closure.Function, Blocked: follow.Function},
		Related: []leak.Related{{Kind: leak.HeapKind, Stack: stackOf(t, generic, follow, serve)}},
		Growth:  trend.Estimate{Value: 60, Low: 58, High: 62, Known: true}, Unit: leak.Goroutines,
		Handler:    handler.Handler{Name: "POST /cassowary/{kookaburra}", Function: follow.Function, File: follow.File, Link: handler.Started},
		HasHandler: true,
		Facts: []leak.Fact{
			places(3, follow.Function, "chan receive"), {Kind: leak.StartedIn, Functions: []string{closure.Function}},
			leak.Fact{Kind: leak.AllocatedMost, Handlers: []string{"POST /cassowary/{kookaburra}"}}.With("allocated", 2<<20, leak.Bytes),
			{Kind: leak.LikelyByHandler, Handlers: []string{"wombat.(*Echidna).platypusFollow"}}, {Kind: leak.ServesHandler, Handlers: []string{"Potoroo/Quokka"}},
			places(7, native.Function, "runnable"), {Kind: leak.LabelledByHandler, Handlers: []string{"thylacine"}},
		},
		Recheck: leak.Fact{Kind: leak.StartedIn, Functions: []string{"slices.Grow[go.shape.[]github.com/quokka/wombat.Goanna]"}}, Remedy: "give the channel room",
	}
	f.Stacks = []snapshot.StackID{f.Stack}
	known := f
	known.ID = "goroutine-00112233445566ab"
	c := checkOf(t, gate.Judged{
		Result: leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{f}, Lacking: "there was no heap profile (http://galah.internal:6060/debug/pprof/heap: 500)",
			Needs: []string{"What dial tcp 10.11.12.13:6060 would say."}},
		Known: []leak.Finding{known},
	})
	run := export.Run{Table: t, Judged: c.Judged, Root: "/home/dingo", Curves: curves()}
	run.Diff = export.Diff{
		Target:     export.NewTarget("http://galah.internal:6060/lorikeet/debug/pprof/", baseTime.Add(-time.Hour), "go1.26.8-quokka"),
		Base:       export.Input{Name: "/home/dingo/lorikeet.pb.gz", Time: baseTime},
		Current:    export.Input{Name: "http://galah.internal:6060/", Time: baseTime.Add(time.Minute)},
		Heap:       diff.Compare(t, heap("thylacine1", 3), heap("thylacine2", 9)),
		Goroutines: diff.Compare(t, goroutines(3), goroutines(120)),
		Notes:      []string{"http://galah.internal:6060/debug/pprof/goroutine: refused by galah.internal"},
	}
	return run
}

// places is a fact about goroutines that wait somewhere.
func places(n float64, function, state string) leak.Fact {
	return leak.Fact{Kind: leak.MetAt, Functions: []string{function}, Words: []string{state}}.With("waiting", n, leak.Goroutines)
}

// everyFormat writes a run in all formats, each readable as text.
func everyFormat(t *testing.T, run export.Run, o export.Options) map[string]string {
	t.Helper()
	out := make(map[string]string)
	add := func(name string, f func(w io.Writer) error) {
		out[name] = string(write(t, func(b *bytes.Buffer) error { return f(b) }))
	}
	add("text", func(w io.Writer) error { return export.RunText(w, run, o) })
	add("markdown", func(w io.Writer) error { return export.RunMarkdown(w, run, o) })
	add("json", func(w io.Writer) error { return export.JSON(w, export.NewRunReport(run, o)) })
	add("html", func(w io.Writer) error { return export.HTML(w, run, o) })
	for _, sampleType := range []string{o.SampleType, "goroutine"} {
		o := export.Options{SampleType: sampleType}
		add("svg "+sampleType, func(w io.Writer) error { return export.SVG(w, run.Diff, o) })
		add("speedscope "+sampleType, func(w io.Writer) error { return export.Speedscope(w, run.Diff, o) })
		for _, value := range export.FoldedValues() {
			add("folded "+value+" "+sampleType, func(w io.Writer) error { return export.Folded(w, run.Diff, o, value) })
		}
		add("pprof "+sampleType, func(w io.Writer) error {
			c, err := run.Of(sampleType)
			if err != nil {
				return err
			}
			return unzipped(w, func(w io.Writer) error { return export.Pprof(w, c) })
		})
	}
	for _, table := range export.Tables() {
		add("csv "+string(table), func(w io.Writer) error { return export.CSV(w, run, table, o) })
	}
	return out
}

func unzipped(w io.Writer, f func(io.Writer) error) error {
	var zipped bytes.Buffer
	if err := f(&zipped); err != nil {
		return err
	}
	in, err := gzip.NewReader(&zipped)
	if err == nil {
		_, err = io.Copy(w, in)
	}
	return err
}

// No format of an anonymised run holds any name of the original, and all of
// them together hold every one of them before.
func TestAnonymise(t *testing.T) {
	salt := []byte("a salt for tests")
	o := export.Options{SampleType: "emu_requests"}
	before := everyFormat(t, secretRun(), o)
	seen := make(map[string]bool)
	for _, text := range before {
		for _, secret := range secrets() {
			seen[secret] = seen[secret] || strings.Contains(strings.ToLower(text), secret)
		}
	}
	for _, secret := range secrets() {
		if !seen[secret] && secret != "10.11.12.13" { // stands in what only a page shows
			t.Errorf("no format holds %s to begin with", secret)
		}
	}
	run, options := export.Anonymise(secretRun(), o, salt)
	for format, text := range everyFormat(t, run, options) {
		for _, secret := range secrets() {
			if i := strings.Index(strings.ToLower(text), secret); i >= 0 {
				t.Errorf("%s holds %s: …%s…", format, secret, text[max(0, i-60):min(len(text), i+60)])
			}
		}
		if format != "csv curves" && len(text) < len(before[format])/4 {
			t.Errorf("%s has %d bytes, and had %d before", format, len(text), len(before[format]))
		}
		switch format {
		case "text", "markdown", "html":
			if !strings.Contains(text, "pseudonyms") {
				t.Errorf("%s does not say that its names are pseudonyms", format)
			}
		case "json":
			if err := validate(t, []byte(text)); err != nil {
				t.Error(err)
			}
		}
	}
}

// The same salt gives the same bytes, another one other names; what was given
// is not changed, and neither is any number.
func TestAnonymiseIsStable(t *testing.T) {
	original := secretRun()
	report := func(r export.Run) string {
		return string(write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewRunReport(r, export.Options{})) }))
	}
	before := report(original)
	first, _ := export.Anonymise(original, export.Options{}, []byte("one salt"))
	again, _ := export.Anonymise(secretRun(), export.Options{}, []byte("one salt"))
	other, _ := export.Anonymise(original, export.Options{}, []byte("another"))
	if report(first) != report(again) {
		t.Error("the same salt gives two reports")
	}
	if report(first) == report(other) {
		t.Error("another salt gives the same report")
	}
	if report(original) != before {
		t.Error("what was given was changed")
	}
	type numbers struct {
		Changes struct {
			Heap []struct {
				Stack []struct{ Line int }
				Delta map[string]int64
			}
			Goroutines []struct {
				State string
				Delta int64
			}
		}
	}
	read := func(text string) (n numbers) {
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	was, is := read(before).Changes, read(report(first)).Changes
	if len(was.Heap) != len(is.Heap) || !slices.Equal(was.Goroutines, is.Goroutines) {
		t.Fatalf("the changes were %+v and are %+v", was, is)
	}
	for i := range was.Heap {
		if !slices.Equal(was.Heap[i].Stack, is.Heap[i].Stack) || was.Heap[i].Delta["inuse_space"] != is.Heap[i].Delta["inuse_space"] {
			t.Errorf("change %d was %+v and is %+v", i, was.Heap[i], is.Heap[i])
		}
	}
}

// What is own code before is own code after, and a look at nothing is no panic.
func TestAnonymiseKeepsOwnCode(t *testing.T) {
	run, _ := export.Anonymise(secretRun(), export.Options{}, []byte("salt"))
	for _, f := range run.Judged.Findings {
		if !diff.IsOwn(f.Where, nil) {
			t.Errorf("%+v is not own code", f.Where)
		}
	}
	empty, _ := export.Anonymise(export.Run{}, export.Options{}, nil)
	if empty.Judged != nil || empty.Heap != nil {
		t.Errorf("nothing became %+v", empty)
	}
}

// A full dump tells states and who started goroutines: the states stay, and the
// lines that started them are names like any other.
func TestAnonymiseDump(t *testing.T) {
	table := snapshot.NewTable()
	starter := table.InternFrame(snapshot.Frame{Function: "github.com/quokka/wombat.Start", File: "/home/dingo/start.go", Line: 3})
	dump := snapshot.GroupedDump{Groups: []snapshot.DumpGroup{
		{Status: "chan send (nil chan)", Stack: stackOf(table, push, background), Creator: starter, Count: 3, Most: 7},
		{Status: "select", Stack: stackOf(table, push, background), Count: 1},
	}}
	p := dump.Profile(table)
	run, _ := export.Anonymise(export.Run{Table: table, Diff: export.Diff{Goroutines: diff.Compare(table, p, p)}}, export.Options{}, []byte("salt"))
	groups := run.Goroutines.Groups()
	var states []string
	for _, g := range groups {
		states = append(states, string(g.State))
	}
	slices.Sort(states)
	if !slices.Equal(states, []string{"chan send (nil chan)", "select"}) {
		t.Errorf("the states are %q", states)
	}
	for _, g := range groups {
		told, ok := run.Goroutines.Current.ToldOf(g.Stacks)
		if !ok || len(told.Creators) != 1 {
			t.Fatalf("of %s is told %+v", g.State, told)
		}
		by := run.Table.Frame(told.Creators[0].Creator)
		if (g.State == "select") != (by.Function == "") || strings.Contains(by.Function+by.File, "wombat") || strings.Contains(by.File, "dingo") {
			t.Errorf("%s were started by %+v", g.State, by)
		}
	}
}
