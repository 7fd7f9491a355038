package main

import (
	"flag"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leaktop/diff/leak"
	"leaktop/fixtures/leaky"
)

var (
	scoreboard      = flag.Bool("scoreboard", false, "judge every mode of the demo service for two minutes, and print how well that went")
	scoreboardModes = flag.String("scoreboard.modes", "", "judge these modes alone, and set no bar")
	scoreboardJSON  = flag.String("scoreboard.json", "", "write all that was said to this file, one object a line")
)

// atOnce is how many services are watched at the same time: as many as leave
// two cores idle half of the time, so that what is judged is not the load.
const atOnce = 14

// TestScoreboard judges each mode of the demo service in a process of its own,
// and holds what is said against the truth that the mode knows.
func TestScoreboard(t *testing.T) {
	if !*scoreboard {
		t.Skip("it takes ten minutes; run it with -scoreboard -timeout 40m")
	}
	names := []string{leaky.AllModes}
	if *scoreboardModes != "" {
		names = strings.Split(*scoreboardModes, ",")
	}
	modes, err := leaky.Select(names)
	if err != nil {
		t.Fatal(err)
	}
	load := watchLoad()
	sheets := watchModes(t, modes, watching{
		rate:   1,
		every:  5 * time.Second,
		ends:   []time.Duration{time.Minute, 2 * time.Minute},
		atOnce: atOnce,
	})
	t.Logf("%s\n%s", load.text(), board(sheets))
	if *scoreboardJSON != "" {
		writeSheets(t, *scoreboardJSON, sheets)
	}
	if *scoreboardModes == "" {
		setBar(t, sheets)
	}
}

// setBar fails where the judge is not as good as it is to be.
func setBar(t *testing.T, sheets []sheet) {
	t.Helper()
	const least = 0.97
	early, late := score(after(sheets, time.Minute)), score(after(sheets, 2*time.Minute))
	for _, figure := range []struct {
		name  string
		share share
	}{
		{"precision after a minute", early.precision()},
		{"precision after two minutes", late.precision()},
		// In two minutes a leak of the heap cannot be told from what fills up: to
		// name it as growing is right.
		{"share that was named after two minutes", late.named()},
	} {
		if figure.share.value() < least {
			t.Errorf("the %s is %s, want %.2f", figure.name, figure.share, least)
		}
	}
	for _, s := range after(sheets, 2*time.Minute) {
		for _, f := range s.findings {
			if !s.mode.Leak && !s.mode.Waste && f.Verdict.Fails() {
				t.Errorf("%s is no leak, but is said to be %s: %s", s.mode.Name, f.Verdict, f.Summary())
			}
		}
	}
}

// after returns what was said when that time was up.
func after(sheets []sheet, end time.Duration) []sheet {
	return slices.DeleteFunc(slices.Clone(sheets), func(s sheet) bool { return s.end != end })
}

// watchModes watches the modes, some of them at once, and returns what was said
// in their order.
func watchModes(t *testing.T, modes []leaky.Mode, how watching) []sheet {
	t.Helper()
	exe := buildService(t)
	byMode := make([][]sheet, len(modes))
	slots := make(chan struct{}, how.atOnce)
	// Spread out, the snapshots do not all come at the same moment.
	apart := time.NewTicker(how.every / time.Duration(how.atOnce))
	defer apart.Stop()
	var running sync.WaitGroup
	for i, mode := range modes {
		slots <- struct{}{}
		<-apart.C
		running.Go(func() {
			defer func() { <-slots }()
			byMode[i] = how.watch(t, exe, mode)
		})
	}
	running.Wait()
	return slices.Concat(byMode...)
}

// TestMark checks how findings are held against the truth, without which a
// scoreboard says nothing.
func TestMark(t *testing.T) {
	t.Parallel()
	task := modeNamed(t, "task")
	body := modeNamed(t, "body")
	offheap := modeNamed(t, "offheap")
	lru := modeNamed(t, "lru")
	listing := modeNamed(t, "listing")
	for _, test := range []struct {
		name     string
		mode     leaky.Mode
		findings []leak.Finding
		want     tally
	}{
		{"nothing said of a leak", task, nil, tally{places: 2}},
		{"nothing said of a look-alike", lru, nil, tally{}},
		{"one finding for both places", task, []leak.Finding{says(leak.Leak, leak.NeverEndingTask, task.Blocked)}, tally{places: 2, found: 2, checks: 2}},
		{"by another check", task, []leak.Finding{says(leak.Leak, leak.LockWait, task.Blocked)}, tally{places: 2, found: 2}},
		{"growing only", task, []leak.Finding{says(leak.Growing, leak.StateKept, task.Function)}, tally{places: 2, unsure: 2}},
		{"a plateau is nothing", task, []leak.Finding{says(leak.Plateau, leak.StateKept, task.Function)}, tally{places: 2}},
		{"another function", task, []leak.Finding{says(leak.Stuck, leak.BlockedSend, "main.other")}, tally{places: 2, wrong: 1}},
		{"one wrong function said twice", lru, []leak.Finding{says(leak.Leak, leak.StateKept, lru.Function), says(leak.Leak, leak.GrowingQueue, lru.Function)}, tally{wrong: 1}},
		{"what belongs to it", body, []leak.Finding{says(leak.Leak, leak.ForgottenBody, body.Others[0])}, tally{places: 1, found: 1, checks: 1}},
		{"the process", offheap, []leak.Finding{{Kind: leak.ProcessKind, Verdict: leak.Leak, Check: leak.OffHeap}}, tally{places: 1, found: 1, checks: 1}},
		{"the process, by another check", offheap, []leak.Finding{{Kind: leak.ProcessKind, Verdict: leak.Leak, Check: leak.Fragmentation}}, tally{places: 1, wrong: 1}},
		{"waste named", listing, []leak.Finding{says(leak.Growing, leak.HandlerAllocation, listing.Handler)}, tally{wastes: 1, named: 1}},
		{"waste taken for a leak", listing, []leak.Finding{says(leak.Leak, leak.StateKept, listing.Function)}, tally{wastes: 1, wrong: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := score([]sheet{mark(test.mode, time.Minute, nil, &leak.Result{Findings: test.findings})}).all; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// says is a finding about one function.
func says(verdict leak.Verdict, check leak.Check, function string) leak.Finding {
	f := leak.Finding{Kind: leak.HeapKind, Verdict: verdict, Check: check}
	f.Where.Function = function
	return f
}

func modeNamed(t *testing.T, name string) leaky.Mode {
	t.Helper()
	modes, err := leaky.Select([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	return modes[0]
}
