package leak_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// Programs that nobody tuned the judge for, by the numbers that their profiles
// had. Objects are as many as were sampled.

// goRate is the mean number of bytes between two samples that Go has by default.
const goRate = 512 << 10

// after is the number of the snapshot that is taken so long after the first.
func after(d time.Duration) int { return int(d/every) + 1 }

// each tells a story to a judge and calls f with what is judged at each snapshot.
func (s story) each(t *testing.T, f func(i int, r *leak.Result)) {
	t.Helper()
	table := snapshot.NewTable()
	j := newJudge(t, table)
	i := 0
	for _, e := range s.events(table) {
		j.Apply(e)
		if _, ok := e.(snapshot.Taken); ok {
			agree(t, j.Result())
			f(i, j.Result())
			i++
		}
	}
}

// passing is a line of objects that only come and go.
func passing() line {
	return line{stack: "app/api.decode app/api.Create" + served, count: func(i int) int64 { return 40 + int64(i*7%5) }, allocated: grows(1000, 20)}
}

// rising goes from one number to another within two minutes, and on at that rate.
func rising(from, to int64) func(int) int64 {
	return func(i int) int64 { return from + (to-from)*int64(i)/24 }
}

// One function that is reached over 16 paths keeps 4 → 42 objects, 2 or 3 on each.
func TestOneFunctionOver16Paths(t *testing.T) {
	heap := []line{passing()}
	for k := range int64(16) {
		stack := fmt.Sprintf("app/tree.(*Node).insert app/tree.descend%d app/api.Index", k) + served
		heap = append(heap, line{stack: stack, count: func(i int) int64 { return (rising(4, 42)(i) + k) / 16 }})
	}
	expect(t, heap, "state-kept app/tree.(*Node).insert by api.Index")
	r := story{rate: goRate, snapshots: after(2 * time.Minute), heap: heap}.judge(t)
	if len(r.Findings) != 1 || !slices.ContainsFunc(r.Findings[0].Facts, func(f leak.Fact) bool {
		n, _ := f.Value("paths")
		return f.Kind == leak.OverPaths && n > 10
	}) {
		t.Errorf("%q does not say over how many paths", told(r))
	}
}

// expect tells that something is growing, with its place named, at two minutes and
// not yet a leak before [leakAfter], and a leak within seven, and never less than before.
func expect(t *testing.T, heap []line, want string) {
	t.Helper()
	worst := leak.Verdict("")
	story{rate: goRate, snapshots: after(7 * time.Minute), heap: heap}.each(t, func(i int, r *leak.Result) {
		at := time.Duration(i) * every
		for _, f := range r.Findings {
			if f.Verdict == leak.Leak && at < leakAfter {
				t.Errorf("%s after the first snapshot it is a leak", at)
			}
		}
		got := told(r)
		switch at {
		case 2 * time.Minute:
			if !slices.Equal(got, []string{"growing " + want}) {
				t.Errorf("at two minutes: %q, want growing %s", got, want)
			}
		case 7 * time.Minute:
			if !slices.Equal(got, []string{"leak " + want}) {
				t.Errorf("at seven minutes: %q, want leak %s", got, want)
			}
		}
		now := leak.Verdict("")
		if len(r.Findings) > 0 {
			now = r.Findings[0].Verdict
		}
		if now.Severity() < worst.Severity() {
			t.Errorf("%s after the first snapshot %q is less than the %s before", at, got, worst)
		}
		worst = now
	})
}

// Index nodes are kept and values freed, and both are allocated at one stack.
func TestTwoSizesAtOneStack(t *testing.T) {
	const stack = "app/index.(*Index).put app/api.Put" + served
	heap := []line{
		passing(),
		{stack: stack, size: 144, count: rising(4, 34)},
		{stack: stack, size: 4096, count: func(i int) int64 { return 20 - min(int64(i)/3, 8) }, allocated: grows(20, 25)},
	}
	expect(t, heap, "state-kept app/index.(*Index).put by api.Put")
	r := story{rate: goRate, snapshots: after(2 * time.Minute), heap: heap}.judge(t)
	if len(r.Findings) == 0 {
		t.Fatal("nothing is found")
	}
	if now, _ := r.Findings[0].Now.Bytes.Get(); now/goRate != 34 {
		t.Errorf("%d sampled objects are held, want the 34 nodes", now/goRate)
	}
}

// slice is one slice that grows by copying, 2.4 → 30 MiB in nine steps, with so
// many snapshots between two of them.
func slice(apart int) []line {
	heap := []line{passing()}
	for k, mib := range []float64{2.4, 3.2, 4.2, 5.6, 7.5, 10, 13, 17, 23, 30} {
		heap = append(heap, line{
			stack: "app/audit.(*Log).append app/api.Write" + served, size: int64(mib * (1 << 20)),
			count: func(i int) int64 {
				if min(i/apart, 9) == k {
					return 1
				}
				return 0
			},
			allocated: func(i int) int64 { return min(max(int64(i/apart-k+1), 0), 1) },
		})
	}
	return heap
}

func TestSliceThatGrowsByCopying(t *testing.T) {
	want := []string{"growing state-kept app/audit.(*Log).append by api.Write"}
	for _, test := range []struct {
		name  string
		story story
	}{
		{"in two minutes", story{rate: goRate, snapshots: after(2 * time.Minute), heap: slice(2)}},
		{"five points, 15 seconds apart", story{rate: goRate, snapshots: 13, heap: slice(3), still: func(i int) bool { return i%3 > 0 }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := told(test.story.judge(t)); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Contexts that are never cancelled are allocated in a library below own code.
func TestAllocatedInLibraryBelowOwnCode(t *testing.T) {
	expect(t, []line{passing(), {
		stack:     "context.(*cancelCtx).propagateCancel context.withCancel context.WithCancel app/jobs.(*Runner).Start app/api.Run" + served,
		count:     rising(11, 73),
		allocated: func(i int) int64 { return rising(11, 73)(i) + int64(i)/6 },
	}}, "state-kept app/jobs.(*Runner).Start by api.Run")
}

// A queue takes in 250 and gives out 150: 2 → 27 MiB in two minutes.
func TestQueueThatGivesOutLessThanItTakesIn(t *testing.T) {
	expect(t, []line{passing(), {
		stack:     "app/mail.(*Sender).push app/api.Send" + served,
		count:     rising(32, 432),
		allocated: rising(32, 1032),
	}}, "growing-queue app/mail.(*Sender).push by api.Send")
}

// Each 17 seconds comes a batch of which a sixteenth stays.
func TestBatchThatLeavesASixteenth(t *testing.T) {
	heap := []line{passing(), {
		stack: "app/report.(*Builder).rows app/report.Loop",
		count: func(i int) int64 {
			at := int64(i) * 5
			live := 5 + 4*(at/17)
			if at%17 < 8 {
				live += 60
			}
			return live
		},
		allocated: func(i int) int64 { return 64 * (1 + int64(i)*5/17) },
	}}
	at := func(d time.Duration) []string {
		return told(story{rate: goRate, snapshots: after(d), heap: heap}.judge(t))
	}
	if got := at(150 * time.Second); len(got) != 1 || got[0][:7] != "growing" {
		t.Errorf("after two and a half minutes: %q", got)
	}
	if got := at(8 * time.Minute); len(got) != 1 || got[0][:4] != "leak" {
		t.Errorf("after eight minutes: %q", got)
	}
}

// Runs of 17 seconds leave a sixteenth each, as profiles showed them every 5 seconds.
// At the end of a run most of what lives is freed: that is not what had grown.
func TestRunsThatFreeAllButASixteenth(t *testing.T) {
	for _, live := range [][]int64{
		{0, 0, 0, 8, 8, 84, 15, 15, 58, 29, 29, 29, 125, 34, 34, 90, 39, 39, 64, 159, 48, 48, 131, 56, 56, 92, 183, 62, 62, 127, 69, 69, 94, 75, 75, 83, 167, 81, 81},
		{0, 0, 0, 10, 10, 85, 20, 20, 71, 28, 28, 28, 110, 36, 36, 87, 46, 46, 75, 179, 55, 55, 111, 65, 65, 84, 190, 70, 70, 161, 79, 79, 103, 85, 85, 85, 156, 93, 93},
	} {
		story{rate: goRate, snapshots: len(live), heap: []line{passing(), {
			stack:     "app/bank.(*House).read app/bank.(*House).Clear" + served,
			count:     func(i int) int64 { return live[i] },
			allocated: func(i int) int64 { return 120 * (1 + int64(i)*5/17) },
		}}}.each(t, func(i int, r *leak.Result) {
			grows := slices.ContainsFunc(r.Findings, func(f leak.Finding) bool {
				return f.Where.Function == "app/bank.(*House).read" && f.Verdict == leak.Growing
			})
			if at := time.Duration(i) * every; !grows && at >= 2*time.Minute {
				t.Errorf("after %s: %q", at, told(r))
			}
		})
	}
}

// One path's objects go from 33 to none while another's go from 2 to 51: their sum
// is level for half of the time. That is no leak at any time.
func TestPathThatTakesOver(t *testing.T) {
	story{rate: goRate, snapshots: after(5 * time.Minute), heap: []line{
		passing(),
		{stack: "app/prices.(*Table).row app/prices.Load", count: func(i int) int64 { return max(33-int64(i), 0) }, allocated: level(33)},
		{stack: "app/prices.(*Table).row app/prices.Refresh", count: func(i int) int64 { return min(2+int64(i), 51) }},
	}}.each(t, func(i int, r *leak.Result) {
		for _, f := range r.Findings {
			if f.Verdict.Fails() {
				t.Errorf("after %s: %q", time.Duration(i)*every, told(r))
			}
		}
	})
}

// A table is refreshed in place, by another path than the one that loaded it. By
// chance more and more of its rows were sampled, as profiles showed it: 20 at first,
// and 29 in the end.
func TestPathThatTakesOverAndSeemsToGrow(t *testing.T) {
	type point struct {
		at                           int   // number of the snapshot after the GC
		loaded, refreshed, allocated int64 // rows that live, and that the refreshing allocated
	}
	points := []point{
		{0, 17, 3, 0}, {2, 16, 6, 3}, {4, 14, 9, 6}, {6, 13, 12, 10}, {8, 10, 11, 12}, {10, 9, 11, 12}, {13, 9, 15, 16}, {16, 8, 14, 18}, {20, 8, 12, 19},
		{21, 5, 15, 23}, {24, 5, 13, 24}, {28, 4, 17, 28}, {32, 4, 20, 34}, {36, 3, 18, 35}, {40, 2, 20, 40}, {44, 1, 24, 47}, {47, 0, 26, 52},
		{52, 0, 28, 57}, {59, 0, 29, 65},
	}
	at := func(i int) point {
		return points[sort.Search(len(points), func(n int) bool { return points[n].at > i })-1]
	}
	const row, sizes = "app/prices.(*Table).row app/prices.(*Table).", 16 // each row has a size of its own
	heap := []line{passing()}
	for k := range int64(sizes) {
		share := func(rows int64) int64 { return (rows + k) / sizes }
		heap = append(heap, line{
			stack: row + "load app/prices.Open", size: 1500 + 64*k,
			count: func(i int) int64 { return share(at(i).loaded) }, allocated: level(share(17)),
		}, line{
			stack: row + "refresh app/prices.Open.func1", size: 1500 + 64*k,
			count: func(i int) int64 { return share(at(i).refreshed) }, allocated: func(i int) int64 { return share(3 + at(i).allocated) },
		})
	}
	story{
		rate: goRate, snapshots: points[len(points)-1].at + 1, heap: heap,
		still: func(i int) bool { return at(i).at != i },
	}.each(t, func(i int, r *leak.Result) {
		if r.Outcome == leak.Leaks {
			t.Errorf("after %s: %q", time.Duration(i)*every, told(r))
		}
	})
}

// One goroutine more each ten seconds, and never fewer, is a leak within two
// minutes wherever it is blocked, whatever comes and goes beside it.
func TestOneMoreGoroutineEachTenSeconds(t *testing.T) {
	for _, test := range []struct{ name, wait, want string }{
		{"receive", receiving, "leak never-ending-task app/jobs.wait"},
		{"send", sending, "leak blocked-send app/jobs.wait"},
		{"select", selecting, "leak never-ending-task app/jobs.wait"},
		{"WaitGroup", parked + "runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireWaitGroup sync.(*WaitGroup).Wait ", "leak never-ending-task app/jobs.wait"},
		{"Cond", parked + "runtime.goparkunlock sync.runtime_notifyListWait sync.(*Cond).Wait ", "leak never-ending-task app/jobs.wait"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 8))
			lines := []line{{stack: test.wait + "app/jobs.wait app/jobs.run", count: func(i int) int64 { return 1 + int64(i)/2 }}}
			for k := range 60 {
				lines = append(lines, line{stack: fmt.Sprintf(receiving+"app/pool%d.next app/pool%d.work", k, k), count: func(int) int64 { return 2 + r.Int64N(6) }})
			}
			if got := told(story{rate: goRate, snapshots: after(2 * time.Minute), heap: []line{passing()}, goroutines: lines}.judge(t)); !slices.Equal(got, []string{test.want}) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The buffers of connections whose bodies nobody closes hang together with the
// goroutines that serve them, whichever of net/http allocated them.
func TestBuffersOfUnclosedBodies(t *testing.T) {
	const each = 2
	buffers := []string{
		"bufio.NewReaderSize net/http.(*Transport).dialConn net/http.(*Transport).dialConnFor net/http.(*Transport).startDialConnForLocked.func1",
		"bufio.NewWriterSize net/http.(*Transport).dialConn net/http.(*Transport).dialConnFor net/http.(*Transport).startDialConnForLocked.func1",
		"net/http.(*Transport).dialConn net/http.(*Transport).dialConnFor net/http.(*Transport).startDialConnForLocked.func1",
		"net/textproto.readMIMEHeader net/textproto.(*Reader).ReadMIMEHeader net/http.ReadResponse net/http.(*persistConn).readResponse net/http.(*persistConn).readLoop",
	}
	s := story{rate: goRate, snapshots: after(2 * time.Minute), heap: []line{passing()}, goroutines: []line{
		{stack: selecting + "net/http.(*persistConn).readLoop", count: grows(0, each)},
		{stack: selecting + "net/http.(*persistConn).writeLoop", count: grows(0, each)},
	}}
	for _, stack := range buffers {
		s.heap = append(s.heap, line{stack: stack, size: 4096, count: grows(0, each)})
	}
	r := s.judge(t)
	if got := told(r); !slices.Equal(got, []string{"leak forgotten-body net/http.(*persistConn).readLoop"}) {
		t.Fatalf("got %q", got)
	}
	if n := len(r.Findings[0].Related); n != len(buffers) {
		t.Errorf("%d of %d buffers hang together with them", n, len(buffers))
	}
	if holds, _ := r.Findings[0].Holds.Get(); holds/goRate != 24*each*int64(len(buffers)) {
		t.Errorf("they hold %d sampled objects, want all", holds/goRate)
	}
}

// A cache that fills up to its bound is no leak at any time.
func TestBoundedCacheThatFills(t *testing.T) {
	for _, fills := range []time.Duration{45 * time.Second, 100 * time.Second, 200 * time.Second} {
		story{rate: goRate, snapshots: after(10 * time.Minute), heap: []line{
			passing(),
			{stack: "app/lru.(*Cache).Add app/api.Show" + served, count: until(after(fills), 12), allocated: grows(0, 12)},
		}}.each(t, func(i int, r *leak.Result) {
			for _, f := range r.Findings {
				if f.Verdict.Fails() {
					t.Errorf("one that fills for %s: %q after %s", fills, told(r), time.Duration(i)*every)
				}
			}
		})
	}
}

// In a package where much comes and goes some sites have always lost by chance. A
// leak among them has not come from there.
func TestLeakAmongMuchThatComesAndGoes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	heap := []line{{stack: "app/shop.keep app/shop.Loop", count: rising(4, 30)}}
	for k := range 160 {
		live, born := int64(20), int64(0)
		var lives, borns []int64
		for range after(7 * time.Minute) {
			gone := r.Int64N(5)
			came := max(gone+int64(r.IntN(5))-2, 0)
			live, born = max(live+came-gone, 0), born+came
			lives, borns = append(lives, live), append(borns, born)
		}
		heap = append(heap, line{
			stack: fmt.Sprintf("app/shop.pass%d app/shop.Loop", k),
			count: func(i int) int64 { return lives[i] }, allocated: func(i int) int64 { return 20 + borns[i] },
		})
	}
	r7 := story{rate: goRate, snapshots: after(7 * time.Minute), heap: heap}.judge(t)
	if !slices.Contains(told(r7), "leak state-kept app/shop.keep") {
		t.Errorf("told are %q", told(r7))
	}
}
