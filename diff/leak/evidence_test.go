package leak_test

import (
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// kinds are what the facts of a finding are about, in order.
func kinds(f leak.Finding) []leak.FactKind {
	var out []leak.FactKind
	for _, fact := range f.Facts {
		out = append(out, fact.Kind)
	}
	return out
}

// The numbers of a story come back as facts, with what they count.
func TestFactsOfHeap(t *testing.T) {
	r := story{snapshots: 72, heap: []line{
		{stack: "app/api.decode app/api.Create" + served, count: level(40), allocated: grows(1000, 400)},
		{stack: "bytes.Clone app/cache.(*Store).Put app/api.Show" + served, count: grows(50, 4)},
	}}.judge(t)
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings: %q", len(r.Findings), told(r))
	}
	f := r.Findings[0]
	if got := f.Summary(); got != "state kept across requests, never freed" {
		t.Errorf("summary %q", got)
	}
	want := []leak.FactKind{leak.RoseInSteps, leak.GrowthProbable, leak.SecondHalf, leak.FreedOfAllocated, leak.FloorRose, leak.LoadMoved}
	if got := kinds(f); !slices.Equal(got, want) {
		t.Fatalf("the facts are %q, want %q", got, want)
	}
	rose := []leak.Value{{"rises", 71, leak.Count}, {"steps", 71, leak.Count}, {"span", 355, leak.Seconds}}
	if !slices.Equal(f.Facts[0].Values, rose) {
		t.Errorf("it rose by %+v, want %+v", f.Facts[0].Values, rose)
	}
	freed := []leak.Value{{"freed", 0, leak.Objects}, {"allocated", 4 * 71, leak.Objects}}
	if !slices.Equal(f.Facts[3].Values, freed) {
		t.Errorf("freed are %+v, want %+v", f.Facts[3].Values, freed)
	}
	if got, want := f.Evidence()[3], "none of 284 objects allocated since the first snapshot was freed"; got != want {
		t.Errorf("the evidence is %q, want %q", got, want)
	}
	if f.Recheck.Text() != "" {
		t.Errorf("a leak is rechecked: %q", f.Recheck.Text())
	}
}

// What is only growing says what would make it surer.
func TestRecheckOfGrowing(t *testing.T) {
	r := story{snapshots: 4, heap: []line{{stack: "app/cache.(*Store).Put app/api.Show" + served, count: grows(50, 40)}}}.judge(t)
	if len(r.Findings) != 1 || r.Findings[0].Verdict != leak.Growing {
		t.Fatalf("the findings are %q", told(r))
	}
	f := r.Findings[0]
	if f.Recheck.Kind != leak.WatchWhetherItGoesOn || f.Summary() != "state kept across requests, never freed; may still be filling up" {
		t.Errorf("%q, %s", f.Summary(), f.Recheck.Kind)
	}
}

// How much longer to watch is until that growth can be a leak: what grows in size
// needs twice as long, and a process that has been up for long less.
func TestRecheckSaysHowLong(t *testing.T) {
	up := func(since time.Duration) func(i int, v *snapshot.Vitals) {
		return func(_ int, v *snapshot.Vitals) { v.Set(snapshot.StartTime, noon.Add(-since).UnixNano()) }
	}
	put := line{stack: "app/cache.(*Store).Put app/api.Show" + served, count: grows(50, 40)}
	for _, test := range []struct {
		name  string
		story story
		left  time.Duration
	}{
		{"a process that has just started", story{snapshots: 25, heap: []line{put}, vitals: up(time.Minute)}, leakAfter - 2*time.Minute},
		{"one that has been up for an hour", story{snapshots: 25, heap: []line{put}, vitals: up(time.Hour)}, 3*time.Minute - 2*time.Minute},
		{"one slice that is ever larger", story{snapshots: 25, rate: goRate, heap: slice(2), vitals: up(time.Minute)}, 2*leakAfter - 2*time.Minute},
	} {
		r := test.story.judge(t)
		if len(r.Findings) != 1 || r.Findings[0].Recheck.Kind != leak.WatchWhetherItGoesOn {
			t.Errorf("%s: %q", test.name, told(r))
			continue
		}
		left, _ := r.Findings[0].Recheck.Value("left")
		if got := time.Duration(left * float64(time.Second)); got < test.left || got > test.left+20*time.Second {
			t.Errorf("%s: %s more, want %s or little more", test.name, got, test.left)
		}
	}
}

// Two dumps tell which goroutines are the same and where they were started.
func TestFactsOfGoroutines(t *testing.T) {
	const follow = "app/orders.(*Desk).follow"
	r := story{
		snapshots:  24,
		heap:       []line{{stack: follow, count: grows(4, 12)}},
		goroutines: []line{{stack: receiving + follow, count: grows(2, 6)}},
		dump: func(table *snapshot.Table, i int) *snapshot.Dump {
			if i != 5 && i != 20 {
				return nil
			}
			d := &snapshot.Dump{Time: noon.Add(time.Duration(i) * every)}
			for id := range int64(2 + 6*i) {
				d.Goroutines = append(d.Goroutines, snapshot.DumpedGoroutine{
					ID: id + 1, Stack: table.Dumped(intern(table, receiving+follow)), Creator: table.InternFrame(snapshot.Frame{Function: "app/orders.(*Desk).Open", File: "/home/dev/open.go", Line: 3}),
				})
			}
			return d
		},
	}.judge(t)
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings: %q", len(r.Findings), told(r))
	}
	f := r.Findings[0]
	want := []leak.FactKind{leak.BecameMore, leak.GrowthProbable, leak.NoneGone, leak.SameByID, leak.StartedIn, leak.HeapGrowsWithThem}
	if got := kinds(f); !slices.Equal(got, want) {
		t.Fatalf("the facts are %q, want %q", got, want)
	}
	if got := f.Facts[4].Functions; !slices.Equal(got, []string{"app/orders.(*Desk).Open"}) {
		t.Errorf("they were started in %q: names are kept in full", got)
	}
	for i, text := range map[int]string{
		0: "138 more in 1m55s, from 2 to 140, and the number never fell",
		3: "by their ids, all 32 goroutines that were there at 12:00:25 are still there",
		4: "started in orders.(*Desk).Open",
	} {
		if got := f.Evidence()[i]; got != text {
			t.Errorf("fact %d is %q, want %q", i, got, text)
		}
	}
	if now, each := f.Tells(); !now || !each {
		t.Errorf("the summary %q tells how many (%t) and how much each (%t)", f.Summary(), now, each)
	}
}
