package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
	"leaktop/fixtures/leaky"
)

// watching says how modes are watched.
type watching struct {
	rate   float64         // at which they are driven
	every  time.Duration   // between snapshots
	ends   []time.Duration // when to judge; each has the warm-up that a check of that length has
	atOnce int
}

// buildService builds the program that is watched. The race detector is not
// in it: what it remembers of each object is outside the Go heap and grows
// with it, which is an off-heap leak to a judge.
func buildService(t *testing.T) (exe string) {
	t.Helper()
	exe = filepath.Join(t.TempDir(), "leaktop.exe") // as Windows wants it
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-race=false", "-o", exe, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return exe
}

// watch runs one mode of a program in a process of its own and judges it.
func (w watching) watch(t *testing.T, exe string, mode leaky.Mode) []sheet {
	t.Helper()
	// A child that is slow to start or to answer is waited for, but not for ever.
	ctx, cancel := context.WithTimeout(t.Context(), slices.Max(w.ends)+time.Minute)
	defer cancel()
	child, err := leaky.Start(ctx, exe, []string{"demo", "--serve", "127.0.0.1:0", "--modes", mode.Name, "--rate", fmt.Sprint(w.rate)})
	if err != nil {
		t.Errorf("%s: %v", mode.Name, err)
		return nil
	}
	defer child.Stop() // what it says is not what is tested here
	var reach reachFlags
	reach.setDefaults()
	s, client, table, err := newSampler(child.Address, reach, watchFlags{every: w.every})
	if err != nil {
		t.Errorf("%s: %v", mode.Name, err)
		return nil
	}
	defer client.Close()
	judges := make([]*judging, len(w.ends))
	for i, end := range w.ends {
		if judges[i], err = newJudging(table, session.Settings{Warmup: defaultWarmup(end)}, gate.Policy{}); err != nil {
			t.Error(err)
			return nil
		}
	}
	live := watchLive(ctx, s)
	sheets := w.follow(live.events, mode, table, judges)
	cancel()
	for range live.events { // until the sampler has ended
	}
	if err := live.wait(); err != nil || len(sheets) < len(w.ends) {
		t.Errorf("%s: judged %d times, want %d: %v; it said %q", mode.Name, len(sheets), len(w.ends), err, child.Stderr())
	}
	return sheets
}

// follow takes in events until the last judge has judged. Each does so at the
// snapshot that is due about when its time is up, as a check does, but not
// before it has seen as many as come in that time when the service answers
// at once: a busy machine makes the sampler slower, and a run longer.
func (w watching) follow(events <-chan snapshot.Event, mode leaky.Mode, table *snapshot.Table, judges []*judging) []sheet {
	var first time.Time
	taken := 0
	var sheets []sheet
	for e := range events {
		for _, judge := range judges {
			judge.Apply(e)
		}
		last, ok := e.(snapshot.Taken)
		if !ok {
			continue
		}
		taken++
		if first.IsZero() {
			first = last.Snapshot.Time
		}
		ran := last.Snapshot.Time.Sub(first)
		for i := len(sheets); i < len(judges) && ran >= w.ends[i]-w.every/10 && taken >= int(w.ends[i]/w.every); i++ {
			sheets = append(sheets, mark(mode, w.ends[i], table, judges[i].Result()))
		}
		if len(sheets) == len(judges) {
			break
		}
	}
	return sheets
}

// writeSheets writes all that was said, one object a line.
func writeSheets(t *testing.T, path string, sheets []sheet) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	for _, s := range sheets {
		findings := make([]export.Finding, 0, len(s.findings))
		for _, f := range s.findings {
			findings = append(findings, export.NewFinding(s.table, f.Finding))
		}
		err := lines.Encode(struct {
			Mode     string           `json:"mode"`
			Seconds  float64          `json:"seconds"`
			Outcome  leak.Outcome     `json:"outcome"`
			Reason   string           `json:"reason"`
			Needs    []string         `json:"needs"`
			Findings []export.Finding `json:"findings"`
		}{s.mode.Name, s.end.Seconds(), s.result.Outcome, s.result.Reason, s.result.Needs, findings})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// load measures how busy the machine is.
type load struct{ busy, whole float64 } // of all cores since they started; 0 unknown

func watchLoad() load {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return load{}
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var l load
	for i, field := range strings.Fields(line)[1:] {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return load{}
		}
		const idle, waiting = 3, 4
		if l.whole += ticks; i != idle && i != waiting {
			l.busy += ticks
		}
	}
	return l
}

// text says how busy the machine was since then.
func (l load) text() string {
	now := watchLoad()
	if now.whole <= l.whole {
		return "how busy the machine was is unknown"
	}
	return fmt.Sprintf("the machine was %.0f %% busy", 100*(now.busy-l.busy)/(now.whole-l.whole))
}
