package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
)

// A flag goes before what the file holds, if it was given: also one that was given
// as what it is without.
func TestFlagsGoBeforeTheFile(t *testing.T) {
	t.Parallel()
	recorded := session.Settings{Warmup: time.Minute, Handlers: []string{"^a$"}, Own: []string{"b/"}, Limit: 1 << 20}
	for _, c := range []struct {
		args []string
		want session.Settings
	}{
		{nil, recorded},
		{[]string{"--warmup", "0"}, session.Settings{Handlers: recorded.Handlers, Own: recorded.Own, Limit: recorded.Limit}},
		{[]string{"--handler", "^c$", "--handler", "^d$"}, session.Settings{Warmup: time.Minute, Handlers: []string{"^c$", "^d$"}, Own: recorded.Own, Limit: recorded.Limit}},
		{[]string{"--own", "e/,f/", "--limit", "2MiB"}, session.Settings{Warmup: time.Minute, Handlers: recorded.Handlers, Own: []string{"e/", "f/"}, Limit: 2 << 20}},
	} {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		var flags judgeFlags
		flags.add(set)
		if err := set.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if got := flags.over(recorded); !reflect.DeepEqual(got, c.want) {
			t.Errorf("with %q a run is judged by %+v, want %+v", c.args, got, c.want)
		}
	}
}

// The --limit of an export is about rows, and none of the judge.
func TestRowsAreNoMemoryLimit(t *testing.T) {
	t.Parallel()
	path := recordedWith(t, 9, session.Settings{Limit: 1 << 40})
	all, _ := exportJSON(t, path)
	few, _ := exportJSON(t, path, "--limit", "1")
	if !reflect.DeepEqual(all.Findings, few.Findings) {
		t.Errorf("with fewer rows there are other findings:\n%s\n%s", few.Findings, all.Findings)
	}
}

// recordedWith is the path of a session file that holds settings.
func recordedWith(t *testing.T, snapshots int, settings session.Settings) string {
	t.Helper()
	r := startJudged(t, filepath.Join(t.TempDir(), "run.leaktop"), noon(), settings)
	for range snapshots {
		r.take()
	}
	r.close()
	return r.path
}

// A run is judged by the settings in its file, wherever that is asked for: here the
// warm-up takes up most of the run, so that nothing can be told.
func TestRecordedSettingsAreUsed(t *testing.T) {
	t.Parallel()
	told, long := recordedRun(t, 14), recordedWith(t, 14, session.Settings{Warmup: 190 * time.Second})
	for path, want := range map[string]string{told: "leak", long: "inconclusive"} {
		if e, _ := exportJSON(t, path); e.Verdict != want {
			t.Errorf("an export says %q, want %q", e.Verdict, want)
		}
		if word := verdictOf(t.Context(), path, judgeFlags{}); word != want {
			t.Errorf("the picker says %q, want %q", word, want)
		}
		if d := readDiffVerdict(t, path); d != want {
			t.Errorf("a diff says %q, want %q", d, want)
		}
		if word := screensVerdict(t, path, judgeFlags{}); word != want {
			t.Errorf("the screens say %q, want %q", word, want)
		}
	}
	if e, _ := exportJSON(t, long, "--warmup", "0"); e.Verdict != "leak" {
		t.Errorf("with --warmup 0 an export says %q, want a leak", e.Verdict)
	}
}

// What came after the last snapshot counts wherever the run is judged: here of one that
// is clean up to then.
func TestTheEndOfARunIsJudged(t *testing.T) {
	t.Parallel()
	for name, end := range map[string][]snapshot.Event{
		"clean":            nil,
		"gone":             {snapshot.Unreachable{Since: noon(), Reason: "refused"}},
		"gone and back":    {snapshot.Unreachable{Since: noon(), Reason: "refused"}, snapshot.VitalsTaken{}},
		"interrupted":      {snapshot.Interrupted{After: time.Minute, Of: time.Hour}},
		"gone interrupted": {snapshot.Unreachable{Since: noon(), Reason: "refused"}, snapshot.Interrupted{After: time.Minute, Of: time.Hour}},
	} {
		want := "inconclusive"
		if name == "clean" || name == "gone and back" {
			want = "clean"
		}
		r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
		r.level = true
		for range 30 {
			r.take()
		}
		for _, e := range end {
			r.apply(e)
		}
		r.close()
		e, _ := exportJSON(t, r.path)
		for who, got := range map[string]string{
			"live": string(r.judged().Outcome), "an export": e.Verdict, "the picker": verdictOf(t.Context(), r.path, judgeFlags{}),
			"a diff": readDiffVerdict(t, r.path), "the screens": screensVerdict(t, r.path, judgeFlags{}),
		} {
			if got != want {
				t.Errorf("%s: %s says %q, want %q", name, who, got, want)
			}
		}
	}
}

// verdictOn is what a report says of a run: the verdict, and the findings as they
// stand in it.
type verdictOn struct {
	Verdict  string
	Reason   string
	Findings json.RawMessage
}

func readVerdict(t *testing.T, report string) verdictOn {
	t.Helper()
	var v verdictOn
	if err := json.Unmarshal([]byte(report), &v); err != nil {
		t.Fatalf("%v: %s", err, report)
	}
	return v
}

// readDiffVerdict is the verdict of a diff of a session file.
func readDiffVerdict(t *testing.T, path string) string {
	t.Helper()
	return readVerdict(t, leaktop(t, "diff", path, "--fail-on", "leak", "--format", "json").stdout).Verdict
}

// screensVerdict is what the judge says that the screens on a file are given.
func screensVerdict(t *testing.T, path string, flags judgeFlags) string {
	t.Helper()
	table := snapshot.NewTable()
	from, err := openSource(t.Context(), table, path, sizeLimits{})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	j, err := newJudging(table, flags.over(from.settings()), gate.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Run(t.Context(), j.Apply); err != nil {
		t.Fatal(err)
	}
	return string(j.Result().Outcome)
}

// What is said holds as of a snapshot: points of the curves that come after it
// change nothing until the next one, so that it does not matter when one asks.
func TestJudgedAsOfASnapshot(t *testing.T) {
	t.Parallel()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	var last *snapshot.Snapshot
	for range 14 {
		last = r.take()
	}
	report := func(table *snapshot.Table, j *gate.Judged) string {
		var out bytes.Buffer
		if err := export.JSON(&out, export.NewCheckReport(export.Check{Table: table, Judged: j})); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	want := report(r.table, r.judged())
	v := last.Vitals
	for i := range 20 {
		v.Time = last.Time.Add(time.Duration(i+1) * time.Second)
		v.Set(snapshot.NumGC, 900+int64(i))
		v.Set(snapshot.HeapInuse, 9<<30)
		v.Set(snapshot.RSS, int64(10+i)<<30)
		r.apply(snapshot.VitalsTaken{Vitals: v})
	}
	r.close()
	if got := report(r.table, r.judged()); got != want {
		t.Errorf("after more of the curves it says\n%s\nwant\n%s", got, want)
	}
	table := snapshot.NewTable()
	j, err := judgeRecording(t.Context(), r.path, table, judgeFlags{}, gate.Policy{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := report(table, j); got != want {
		t.Errorf("of the file it says\n%s\nwant\n%s", got, want)
	}
}

// A look back has all of the run told again that came before, and nothing of what
// came after.
func TestReplayUntil(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 9)
	table := snapshot.NewTable()
	from, err := newReplay(path, table)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var all, got []snapshot.Event
	if err := from.Run(t.Context(), func(e snapshot.Event) { all = append(all, e) }); err != nil {
		t.Fatal(err)
	}
	if !from.until(t.Context(), 5, func(e snapshot.Event) { got = append(got, e) }) {
		t.Fatal("#5 is not found")
	}
	if len(got) != 11 { // whose target it is, and of each snapshot a point and itself
		t.Fatalf("%d events, want 11", len(got))
	}
	for i, e := range got {
		want := all[i]
		if taken, ok := want.(snapshot.Taken); ok {
			light := *taken.Snapshot
			light.Raw = nil
			want = snapshot.Taken{Snapshot: &light}
		}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("event %d is %+v, want %+v", i, e, want)
		}
	}
	if from.until(t.Context(), 99, func(snapshot.Event) {}) {
		t.Error("#99 is found")
	}
}

// The same of a live run, whose file is still being written; false where no file is.
func TestReplayOfALiveRun(t *testing.T) {
	t.Parallel()
	var none *recorder
	table := snapshot.NewTable()
	keep := &recorder{table: table, create: func(h session.Header) (*session.Writer, error) {
		return session.Create(filepath.Join(t.TempDir(), "run.leaktop"), h, table, session.Options{})
	}}
	for _, r := range []*recorder{none, keep} {
		if r.until(t.Context(), 1, func(snapshot.Event) {}) {
			t.Error("#1 is found, and there is no file")
		}
	}
	events := []snapshot.Event{snapshot.Attached{Info: snapshot.Info{Name: "orders"}}}
	for i := range 4 {
		events = append(events, snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: i + 1, Time: noon().Add(time.Duration(i) * time.Second)}})
	}
	for _, e := range events {
		if warning := keep.apply(e); warning != "" {
			t.Fatal(warning)
		}
	}
	defer keep.close()
	var got []snapshot.Event
	if !keep.until(t.Context(), 3, func(e snapshot.Event) { got = append(got, e) }) || len(got) != 4 {
		t.Errorf("%d events up to #3, want 4", len(got))
	}
}
