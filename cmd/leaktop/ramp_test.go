package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// TestRecordedRamps judges servers that nobody here wrote while sixty clients
// connect to them within a minute, and stay. Nothing of it leaks. The README of
// fixtures/profiles says how they were recorded.
func TestRecordedRamps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file string
		each int64 // goroutines that the server keeps for a client
	}{
		{"nats-ramp.leaktop", 2},
		{"etcd-ramp-http.leaktop", 6},
		{"etcd-ramp-grpc.leaktop", 6},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			assertRamp(t, filepath.Join("..", "..", "fixtures", "profiles", c.file), rampClients*c.each)
		})
	}
}

// rampClients is how many clients connect.
const rampClients = 60

// assertRamp judges the recorded run of a server that clients connect to. After
// each snapshot there is at most one finding, and it is GROWING at most. That
// the run shows a ramp at all is told by how many more goroutines there are.
func assertRamp(t *testing.T, path string, more int64) {
	t.Helper()
	table := snapshot.NewTable()
	j, err := newJudging(table, session.Settings{}, gate.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	var counts []int64
	told := false // that it is all of the clients
	damage, err := eachEvent(t.Context(), path, table, nil, func(e snapshot.Event) error {
		j.Apply(e)
		taken, ok := e.(snapshot.Taken)
		if !ok {
			return nil
		}
		if p := taken.Snapshot.Goroutines; p != nil {
			counts = append(counts, p.Total(0))
		}
		said := verdicts(j.judged().Findings)
		if !bearable(said) {
			t.Errorf("#%d: %q, want at most one that is %s: that more clients are connected", taken.Snapshot.Seq, said, leak.Growing)
		}
		for _, one := range said {
			told = told || strings.HasPrefix(one.Summary, fmt.Sprintf("%d more client connections", rampClients))
		}
		return nil
	})
	if err != nil || damage != "" {
		t.Fatalf("%s: %q, %v", path, damage, err)
	}
	if !told {
		t.Errorf("%s: nowhere are %d more client connections told", path, rampClients)
	}
	if len(counts) < 6 || slices.Max(counts)-slices.Min(counts) < more {
		t.Errorf("%s: %d goroutines, want at least %d more after some snapshots: it is no ramp", path, counts, more)
	}
}

// verdict is what a report says of a finding, in short.
type verdict struct {
	Verdict leak.Verdict
	Summary string
}

// verdicts are those that a report shows of what was found: what has come to an
// end is not in it.
func verdicts(findings []leak.Finding) []verdict {
	var out []verdict
	for i := range findings {
		if f := &findings[i]; f.Verdict != leak.Plateau {
			out = append(out, verdict{f.Verdict, f.Summary()})
		}
	}
	return out
}

// bearable reports whether no more is said of a ramp than that it grows.
func bearable(said []verdict) bool {
	return len(said) == 0 || len(said) == 1 && said[0].Verdict.Severity() <= leak.Growing.Severity()
}
