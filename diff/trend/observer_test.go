package trend_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// record is the values of one stack in a hand-made heap profile: bytes that
// live and bytes ever allocated, in objects of a size.
type record struct {
	stack       string
	size        int64
	live, alloc int64
}

func heapOf(t *snapshot.Table, records ...record) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: samplingRate})
	for _, r := range records {
		b.Add(snapshot.Key{Stack: stackOf(t, r.stack), Size: r.size}, []int64{r.alloc / r.size, r.alloc, r.live / r.size, r.live})
	}
	return b.Profile()
}

// shot is a snapshot so many seconds after the start, after a GC.
func shot(at float64, heap *snapshot.Profile) *snapshot.Snapshot {
	return &snapshot.Snapshot{Time: start.Add(seconds(at)), Heap: heap, Advanced: true}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

const mib = 1 << 20

// leaking is a heap with one stack that grows by 4 MiB of 1 KiB objects a minute
// and frees nothing, and one that is level.
func leaking(tab *snapshot.Table, at float64) *snapshot.Profile {
	kept := int64(at/60*4*mib) &^ 1023
	return heapOf(tab,
		record{"app.(*Store).Put app.Create", 1024, 8*mib + kept, 9*mib + kept},
		record{"app.Render app.Create", 4096, 6 * mib, 600*mib + int64(at)*mib},
	)
}

// tellable is the factor from which on growth of one series of ten is likelier
// than not, as a natural logarithm.
const tellable = 3

func TestTrendOfALeak(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 300; at += 15 {
		o.Add(shot(at, leaking(tab, at)))
	}
	id := stackOf(tab, "app.(*Store).Put app.Create")
	h, ok := o.Stack(id)
	equal(t, "known", ok, true)
	equal(t, "stack", h.Stack, id)
	equal(t, "points", h.N, 21)
	equal(t, "from", h.From, start)
	equal(t, "to", h.To, start.Add(5*time.Minute))
	equal(t, "first", h.First, 8*mib)
	equal(t, "now", h.Now, 28*mib)
	equal(t, "growth", h.Growth.Value, 20*mib)
	equal(t, "shape", h.Shape, trend.Steady)
	equal(t, "floor rises", h.Floor.Rising, true)
	equal(t, "rises", h.Rises, 20)
	equal(t, "falls", h.Falls, 0)
	equal(t, "deepest fall", h.Fall, trend.Fall{})
	equal(t, "objects", h.Objects.Value, 28*1024)
	equal(t, "objects' growth", h.ObjectsGrowth.Value, 20*1024)
	equal(t, "allocated", h.AllocatedBytes.Value, 20*mib)
	equal(t, "allocated objects", h.AllocatedObjects.Value, 20*1024)
	equal(t, "freed", h.FreedBytes.Value, 0)
	equal(t, "freed objects", h.FreedObjects.Value, 0)
	equal(t, "survival", h.Survival.Value, 1)
	equal(t, "survival late", h.LateSurvival.Value, 1)
	equal(t, "returned", h.Returned.Known, false)
	if late := h.GrewFrom.Sub(start); late < 0 || late > 15*time.Second { // that it began late is never ruled out
		t.Errorf("grew from %s after the first point, want the first or the next", late)
	}
	equal(t, "grew to", h.GrewTo, h.To)
	near := func(what string, e trend.Estimate, want, reach float64) {
		t.Helper()
		if !e.Known || math.Abs(e.Value-want) > want/100 || e.Low > want || e.High < want || e.High-e.Low > 2*reach {
			t.Errorf("%s: got %+v, want %v ± %v at most", what, e, want, reach)
		}
	}
	near("slope", h.Slope, 4*mib/60.0, 0.4*4*mib/60)
	near("saturation", h.Saturation, 1, 1)
	near("growth per byte allocated", h.Load.PerByte, 20.0/320, 0.4*20/320)
	near("saturation by load", h.Load.Saturation, 1, 1)
	// 18 MiB lived on average, and 20 MiB were allocated in 300 s.
	if age := h.Age.Value; math.Abs(age-270) > 1 {
		t.Errorf("age %v s, want 270", age)
	}
	// 20 MiB stand for about 40 sampled objects.
	if h.Births.Value < 38 || h.Births.Value > 42 || h.Deaths.Value > 1 {
		t.Errorf("%v born and %v died", h.Births.Value, h.Deaths.Value)
	}
	if h.Survival.Low < 0.85 || h.Survival.High < 1 || h.GoesOn.Value < 0.9 || h.Factor.Value < 15 {
		t.Errorf("survival %+v, goes on %v, factor %v", h.Survival, h.GoesOn, h.Factor)
	}
	process := o.Process()
	equal(t, "process, first", process.First, 14*mib)
	equal(t, "process, now", process.Now, 34*mib)
	equal(t, "process, rate", math.Round(process.Rate.Value), math.Round(320*mib/300.0))
	equal(t, "load ended", process.LoadEnded, time.Time{})

	level, ok := o.Stack(stackOf(tab, "app.Render app.Create"))
	if !ok || level.Growth.Value != 0 || level.Factor.Value > 0 || level.GoesOn.Known || level.Age.Value != 6 {
		t.Errorf("level stack: %+v", level)
	}
	if points := o.StackPoints(h.Stack); len(points) != 21 || points[20] != (trend.Point{Time: h.To, Value: 28 * mib, Allocated: 29 * mib}) {
		t.Errorf("points of the stack: %v", points)
	}
}

func TestWhatCounts(t *testing.T) {
	tab := snapshot.NewTable()
	points := func(o *trend.Observer) int { return len(o.StackPoints(stackOf(tab, "app.(*Store).Put app.Create"))) }
	t.Run("no GC completed", func(t *testing.T) {
		o := trend.NewObserver(tab, 0)
		for at := range 9 {
			s := shot(float64(at), leaking(tab, float64(at)))
			s.Advanced = at%2 == 0
			o.Add(s)
		}
		equal(t, "points", points(o), 5)
	})
	t.Run("warm-up", func(t *testing.T) {
		o := trend.NewObserver(tab, 30*time.Second)
		for at := 0.0; at <= 60; at += 15 {
			o.Add(shot(at, leaking(tab, at)))
		}
		equal(t, "points", points(o), 3)
		h, _ := o.Stack(stackOf(tab, "app.(*Store).Put app.Create"))
		equal(t, "from", h.From, start.Add(30*time.Second))
		equal(t, "first", h.First, 10*mib)
	})
	t.Run("restart", func(t *testing.T) {
		o := trend.NewObserver(tab, 10*time.Second)
		for at := 0.0; at <= 300; at += 15 {
			s := shot(at, leaking(tab, at))
			if at >= 270 {
				s.Run = 1
			}
			o.Add(s)
		}
		equal(t, "points", points(o), 2) // the first of the run is its warm-up
		h, _ := o.Stack(stackOf(tab, "app.(*Store).Put app.Create"))
		equal(t, "factor known", h.Factor.Known, false)
	})
	t.Run("out of order", func(t *testing.T) {
		o := trend.NewObserver(tab, 0)
		for _, at := range []float64{0, 15, 15, 5, 30} {
			o.Add(shot(at, leaking(tab, at)))
		}
		equal(t, "points", points(o), 3)
	})
	t.Run("another sampling rate", func(t *testing.T) {
		o := trend.NewObserver(tab, 0)
		for at := 0.0; at <= 60; at += 15 {
			p := leaking(tab, at)
			if at >= 45 {
				p.Period = 1
			}
			o.Add(shot(at, p))
		}
		equal(t, "points", points(o), 2)
	})
	t.Run("nothing", func(t *testing.T) {
		o := trend.NewObserver(tab, 0)
		o.Add(&snapshot.Snapshot{Time: start})
		want := []string{
			"heap: 0 snapshots after a GC since the warm-up, and a trend needs 3",
			"goroutines: 0 snapshots with a list of them since the warm-up, and a trend needs 3",
		}
		if missing := o.Missing(); !slices.Equal(missing, want) {
			t.Errorf("missing:\n%s", strings.Join(missing, "\n"))
		}
		if _, ok := o.Stack(1); ok || o.StackPoints(1) != nil {
			t.Error("a stack that was never seen has a trend")
		}
		if _, ok := o.Group(diff.GroupKey{}); ok || o.GroupPoints(diff.GroupKey{}) != nil {
			t.Error("a group that was never seen has a trend")
		}
	})
}

// A profile that shows what the one before did is no point, though a GC completed
// and stacks appeared of which nothing is counted yet.
func TestCopiesAreNoPoints(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	keep := "app.(*Store).Put app.Create"
	for i := range 12 {
		kept := int64(i/3) * mib
		records := []record{{keep, 1024, 8*mib + kept, 9*mib + kept}}
		if i%3 == 1 {
			records = append(records, record{"app.fresh app.Create", 1024, 0, 0})
		}
		o.Add(shot(float64(i)*15, heapOf(tab, records...)))
	}
	h, _ := o.Stack(stackOf(tab, keep))
	equal(t, "points", h.N, 4)
	equal(t, "rises", h.Rises, 3)
	equal(t, "to", h.To, start.Add(135*time.Second))
}

// What is allocated in two sizes at one stack is two records: one kept, the other
// freed. Labels tell no records apart.
func TestRecordsByStackAndSize(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	stack := stackOf(tab, "app.(*Index).put app.Create")
	labels := tab.InternLabels([]snapshot.Label{{Key: "tenant", Value: "a"}})
	for i := range int64(24) {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: samplingRate})
		b.Add(snapshot.Key{Stack: stack, Size: 144}, []int64{0, (4 + i) * samplingRate / 2, 0, (4 + i) * samplingRate / 2})
		b.Add(snapshot.Key{Stack: stack, Size: 144, Labels: labels}, []int64{0, (4 + i) * samplingRate / 2, 0, (4 + i) * samplingRate / 2})
		b.Add(snapshot.Key{Stack: stack, Size: 4096}, []int64{0, (20 + 26*i) * samplingRate, 0, (20 - i/3) * samplingRate})
		o.Add(shot(float64(i)*5, b.Profile()))
	}
	records, changed := o.Renew(nil, nil)
	equal(t, "records", len(records), 2)
	equal(t, "new ones", len(changed), 2)
	_, changed = o.Renew(records, nil)
	equal(t, "ones that changed since", len(changed), 0)
	want := map[int64][2]float64{144: {23, 0}, 4096: {13, 20}}
	for _, r := range records {
		if got := [2]float64{r.Births, r.Deaths}; got != want[r.Size] {
			t.Errorf("%d bytes: %v born and died between the ends, want %v", r.Size, got, want[r.Size])
		}
		if factor := o.Factor([]trend.RecordID{r.ID}, math.Inf(-1)); (factor > tellable) != (r.Size == 144) {
			t.Errorf("%d bytes: factor %.1f", r.Size, factor)
		}
	}
	equal(t, "records of the stack", len(o.RecordsOf([]snapshot.StackID{stack, 1 << 20})), 2)
	if both, _ := o.Stack(stack); both.Now != (27+13)*samplingRate {
		t.Errorf("both hold %d", both.Now)
	}
}

// What a profile does not tell is unknown, and what it does tell is used.
func TestMissingColumns(t *testing.T) {
	tab := snapshot.NewTable()
	id := stackOf(tab, "app.keep app.main")
	of := func(types []snapshot.SampleType, values func(at int64) []int64) *trend.Observer {
		o := trend.NewObserver(tab, 0)
		for i := range int64(20) {
			b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: types, DefaultType: -1})
			b.Add(snapshot.Key{Stack: id}, values(i))
			o.Add(shot(float64(i)*15, b.Profile()))
		}
		return o
	}
	t.Run("bytes alone", func(t *testing.T) {
		o := of([]snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}, func(i int64) []int64 { return []int64{mib * (5 + i)} })
		h, ok := o.Stack(id)
		if !ok || h.Factor.Value < tellable {
			t.Fatalf("factor %v: the order of the values says that it grows", h.Factor)
		}
		for what, known := range map[string]bool{
			"objects": h.Objects.Known, "objects' growth": h.ObjectsGrowth.Known, "allocated": h.AllocatedBytes.Known,
			"freed": h.FreedObjects.Known, "survival": h.Survival.Known, "age": h.Age.Known, "load": h.Load.PerByte.Known,
			"births": h.Births.Known, "returned": h.Returned.Known, "process rate": o.Process().Rate.Known,
		} {
			if known {
				t.Errorf("%s is known", what)
			}
		}
		if !math.IsInf(h.Growth.High, 1) || h.Growth.Value != 19*mib {
			t.Errorf("growth %+v, want no bounds without a sampling rate", h.Growth)
		}
		close := math.Abs(h.Slope.Value-mib/15.0) < 1
		if !close || h.Slope.Low < mib/30.0 || h.Slope.High > mib/10.0 {
			t.Errorf("slope %+v", h.Slope)
		}
	})
	t.Run("allocations alone", func(t *testing.T) {
		o := of([]snapshot.SampleType{{Name: "alloc_space", Unit: "bytes"}}, func(i int64) []int64 { return []int64{mib * i} })
		_, known := o.Stack(id)
		equal(t, "known", known, false)
		equal(t, "why", o.Missing()[0], "heap: the profile shows what was allocated, but not what is live")
	})
}

// Points are as far apart as what they show of the heap, not as when they were
// fetched, if the target tells of its collections.
func TestTimesOfCollections(t *testing.T) {
	tab := snapshot.NewTable()
	collections := []float64{-30, -10, 7, 29, 38, 62, 70, 97, 104, 130}
	for _, told := range []bool{true, false} {
		o := trend.NewObserver(tab, 0)
		for at := 10.0; at <= 130; at += 15 {
			gc := 0
			for gc+1 < len(collections) && collections[gc+1] <= at {
				gc++
			}
			s := shot(at, leaking(tab, 600+collections[gc-1]))
			if told {
				s.Vitals.Set(snapshot.NumGC, int64(gc))
				s.Vitals.Set(snapshot.LastGC, start.Add(skew+seconds(collections[gc])).UnixNano())
			}
			s.Advanced = at == 10 || collections[gc] > at-15
			o.Add(s)
		}
		h, _ := o.Stack(stackOf(tab, "app.(*Store).Put app.Create"))
		off := math.Abs(h.Slope.Value/(4*mib/60.0) - 1)
		if told && off > 0.02 || !told && off < 0.03 {
			t.Errorf("told %v: slope %+v is off by %.0f %%", told, h.Slope, 100*off)
		}
	}
}

// A process that is watched from its birth on tells of no GC at first. That must
// not put its first point at another time than it was seen.
func TestTimesFromBeforeTheFirstCollection(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 50; at += 10 {
		s := shot(at, leaking(tab, at))
		s.Vitals.Set(snapshot.NumGC, int64(at/10))
		if at == 0 {
			s.Vitals.Set(snapshot.LastGC, 0)
		} else {
			s.Vitals.Set(snapshot.LastGC, start.Add(skew+seconds(at-1)).UnixNano())
		}
		o.Add(s)
	}
	h, _ := o.Stack(stackOf(tab, "app.(*Store).Put app.Create"))
	const rate = 4 * mib / 60.0
	if math.Abs(h.Slope.Value/rate-1) > 0.02 || h.Slope.Low < 0 || h.Slope.High > 2*rate {
		t.Errorf("slope %+v, want %.0f", h.Slope, rate)
	}
	// Before the first collection the profile shows nothing, whatever was allocated.
	equal(t, "points", h.N, 5)
	equal(t, "from", h.From, start.Add(10*time.Second))
}
