package snapshot

import (
	"slices"
	"testing"
	"time"
)

// heapOf is a heap profile whose stacks 1, 2, … hold these values.
func heapOf(values ...int64) *Profile {
	b := NewBuilder(Profile{Kind: Heap, Types: types("alloc_space", "inuse_space")})
	for i, n := range values {
		b.Add(Key{Stack: StackID(i + 1)}, []int64{n, n})
	}
	return b.Profile()
}

func TestSameObservation(t *testing.T) {
	other := NewBuilder(Profile{Kind: Heap, Types: types("alloc_space", "other")})
	other.Add(Key{Stack: 1}, []int64{5, 5})
	for _, test := range []struct {
		name string
		a, b *Profile
		want bool
	}{
		{"the same", heapOf(5, 6), heapOf(5, 6), true},
		{"nothing", heapOf(), heapOf(), true},
		{"another value", heapOf(5, 6), heapOf(5, 7), false},
		{"a record more", heapOf(5), heapOf(5, 6), false},
		{"a record of zeros more at the end", heapOf(5), heapOf(5, 0), true},
		{"a record of zeros more between others", heapOf(5, 0, 6), heapOf(5, 0, 6, 0), true},
		{"a record that was zeros", heapOf(5, 0), heapOf(5, 6), false},
		{"the value of another record", heapOf(5, 0), heapOf(0, 5), false},
		{"nothing but zeros", heapOf(0, 0), heapOf(), true},
		{"other columns", heapOf(5), other.Profile(), false},
		{"no profile", heapOf(5), nil, false},
	} {
		if got := test.a.SameObservation(test.b); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := test.b.SameObservation(test.a); got != test.want {
			t.Errorf("%s, the other way round: %v, want %v", test.name, got, test.want)
		}
	}
	var none *Profile
	if none.SameObservation(nil) {
		t.Error("two that are missing show no heap")
	}
}

func TestObservations(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	at := func(second float64) time.Time { return start.Add(time.Duration(second * float64(time.Second))) }
	vitals := func(second float64, cycles, last int64) Vitals {
		v := Vitals{Time: at(second)}
		v.Set(NumGC, cycles)
		v.Set(LastGC, last)
		return v
	}
	// A snapshot is asked for at its second, and its figures come half a second later.
	shot := func(second float64, cycles, last int64, heap *Profile) Event {
		return Taken{&Snapshot{Time: at(second), Heap: heap, Vitals: vitals(second+0.5, cycles, last)}}
	}
	point := func(second float64, cycles, last int64) Event { return VitalsTaken{vitals(second, cycles, last)} }
	forced := func(e Event) Event { e.(Taken).Snapshot.ForcedGC = true; return e }
	ofRun := func(run int, e Event) Event { e.(Taken).Snapshot.Run = run; return e }
	const unknown, ms = -1, int64(time.Millisecond)
	for _, test := range []struct {
		name   string
		events []Event
		want   []bool
	}{
		{"the first one counts", []Event{shot(0, 9, unknown, heapOf(5))}, []bool{true}},
		{"and where no count is known", []Event{shot(0, unknown, unknown, heapOf(5))}, []bool{true}},
		{"no heap", []Event{shot(0, 9, unknown, nil), shot(5, 10, unknown, heapOf(5))}, []bool{false, true}},
		{"before the first GC", []Event{shot(0, 0, 0, heapOf()), shot(5, 0, 0, heapOf(5)), shot(10, 0, 0, heapOf(6))}, []bool{false, false, false}},
		{"one GC has nothing to publish", []Event{shot(0, 1, 700, heapOf(5)), shot(5, 2, 900, heapOf(6)), shot(10, 2, 900, heapOf(6))}, []bool{false, false, true}},
		{"before the first GC, but it was forced", []Event{forced(shot(0, 0, unknown, heapOf(5)))}, []bool{true}},
		{"forced ones always count", []Event{shot(0, 9, unknown, heapOf(5)), forced(shot(5, 9, unknown, heapOf(5)))}, []bool{true, true}},
		{"only records of zeros differ", []Event{shot(0, 9, unknown, heapOf(5)), shot(5, 9, unknown, heapOf(5, 0))}, []bool{true, false}},
		{"only records of zeros differ, no count known", []Event{shot(0, unknown, unknown, heapOf(5)), shot(5, unknown, unknown, heapOf(5, 0))}, []bool{true, false}},
		{"a value differs", []Event{shot(0, unknown, unknown, heapOf(5)), shot(5, unknown, unknown, heapOf(6))}, []bool{true, true}},
		{"a value differs in one GC: the end of runtime.GC published it", []Event{shot(0, 9, unknown, heapOf(5)), shot(5, 9, unknown, heapOf(6))}, []bool{true, true}},
		{"a GC that changed nothing", []Event{shot(0, 9, unknown, heapOf(5)), point(3, 10, unknown), shot(5, 10, unknown, heapOf(5))}, []bool{true, true}},
		{"a GC that may have been after the second profile", []Event{shot(0, 9, unknown, heapOf(5)), shot(5, 10, unknown, heapOf(5))}, []bool{true, false}},
		{"and is before the third", []Event{shot(0, 9, unknown, heapOf(5)), shot(5, 10, unknown, heapOf(5)), shot(10, 10, unknown, heapOf(5))}, []bool{true, false, true}},
		{"its own figures are known already", []Event{
			point(0.5, 9, unknown), shot(0, 9, unknown, heapOf(5)), point(5.5, 10, unknown), shot(5, 10, unknown, heapOf(5)),
		}, []bool{true, false}},
		{"by the time of the last GC", []Event{shot(0, unknown, 100*ms, heapOf(5)), point(3, unknown, 200*ms), shot(5, unknown, 200*ms, heapOf(5))}, []bool{true, true}},
		{"a time that was rounded", []Event{shot(0, unknown, 100*ms, heapOf(5)), point(3, unknown, 100*ms+300), shot(5, unknown, 100*ms, heapOf(5))}, []bool{true, false}},
		{"a restart begins anew", []Event{shot(0, 9, unknown, heapOf(5)), Restarted{}, point(3, 1, 700), ofRun(1, shot(5, 2, 900, heapOf(5)))}, []bool{true, false}},
		{"a restart that was not told", []Event{shot(0, 9, unknown, heapOf(5)), ofRun(1, shot(5, 9, unknown, heapOf(5)))}, []bool{true, true}},
	} {
		var o Observations
		var got []bool
		for _, e := range test.events {
			if taken, ok := e.(Taken); ok {
				got = append(got, o.Advances(taken.Snapshot))
			} else {
				o.Apply(e)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestNoGCHasEndedAtTheEpoch(t *testing.T) {
	var v Vitals
	v.Set(NumGC, 0)
	v.Set(LastGC, 0)
	if n, known := v.Get(LastGC); known {
		t.Errorf("before the first GC the last one ended at %d", n)
	}
	if _, known := v.Get(NumGC); !known {
		t.Error("that no GC completed is known")
	}
}
