package tui

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/fixtures/bench/day"
)

// watchedDay is a program that is told of a made-up session, with a real judge.
type watchedDay struct {
	*program
	session *day.Session
	told    int // snapshots
}

// seldomDay is how many snapshots are judged and drawn together: to do both for
// each of a whole day takes a benchmark minutes, and leaves nothing behind.
const seldomDay = 8

// seldomJudge sees everything, and judges every few snapshots.
type seldomJudge struct {
	*leak.Judge
	asked  int
	result *leak.Result
}

func (j *seldomJudge) Result() *leak.Result {
	if j.asked%seldomDay == 0 {
		j.result = j.Judge.Result()
	}
	j.asked++
	return j.result
}

func newWatchedDay(t testing.TB, of day.Program) *watchedDay {
	t.Helper()
	p := newProgram(t)
	table := snapshot.NewTable()
	cfg := p.cfg
	cfg.Table, cfg.Handlers = table, newFinder(t, table)
	cfg.Judge = &seldomJudge{Judge: leak.NewJudge(leak.Config{Table: table, Handlers: newFinder(t, table)})}
	p.Model = New(cfg)
	p.resize(200, 50)
	return &watchedDay{program: p, session: day.New(table, 5, of)}
}

// watch lets so many snapshots come, with the points of the curves in between.
func (w *watchedDay) watch(snapshots int) {
	for range snapshots {
		if w.told%seldomDay == 0 {
			w.press("1")
		}
		w.tell(w.session.Next()...)
		w.press("5")
		w.told++
	}
}

// resident returns what the process has resident now and had at most, in bytes;
// false where the system does not tell.
func resident() (now, most int64, ok bool) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, false
	}
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "VmRSS: %d kB", &now)
		fmt.Sscanf(line, "VmHWM: %d kB", &most)
	}
	return now << 10, most << 10, now > 0 && most > 0
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The part of a day that a test has time for: what is kept of the second half is
// no more than what is packed of it, and the screens show what was seen.
func TestHoursStaySmall(t *testing.T) {
	const stacks, snapshots = 2000, 300
	w := newWatchedDay(t, day.Program{Stacks: stacks, Groups: 200, Changing: 0.1, Leaks: 10, Every: 30 * time.Second, Curves: 10 * time.Second, Raw: 20 << 10})
	w.watch(snapshots / 2)
	before := live()
	w.watch(snapshots / 2)
	// Each snapshot has 200 changes, and a few hundred bytes by itself; its raw
	// profile is kept as long as there is room.
	if grown, most := live()-before, int64(snapshots/2*(20<<10+8*stacks/10+2<<10)); grown > most {
		t.Errorf("the second half of %d snapshots takes %d bytes, want at most %d", snapshots, grown, most)
	}
	if n := len(w.data.history.Snapshots()); n != snapshots {
		t.Errorf("%d of %d snapshots are kept", n, snapshots)
	}
	w.press("2")
	if c := w.free().compare(snapshot.Heap); c.base.Seq != 1 || c.current.Seq != snapshots || len(c.Current.Keys) < stacks*9/10 {
		t.Errorf("#%d and #%d are compared", c.base.Seq, c.current.Seq)
	}
	w.watch(seldomDay) // of which one is judged
	if r := w.data.verdicts.result; r.Outcome != leak.Leaks {
		t.Errorf("the outcome is %s with ten leaks", r.Outcome)
	}
}

// gcPercent is what leaktop sets for as long as it watches.
const gcPercent = 20

// BenchmarkDay watches a program of 20,000 heap stacks and 2,000 groups of
// goroutines for a day, of which one in ten changes from one snapshot to the
// next. It reports what the process has resident beyond the start, in MiB, and
// how long a key press takes then, to the new view.
func BenchmarkDay(b *testing.B) {
	const snapshots = 24 * 60 * 2
	w := newWatchedDay(b, day.Program{Stacks: 20, Groups: 2, Changing: 0.1, Every: 30 * time.Second, Curves: time.Second})
	w.watch(3) // what the program needs at all is there
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	start := live()
	rss, _, known := resident()
	begun := time.Now()
	w = newWatchedDay(b, day.Program{Stacks: 20_000, Groups: 2000, Changing: 0.1, Leaks: 50, Every: 30 * time.Second, Curves: time.Second, Raw: 90 << 10})
	w.watch(snapshots)
	w.press("1")
	took := time.Since(begun)
	now, most, _ := resident()
	debug.FreeOSMemory() // as the runtime does by itself within minutes
	kept, _, _ := resident()
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(live()-start)/(1<<20), "live-MiB")
		if known {
			b.ReportMetric(float64(kept-rss)/(1<<20), "resident-MiB")
			b.ReportMetric(float64(now-rss)/(1<<20), "with-garbage-MiB")
			b.ReportMetric(float64(most-rss)/(1<<20), "peak-MiB")
		}
		b.ReportMetric(float64(took.Milliseconds())/snapshots, "ms/snapshot")
		b.ReportMetric(float64(len(w.data.history.Snapshots())), "kept")
	})
	// What a person waits for is the picture; what takes longer than a frame is
	// worked out beside, and comes in later.
	for _, screen := range []struct{ name, key string }{
		{"Heap", "2"}, {"line", "down"}, {"page", "pgdown"}, {"end", "G"}, {"metric", "m"}, {"sort", "o"}, {"detail", "enter"}, {"back", "esc"}, {"base", "b"},
	} {
		b.Run("key/"+screen.name, func(b *testing.B) {
			var picture, all time.Duration
			for b.Loop() {
				begun := time.Now()
				_, cmd := w.Update(keyPress(screen.key))
				w.View()
				picture = max(picture, time.Since(begun))
				w.follow(cmd)
				all = max(all, time.Since(begun))
			}
			b.ReportMetric(float64(picture.Microseconds())/1000, "slowest-picture-ms")
			b.ReportMetric(float64(all.Microseconds())/1000, "slowest-all-ms")
		})
	}
}
