package leak_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
)

// judgeDump judges the text of one full dump.
func judgeDump(t *testing.T, text string) *leak.Result {
	t.Helper()
	table := snapshot.NewTable()
	d, err := decode.GroupedGoroutines(strings.NewReader(text), "dump", table, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	j := newJudge(t, table)
	j.Apply(snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: 1, Time: noon, Alone: true, Goroutines: d.Profile(table)}})
	r := j.Result()
	agree(t, r)
	return r
}

// at returns the finding about where goroutines wait.
func at(t *testing.T, r *leak.Result, function string) *leak.Finding {
	t.Helper()
	for i := range r.Findings {
		if r.Findings[i].Where.Function == function {
			return &r.Findings[i]
		}
	}
	t.Fatalf("nothing is found at %s: %q", function, told(r))
	return nil
}

// holderOf is the first fact about who holds a lock, false for none.
func holderOf(f *leak.Finding) (leak.Fact, bool) {
	i := slices.IndexFunc(f.Facts, func(f leak.Fact) bool { return f.Kind == leak.LikelyHolder })
	if i < 0 {
		return leak.Fact{}, false
	}
	return f.Facts[i], true
}

// The dump is what Go 1.26 printed of main.go.txt beside it, with "40 minutes" put in:
// locks that are held in every way there is, and a loop on the same object as each
// bait. Most receivers are gone, as registers are not kept.
func TestHoldersInARealDump(t *testing.T) {
	text, err := os.ReadFile("testdata/locks/dump.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := judgeDump(t, string(text))
	for _, c := range []struct {
		where, holder, by string
		likely            float64 // at least
		says              string
	}{
		{"main.(*State).Inspect", "main.(*State).Stop", "same-type", 0.5, "10 of 10 wait for one lock, at 0x11cb4ca9a400"},
		{"main.(*RW).Get", "main.(*RW).Refresh", "same-object", 0.85, ""},
		{"main.(*RW).Set", "main.(*RW).Refresh", "same-object", 0.85, "2 of 2 wait for one lock"},
		{"main.setup", "main.initAll", "once", 0.95, "4 of 4 wait for one lock"},
		{"main.(*Account).Transfer", "main.(*Account).Transfer", "same-object", 0.85, "2 of them wait for each other in a circle"},
		{"main.(*Rec).inner", "main.(*Rec).Outer", "itself", 0.25, ""},
		{"main.(*Rec).Outer", "main.(*Rec).Outer", "again", 0.25, "3 of 3 wait for one lock"},
		{"main.(*Gone).Use", "", "", 0, "its holder is unknown"},
		{"main.lockGlobal", "", "", 0, "its holder is unknown"},
	} {
		t.Run(c.where, func(t *testing.T) {
			f := at(t, r, c.where)
			if f.Verdict != leak.Stuck || f.Check != leak.LockWait {
				t.Errorf("it is %s %s, want a lock that is stuck", f.Verdict, f.Check)
			}
			if !strings.Contains(evidence(f), c.says) {
				t.Errorf("%q is not in %q", c.says, evidence(f))
			}
			h, ok := holderOf(f)
			if c.holder == "" {
				if ok {
					t.Errorf("it names a holder: %q", h.Text())
				}
				return
			}
			if p, _ := h.Value("p"); !ok || h.Functions[0] != c.holder || !slices.Contains(h.Words, c.by) || p < c.likely {
				t.Errorf("the holder is %+v, want %s by %s, %.0f %% sure at least", h, c.holder, c.by, 100*c.likely)
			}
			if c.by != "itself" && !slices.ContainsFunc(f.Related, func(r leak.Related) bool { return r.Kind == leak.GoroutineKind }) {
				t.Error("the stack of the holder is not related to the finding")
			}
		})
	}
	if r.Outcome != leak.Leaks || len(r.Needs) > 0 {
		t.Errorf("the outcome is %s, and it needs %q", r.Outcome, r.Needs)
	}
}

// A daemon that hung for days: those who wait have garbage for arguments, as in a
// dump that somebody changed, and the holder is found all the same.
func TestHungDaemon(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "goroutine %d [sync.Mutex.Lock, %d minutes]:\n", 100+i, 5611-i)
		goroutineFrames(&b, fmt.Sprintf("0xc%09x, 0x1", 100+i),
			"internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock",
			"depot/jail.(*State).Inspect", "depot/api.(*Router).inspect", "net/http.HandlerFunc.ServeHTTP", "net/http.(*conn).serve")
	}
	b.WriteString("goroutine 62 [select, 5612 minutes]:\n")
	goroutineFrames(&b, "0xc00000003e, 0x1", "depot/shim.(*Client).Kill", "depot/jail.(*State).Stop", "depot/api.(*Router).stop", "net/http.HandlerFunc.ServeHTTP", "net/http.(*conn).serve")
	b.WriteString("goroutine 80 [IO wait, 5700 minutes]:\n")
	goroutineFrames(&b, "0xc000000050, 0x1", "internal/poll.runtime_pollWait", "net.(*netFD).accept", "net/http.(*Server).Serve", "main.serve")
	r := judgeDump(t, b.String())
	if len(r.Findings) != 1 {
		t.Fatalf("the findings are %q, want the lock alone", told(r))
	}
	f := &r.Findings[0]
	if want := "300 goroutines wait for one lock that is not released, for 3.7 to 3.9 days by the runtime"; f.Summary() != want {
		t.Errorf("it says %q, want %q", f.Summary(), want)
	}
	h, _ := holderOf(f)
	if p, _ := h.Value("p"); !strings.Contains(h.Text(), "jail.(*State).Stop (select, 5,612 min)") || p < 0.8 {
		t.Errorf("the holder is %q", h.Text())
	}
	if text := evidence(f); strings.Contains(text, "0xc0") || !strings.Contains(text, "at least 5,312 to 5,611 min (3.7 to 3.9 days)") {
		t.Errorf("it says %q: what cannot be an address is none", text)
	}
}

// goroutineFrames writes frames of own code and of the standard library.
func goroutineFrames(b *strings.Builder, arguments string, functions ...string) {
	for _, f := range functions {
		file := "/src/" + diff.PackageOf(f) + "/x.go"
		if !strings.HasPrefix(f, "depot/") && !strings.HasPrefix(f, "main.") {
			file = "/usr/local/go" + file
		}
		fmt.Fprintf(b, "%s(%s)\n\t%s:10 +0x1d\n", f, arguments, file)
	}
	b.WriteString("created by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3454 +0x9c\n\n")
}

// Two that take two locks in different order are a circle, also where they have
// different types and no address is told.
func TestCircleOfTypes(t *testing.T) {
	var b strings.Builder
	mutex := []string{"internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock"}
	for i, stack := range [][]string{
		{"depot/stock.(*Ledger).Take", "depot/orders.(*Book).Place", "depot/api.place"},
		{"depot/orders.(*Book).Note", "depot/stock.(*Ledger).Audit", "depot/jobs.audit"},
	} {
		fmt.Fprintf(&b, "goroutine %d [sync.Mutex.Lock, 95 minutes]:\n", 7+i)
		goroutineFrames(&b, "0x0?", slices.Concat(mutex, stack)...)
	}
	r := judgeDump(t, b.String())
	for where, holder := range map[string]string{"depot/stock.(*Ledger).Take": "stock.(*Ledger).Audit", "depot/orders.(*Book).Note": "orders.(*Book).Place"} {
		f := at(t, r, where)
		if text := evidence(f); !strings.Contains(text, "likely held by "+holder) || !strings.Contains(text, "in a circle, which never ends") {
			t.Errorf("%s: %q", where, text)
		}
	}
}

// A healthy service has short waits for locks, and long ones of those who idle.
func TestHealthyDump(t *testing.T) {
	mutex := []string{"internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock"}
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "goroutine %d [sync.Mutex.Lock]:\n", 100+i)
		goroutineFrames(&b, "0xc000012340", append(mutex, "depot/jail.(*State).Inspect", "depot/api.inspect", "net/http.(*conn).serve")...)
	}
	for i := range 16 {
		fmt.Fprintf(&b, "goroutine %d [chan receive, 9000 minutes]:\n", 200+i)
		goroutineFrames(&b, "0xc000012340", "depot/pool.(*Pool).work")
	}
	for i, wait := range []string{"select, 9000 minutes", "IO wait, 9000 minutes", "sync.Cond.Wait, 9000 minutes", "sleep, 9000 minutes", "select (no cases), 9000 minutes", "syscall, 9000 minutes, locked to thread"} {
		fmt.Fprintf(&b, "goroutine %d [%s]:\n", 300+i, wait)
		goroutineFrames(&b, "0xc000012340", "depot/jail.(*State).loop")
	}
	if r := judgeDump(t, b.String()); len(r.Findings) > 0 || r.Outcome != leak.Inconclusive || strings.Contains(r.Reason, "--allow gc") || strings.Contains(r.Reason, "longer, or") {
		t.Errorf("%s (%s): %q", r.Outcome, r.Reason, told(r))
	}
}

// Of many locks each has its holder, by the object that it is a part of.
func TestManyLocks(t *testing.T) {
	mutex := []string{"internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock"}
	var b strings.Builder
	id := 10
	for tenant := range 3 {
		object := fmt.Sprintf("0xc00010%d000", tenant)
		for range 5 + 3*tenant {
			id++
			fmt.Fprintf(&b, "goroutine %d [sync.Mutex.Lock, 90 minutes]:\n", id)
			goroutineFrames(&b, fmt.Sprintf("0xc00010%d018", tenant), mutex...)
			text := strings.TrimSuffix(b.String(), "created by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3454 +0x9c\n\n")
			b.Reset()
			b.WriteString(text)
			goroutineFrames(&b, object+", 0x1", "depot/tenant.(*Store).Get", "depot/api.get")
		}
		id++
		fmt.Fprintf(&b, "goroutine %d [IO wait, 91 minutes]:\n", id)
		goroutineFrames(&b, object, "internal/poll.runtime_pollWait", "net.(*conn).Read", fmt.Sprintf("depot/tenant.(*Store).Load%d", tenant), "depot/api.load")
	}
	f := at(t, judgeDump(t, b.String()), "depot/tenant.(*Store).Get")
	var holders []string
	for _, fact := range f.Facts {
		if fact.Kind == leak.LikelyHolder {
			holders = append(holders, fact.Functions[0])
		}
	}
	if want := []string{"depot/tenant.(*Store).Load2", "depot/tenant.(*Store).Load1", "depot/tenant.(*Store).Load0"}; !slices.Equal(holders, want) {
		t.Errorf("the holders are %q, want %q", holders, want)
	}
	if text := evidence(f); !strings.Contains(text, "they wait for 3 different locks") || !strings.Contains(text, "11 of 24 wait for one lock, at 0xc000102018") {
		t.Errorf("it says %q", text)
	}
	if strings.Contains(f.Summary(), "one lock") {
		t.Errorf("it says %q", f.Summary())
	}
}

// A wait that may be none at all, by what the runtime's stamp is worth, is not told.
func TestShortWaitIsNotTold(t *testing.T) {
	for minutes, want := range map[int32]bool{2: false, 20: true} {
		lock := line{stack: locking + "app/stock.take app/stock.loop", count: grows(3, 3)}
		r := story{snapshots: 24, goroutines: []line{lock}, dump: func(table *snapshot.Table, i int) *snapshot.Dump {
			d := &snapshot.Dump{Time: noon.Add(every)}
			for id := range int64(3) {
				d.Goroutines = append(d.Goroutines, snapshot.DumpedGoroutine{ID: id + 1, Status: "sync.Mutex.Lock", Stack: table.Dumped(intern(table, lock.stack)), Minutes: minutes})
			}
			return d
		}}.judge(t)
		f := finding(r, leak.LockWait)
		if f == nil {
			t.Fatalf("the findings are %q", told(r))
		}
		if got := slices.Contains(kinds(*f), leak.WaitedByRuntime); got != want {
			t.Errorf("a wait of %d minutes is told: %v", minutes, got)
		}
	}
}
