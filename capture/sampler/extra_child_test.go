package sampler

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/fixtures/leaky"
)

// serveLeaky is a child that is the demo service, with goroutines that pile up.
func serveLeaky() error {
	return leaky.Serve(leaky.EndWithInput(context.Background(), os.Stdin),
		leaky.Options{Modes: []string{"send", "lock", "workers"}, Rate: 20, Announce: os.Stdout, Log: os.Stderr})
}

// idsAt returns the goroutines of a dump by the function they wait in, the
// first that has a prefix.
func idsAt(table *snapshot.Table, d *snapshot.Dump, prefix string) map[string][]int64 {
	ids := make(map[string][]int64)
	for _, g := range d.Goroutines {
		for f := range table.Frames(g.Stack) {
			if name, ok := strings.CutPrefix(f.Function, prefix); ok {
				ids[name] = append(ids[name], g.ID)
				break
			}
		}
	}
	return ids
}

// A dump of a service whose goroutines pile up: they keep their ids, and each is
// told to its record in the goroutine profile.
func TestDumpsOfARealTarget(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child, err := leaky.Start(t.Context(), exe, []string{leakyArgument})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Stop() }) // what it says of its load is of no interest here
	l := watchLive(t, child.Address, func(c *Config) { c.AllowDump = true })
	const prefix, push, reserve = "leaktop/fixtures/leaky/", "notify.(*Sender).push", "inventory.(*Ledger).reserve"
	waits := func(s *snapshot.Snapshot) map[string][]int64 {
		if s.Dump == nil {
			return nil
		}
		return idsAt(l.table, s.Dump, prefix)
	}
	first := await(l, "ten goroutines that hang in each place", func(e snapshot.Taken) bool {
		at := waits(e.Snapshot)
		return len(at[push]) >= 10 && len(at[reserve]) >= 10
	}).Snapshot
	second := await(l, "ten more", func(e snapshot.Taken) bool {
		return len(waits(e.Snapshot)[push]) >= len(waits(first)[push])+10
	}).Snapshot
	l.end()

	for _, s := range []*snapshot.Snapshot{first, second} {
		if d := s.Dump; d.Cut || len(s.Raw[snapshot.GoroutineDump]) == 0 || d.Time.Before(s.Time) || s.Missing != nil {
			t.Errorf("the dump of #%d is cut: %v, has %d bytes of text, and is of %s; missing %q", s.Seq, d.Cut, len(s.Raw[snapshot.GoroutineDump]), d.Time, s.Missing)
		}
	}
	// Of those that send, most wait for ever by now, and some for the provider still.
	now := make(map[int64]snapshot.DumpedGoroutine)
	for _, g := range second.Dump.Goroutines {
		now[g.ID] = g
	}
	stuck := 0
	for _, g := range first.Dump.Goroutines {
		if leaf := l.table.Leaf(g.Stack).Function; g.Status != "chan send" || leaf != prefix+push {
			continue
		}
		stuck++
		if again, ok := now[g.ID]; !ok || again.Status != g.Status || again.Stack != g.Stack {
			t.Errorf("goroutine %d was stuck and is %+v now", g.ID, again)
		}
		if creator := l.table.Frame(g.Creator); creator.Function != prefix+"notify.(*Sender).send" || g.CreatorID == 0 {
			t.Errorf("goroutine %d was started by %+v in %d", g.ID, creator, g.CreatorID)
		}
	}
	if stuck < 9 {
		t.Errorf("%d goroutines are stuck", stuck)
	}
	checkJoined(t, l.table, second, prefix+push, "runtime.chansend1")
	checkJoined(t, l.table, second, prefix+reserve, "internal/sync.runtime_SemacquireMutex")
}

// checkJoined lays the goroutines of the dump beside the records of the profile
// that was taken just before it, where both wait for ever in a function.
func checkJoined(t *testing.T, table *snapshot.Table, s *snapshot.Snapshot, function, wait string) {
	t.Helper()
	dumped := make(map[snapshot.StackID]int64)
	for _, g := range s.Dump.Goroutines {
		dumped[g.Stack]++
	}
	found := false
	for i, key := range s.Goroutines.Keys {
		is := func(function string) bool {
			return slices.ContainsFunc(table.Stack(key.Stack), func(f snapshot.Frame) bool { return f.Function == function })
		}
		if !is(function) || !is(wait) {
			continue
		}
		found = true
		if listed, dumped := s.Goroutines.Vector(i)[0], dumped[table.Dumped(key.Stack)]; dumped < listed {
			t.Errorf("the profile has %d goroutines and the dump %d at\n%v", listed, dumped, table.Stack(key.Stack))
		}
	}
	if !found {
		t.Errorf("no goroutine is in %s", function)
	}
}

// The runtime of a real target proves which goroutines are leaked: those that
// wait for what nothing else can reach.
func TestLeaksOfARealTarget(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the standard library with an experiment, which takes a minute")
	}
	t.Parallel()
	c := startLeaker(t)
	l := watchLive(t, c.address, func(c *Config) { c.AllowDump, c.AllowLeakProfile = true, true })
	first := await(l, "leaked goroutines", func(e snapshot.Taken) bool { return e.Snapshot.Leaked != nil }).Snapshot
	second := await(l, "a dump after they were looked for", func(e snapshot.Taken) bool { return e.Snapshot.Dump != nil }).Snapshot
	l.end()

	const each = 7
	want := map[string]int64{"main.leakedSend": each, "main.leakedReceive": each}
	for _, s := range []*snapshot.Snapshot{first, second} {
		if s.Leaked == nil {
			continue // it was too early
		}
		if found := leakedIn(l.table, s); !maps.Equal(found, want) {
			t.Errorf("leaked in #%d are %v, want %v", s.Seq, found, want)
		}
		if s.Leaked.Mappings != s.Goroutines.Mappings || len(s.Raw[snapshot.GoroutineLeak]) == 0 {
			t.Errorf("the leaks of #%d are of another process, or not kept as they came", s.Seq)
		}
	}
	var marked []string
	for _, g := range second.Dump.Goroutines {
		if g.Leaked {
			marked = append(marked, l.table.Entry(g.Stack).Function+": "+g.Status)
		}
	}
	slices.Sort(marked)
	if want := append(slices.Repeat([]string{"main.leakedReceive: chan receive"}, each), slices.Repeat([]string{"main.leakedSend: chan send"}, each)...); !slices.Equal(marked, want) {
		t.Errorf("the dump after it marks as leaked\n%q", marked)
	}
}

// startLeaker builds and starts a target that serves the goroutineleak profile.
func startLeaker(t *testing.T) *child {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "leaker")
	build := exec.Command("go", "build", "-o", exe, "./testdata/leaker")
	build.Env = os.Environ()
	if strings.HasPrefix(runtime.Version(), "go1.26") { // later ones have it as they are
		build.Env = append(build.Env, "GOEXPERIMENT=goroutineleakprofile")
	}
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return startCommand(t, exec.Command(exe))
}
