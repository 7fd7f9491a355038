package trend_test

import (
	"math"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// sparse is a place of which few objects are sampled, as many at each point as the
// function says, in a process with a heap goal.
type sparse struct {
	objects func(i int) int64
	others  func(i int) int64 // objects of the rest of the process; nil for a level
	goal    func(i int) int64 // nil where it is not known
	heap    func(i int) int64 // what is allocated, garbage and all
}

const sparsePoints = 60

// watched shows the place to an observer, five seconds between two points.
func (s sparse) watched(t *testing.T) trend.HeapTrend {
	t.Helper()
	const size, one = 512 << 10, 829_400 // what one of these stands for
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for i := range sparsePoints {
		others := int64(20)
		if s.others != nil {
			others = s.others(i)
		}
		n := s.objects(i)
		shot := shot(float64(5*i), heapOf(tab,
			record{"app.(*Store).Put", size, n * one, n * one},
			record{"app.Render", size, others * one, others*one + int64(i)*mib}, // so that each point differs
		))
		if s.goal != nil {
			shot.Vitals.Set(snapshot.NextGC, s.goal(i))
		}
		if s.heap != nil {
			shot.Vitals.Set(snapshot.HeapAlloc, s.heap(i))
		}
		o.Add(shot)
	}
	h, ok := o.Stack(stackOf(tab, "app.(*Store).Put"))
	if !ok {
		t.Fatal("the place was not seen")
	}
	return h
}

// slowed is twelve objects, of which most came in the first half by chance.
func slowed(i int) int64 { return min(int64(i)/3, 10) + int64(i)/30 }

func jitter(i int) int64 { return 60*mib + int64(i*7919%11)*mib/4 }

func straight(i int) int64 { return 40*mib + int64(i)*mib/2 }

// unless is a goal that is not known at some points.
func unless(unknown func(i int) bool) func(i int) int64 {
	return func(i int) int64 {
		if unknown(i) {
			return -1
		}
		return straight(i)
	}
}

// Where a place is most of what grows, the heap goal tells whether that goes on. Where
// the process does not grow by as much, the place is unmatched.
func TestGoalTellsWhetherItGoesOn(t *testing.T) {
	alone := sparse{objects: slowed}.watched(t)
	if p := alone.GoesOn.Value; p < 0.02 || p > 0.5 {
		t.Fatalf("by its objects alone it goes on with %.2f, want doubt", p)
	}
	if alone.GoalFirst.Known {
		t.Error("a goal is known that was not told")
	}
	for _, test := range []struct {
		name             string
		place            sparse
		low, high        float64 // the odds that it goes on against those by its objects alone
		known, unmatched bool
	}{
		{"goal goes on", sparse{objects: slowed, goal: straight}, 3, 40, true, false},
		{"goal levelled off with it", sparse{objects: slowed, goal: func(i int) int64 { return straight(min(i, 30)) }}, 0, 0.7, true, false},
		{"others grow more", sparse{objects: slowed, others: func(i int) int64 { return 20 + int64(i) }, goal: func(i int) int64 { return straight(4 * i) }}, 1, 1, true, false},
		{"as much was freed elsewhere", sparse{objects: slowed, others: func(i int) int64 { return 30 - slowed(i) }, goal: jitter}, 1, 1, true, true},
		{"the same, but what is allocated rose", sparse{objects: slowed, others: func(i int) int64 { return 30 - slowed(i) }, goal: jitter, heap: func(i int) int64 { return 30*mib + slowed(i)*mib + int64(i%4)*5*mib }}, 1, 1, true, false},
		{"nothing was freed elsewhere", sparse{objects: slowed, goal: jitter}, 1, 1, true, false},
		{"the least goal", sparse{objects: slowed, goal: func(i int) int64 { return max(8*mib, 2*straight(i)-110*mib) }}, 1, 1, false, false},
		{"goal held down by a limit", sparse{objects: slowed, goal: func(int) int64 { return 50 * mib }}, 1, 1, false, false},
		{"goal near a limit", sparse{objects: slowed, goal: func(i int) int64 { return 25*mib + int64(i)*10_000 }}, 1, 1, false, false},
		{"no goal, with GOGC=off", sparse{objects: slowed, goal: func(i int) int64 { return math.MaxInt64 - int64(i%2) }}, 1, 1, false, false},
		{"goal not known at one point", sparse{objects: slowed, goal: unless(func(i int) bool { return i == 30 })}, 3, 40, true, false},
		{"goal not known at the first", sparse{objects: slowed, goal: unless(func(i int) bool { return i == 0 })}, 3, 40, true, false},
		{"goal not known at one of five", sparse{objects: slowed, goal: unless(func(i int) bool { return i%5 == 4 })}, 1, 1, false, false},
	} {
		h := test.place.watched(t)
		odds := func(h trend.HeapTrend) float64 { return h.GoesOn.Value / (1 - h.GoesOn.Value) }
		if got := odds(h) / odds(alone); got < test.low-1e-9 || got > test.high+1e-9 {
			t.Errorf("%s: goes on with %.2f, where it was %.2f: odds of %.2f times, want %.1f to %.1f", test.name, h.GoesOn.Value, alone.GoesOn.Value, got, test.low, test.high)
		}
		equal(t, test.name+": known", h.GoalFirst.Known, test.known)
		equal(t, test.name+": unmatched", h.Unmatched, test.unmatched)
	}
}
