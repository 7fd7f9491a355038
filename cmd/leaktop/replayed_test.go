package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/fixtures/bench/day"
)

// replayed judges the run in a session file as a check did live, and returns its
// report.
func replayed(t *testing.T, path string, judge judgeFlags, policy gate.Policy) []byte {
	t.Helper()
	table := snapshot.NewTable()
	h, c := unwatched(t, table, judge, policy)
	damage, err := eachEvent(t.Context(), path, table, nil, func(e snapshot.Event) error {
		h.note(e)
		h.apply(e)
		return nil
	})
	if err != nil || damage != "" {
		t.Fatalf("%s: %q, %v", path, damage, err)
	}
	return reported(t, h, c)
}

// unwatched is a check of no target: events are handed to it.
func unwatched(t *testing.T, table *snapshot.Table, judge judgeFlags, policy gate.Policy) (*headless, export.Check) {
	t.Helper()
	j, err := newJudging(table, judge.settings(), policy)
	if err != nil {
		t.Fatal(err)
	}
	h := &headless{judging: j, told: func(snapshot.Event, *gate.Judged) {}}
	return h, export.Check{Table: table, Root: sourceTree()}
}

// reported is the JSON of what was judged of all events.
func reported(t *testing.T, h *headless, c export.Check) []byte {
	t.Helper()
	c.Target = export.NewTarget(h.info.Address, h.info.StartTime, h.info.GoVersion)
	c.Judged = h.judged()
	var out bytes.Buffer
	if err := export.JSON(&out, export.NewCheckReport(c)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestReplayedCheck checks a target, and judges what the session file has of it:
// the reports are the same, byte for byte.
func TestReplayedCheck(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	target := leaking(t)
	var runs []session.Summary
	p := lasting(t, state, 4*time.Second, func(duration time.Duration) []string {
		return checking(duration, target, bounded, "--format", "json")
	}, func(process) bool {
		runs = keptRuns(t, state)
		return len(runs) > 0 && runs[0].Snapshots >= 3
	})
	if p.code != exitLeak {
		t.Fatalf("exit code %d: %s", p.code, p.stdout)
	}
	if len(runs) == 0 || !runs[0].Ended || runs[0].Snapshots < 3 {
		t.Fatalf("the session files are %+v", runs)
	}
	got := replayed(t, runs[0].Path, judgeFlags{}, gate.Policy{MaxGoroutines: snapshot.Known(5)})
	if string(got) != p.stdout {
		t.Errorf("replayed it is\n%s\nwant\n%s", got, p.stdout)
	}
}

// TestReplayedLeaks does the same with the run of a large program that leaks in
// several places.
func TestReplayedLeaks(t *testing.T) {
	t.Parallel()
	table := snapshot.NewTable()
	made := day.New(table, 3, day.Program{Stacks: 400, Groups: 40, Changing: 0.1, Leaks: 6, Every: 15 * time.Second, Curves: 5 * time.Second})
	h, c := unwatched(t, table, judgeFlags{}, gate.Policy{})
	path := filepath.Join(t.TempDir(), "run"+session.Extension)
	keep := &recorder{create: func(head session.Header) (*session.Writer, error) {
		return session.Create(path, head, table, session.Options{})
	}}
	take := func(e snapshot.Event) {
		h.note(e)
		h.apply(e)
		if warning := keep.apply(e); warning != "" {
			t.Fatal(warning)
		}
	}
	take(snapshot.Attached{Info: snapshot.Info{Address: "http://127.0.0.1:6060/debug/pprof/", StartTime: time.Unix(1_700_000_000, 0)}})
	for range 40 {
		for _, e := range made.Next() {
			take(e)
		}
	}
	live := reported(t, h, c)
	if warning := keep.close(); warning != "" {
		t.Fatal(warning)
	}
	var report struct{ Findings []json.RawMessage }
	if err := json.Unmarshal(live, &report); err != nil || len(report.Findings) < 5 {
		t.Fatalf("%d findings, want those of 6 leaks (%v)", len(report.Findings), err)
	}
	if got := replayed(t, path, judgeFlags{}, gate.Policy{}); !bytes.Equal(got, live) {
		t.Errorf("replayed it is\n%s\nwant\n%s", got, live)
	}
}
