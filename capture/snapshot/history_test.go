package snapshot

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func point(second int, rss int64) Vitals {
	v := Vitals{Time: noon.Add(time.Duration(second) * time.Second)}
	v.Set(RSS, rss)
	return v
}

func TestCurvesAreBoundedAndKeepTheirPeaks(t *testing.T) {
	h := NewHistory(NewTable())
	const points, spike = 20_000, 777
	for i := range points {
		rss := int64(100)
		if i == spike {
			rss = 5000
		}
		h.Apply(VitalsTaken{point(i, rss)})
	}
	vs := h.Vitals()
	if len(vs) > maxVitals {
		t.Errorf("%d points are kept, more than %d", len(vs), maxVitals)
	}
	peak := int64(0)
	for i := range vs {
		n, _ := vs[i].Get(RSS)
		peak = max(peak, n)
		if i > 0 && !vs[i].Time.After(vs[i-1].Time) {
			t.Fatalf("point %d is not after the one before", i)
		}
	}
	if peak != 5000 {
		t.Errorf("the spike of 5000 was thinned to %d", peak)
	}
	if last := vs[len(vs)-1].Time; !last.Equal(noon.Add((points - 1) * time.Second)) {
		t.Errorf("the newest point is of %v", last)
	}
}

// A day of points, one a second, is seen as a whole: what is old is thinned
// evenly, and does not shrink to a point.
func TestCurvesReachBackToTheStart(t *testing.T) {
	h := NewHistory(NewTable())
	const points = 24 * 60 * 60
	for i := range points {
		h.Apply(VitalsTaken{point(i, 1)})
	}
	vs := h.Vitals()
	widest := vs[0].Time.Sub(noon)
	for i := 1; i < len(vs); i++ {
		widest = max(widest, vs[i].Time.Sub(vs[i-1].Time))
	}
	if even := points * time.Second / maxVitals; widest > 8*even {
		t.Errorf("for %s there is no point, where %s apart would be even", widest, even)
	}
}

func TestOutagesStayGapsWhenThinned(t *testing.T) {
	h := NewHistory(NewTable())
	for i := range 3 * maxVitals {
		if i == 50 {
			h.Apply(Unreachable{})
		}
		h.Apply(VitalsTaken{point(i, 1)})
	}
	gaps := 0
	for _, v := range h.Vitals() {
		if v.Gap {
			gaps++
		}
	}
	if gaps != 1 {
		t.Errorf("one outage shows as %d gaps", gaps)
	}
}

func TestSnapshotsAreThinnedButNotTheOnesThatMatter(t *testing.T) {
	h := NewHistory(NewTable())
	h.Keep(8, 9)
	const taken, restartAt = 2 * maxSnapshots, 20
	for seq := 1; seq <= taken; seq++ {
		run := 0
		if seq >= restartAt {
			run = 1
		}
		h.Apply(Taken{&Snapshot{Seq: seq, Run: run, Time: noon.Add(time.Duration(seq) * time.Second)}})
	}
	if n := len(h.Snapshots()); n > maxSnapshots {
		t.Errorf("%d snapshots are kept, more than %d", n, maxSnapshots)
	}
	for _, seq := range []int{1, 8, 9, restartAt, taken - 1, taken} {
		if h.Find(seq) == nil {
			t.Errorf("snapshot #%d was dropped", seq)
		}
	}
	// Gaps grow with age, but no part of the run is given up.
	for i, s := range h.Run()[1:] {
		before := h.Run()[i]
		if gap, age := s.Seq-before.Seq, taken-before.Seq; gap > 4+age/20 {
			t.Errorf("nothing is kept between #%d and #%d", before.Seq, s.Seq)
		}
	}
	if run := h.Run(); run[0].Seq != restartAt || h.Newest().Seq != taken {
		t.Errorf("the newest run is #%d to #%d", run[0].Seq, h.Newest().Seq)
	}
}

func TestRawProfilesAreBounded(t *testing.T) {
	h := NewHistory(NewTable())
	var first *Entry
	for i := range 5 {
		h.Apply(Taken{&Snapshot{Seq: i + 1, Raw: map[Kind][]byte{Heap: make([]byte, maxRaw/3)}}})
		if first == nil {
			first = h.Newest()
		}
	}
	total := 0
	for _, s := range h.Snapshots() {
		total += s.Size()
	}
	if total > maxRaw {
		t.Errorf("raw profiles take %d bytes, more than %d", total, maxRaw)
	}
	if h.Newest().Raw == nil {
		t.Error("the newest raw profile was dropped before older ones")
	}
	if first.Raw == nil {
		t.Error("a snapshot that was handed out was changed")
	}
}

// A dump was asked for: profiles as fetched, which come with every snapshot, do
// not push it out. Other dumps do.
func TestDumpsAreBoundedByThemselves(t *testing.T) {
	h := NewHistory(NewTable())
	dump := &Dump{Goroutines: make([]DumpedGoroutine, 100_000)}
	seq := 0
	take := func(s Snapshot) {
		seq++
		s.Seq, s.Time = seq, noon.Add(time.Duration(seq)*time.Second)
		s.Raw = map[Kind][]byte{Heap: make([]byte, maxRaw/3)}
		h.Apply(Taken{&s})
	}
	take(Snapshot{Dump: dump})
	for range 20 {
		take(Snapshot{})
	}
	if h.Find(1).Dump == nil || h.Find(1).Raw != nil {
		t.Error("the dump was dropped, or the profiles as fetched were not")
	}
	for range 20 {
		take(Snapshot{Dump: dump})
	}
	total := 0
	for _, e := range h.Snapshots() {
		total += e.Dump.size()
	}
	if total > maxDumps || h.Find(1).Dump != nil || h.Newest().Dump == nil {
		t.Errorf("dumps take %d bytes, more than %d, or the wrong ones are kept", total, maxDumps)
	}
}

func TestVitals(t *testing.T) {
	var v Vitals
	if _, known := v.Get(RSS); known {
		t.Error("an unset figure is known")
	}
	v.Set(RSS, 0)
	if n, known := v.Get(RSS); !known || n != 0 {
		t.Error("a figure of 0 is unknown")
	}
	v.Set(HeapInuse, -1)
	if _, known := v.Get(HeapInuse); known {
		t.Error("a negative reading is taken as known")
	}
	other := point(1, 9)
	other.Set(NumGC, 4)
	v.Fill(&other)
	if n, _ := v.Get(RSS); n != 0 {
		t.Error("Fill replaced a known figure")
	}
	if n, _ := v.Get(NumGC); n != 4 {
		t.Error("Fill left an unknown figure unknown")
	}
}

func TestCrashLoopIsBounded(t *testing.T) {
	h := NewHistory(NewTable())
	for run := range 5000 {
		h.Apply(Restarted{At: noon})
		h.Apply(VitalsTaken{point(run, 1)})
		h.Apply(Taken{&Snapshot{Seq: run + 1, Run: run, Time: noon}})
	}
	if s, v, r := len(h.Snapshots()), len(h.Vitals()), len(h.Restarts()); s > maxSnapshots || v > maxVitals || r > maxRestarts {
		t.Errorf("after 5000 restarts %d snapshots, %d points and %d restarts are kept", s, v, r)
	}
	if h.Newest().Seq != 5000 {
		t.Errorf("the newest snapshot is #%d", h.Newest().Seq)
	}
}

func TestOnlyOneSnapshotIsKeptByWish(t *testing.T) {
	h := NewHistory(NewTable())
	for seq := 1; seq <= 40; seq++ {
		h.Apply(Taken{&Snapshot{Seq: seq, Raw: map[Kind][]byte{Heap: make([]byte, maxRaw/16)}}})
		h.Keep(seq)
	}
	total := 0
	for _, s := range h.Snapshots() {
		total += s.Size()
	}
	if total > maxRaw {
		t.Errorf("raw profiles take %d bytes, more than %d, because many were the base once", total, maxRaw)
	}
}

func TestObservedSurvivesThinning(t *testing.T) {
	h := NewHistory(NewTable())
	at := func(seq int) time.Time { return noon.Add(time.Duration(seq) * time.Second) }
	for seq := 1; seq <= 2*maxSnapshots; seq++ {
		// A GC completes before every fourth snapshot only.
		h.Apply(Taken{&Snapshot{Seq: seq, Time: at(seq), Heap: &Profile{}, Advanced: seq%4 == 1}})
	}
	for _, s := range h.Snapshots() {
		if want := at((s.Seq-1)/4*4 + 1); !h.Observed(s).Equal(want) {
			t.Fatalf("the heap of #%d was first seen at %v, want %v", s.Seq, h.Observed(s), want)
		}
	}
}
