package handler_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

var heapTypes = []snapshot.SampleType{
	{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
	{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
}

// held is one record of a heap profile: objects of a size, allocated and live.
type held struct {
	frames          []string
	size            int64
	allocated, live int64
}

func heapOf(t *snapshot.Table, head snapshot.Profile, records ...held) *snapshot.Profile {
	head.Kind, head.Types, head.DefaultType, head.Period = snapshot.Heap, heapTypes, -1, 524288
	b := snapshot.NewBuilder(head)
	for _, r := range records {
		b.Add(snapshot.Key{Stack: intern(t, r.frames), Size: r.size},
			[]int64{r.allocated, r.allocated * r.size, r.live, r.live * r.size})
	}
	return b.Profile()
}

func goroutinesOf(t *snapshot.Table, stacks ...recorded) *snapshot.Profile {
	for i := range stacks {
		stacks[i].kind = snapshot.Goroutine
	}
	return profileOf(t, snapshot.Goroutine, stacks)
}

// before and after are a service in which Create keeps what its tasks hold, and
// List allocates and frees.
func before(t *snapshot.Table) (heap, goroutines *snapshot.Profile) {
	heap = heapOf(t, snapshot.Profile{},
		held{request("shop/orders.(*Desk).Create", "shop/store.Put"), 1024, 1000, 1000},
		held{request("shop/orders.List"), 4096, 5000, 100},
		held{[]string{"main.main", "shop/store.Open"}, 1 << 20, 8, 8},
		held{request("shop/orders.Gone"), 512, 10, 10},
	)
	goroutines = goroutinesOf(t,
		recorded{count: 3, frames: request("shop/orders.List")},
		recorded{count: 10, frames: []string{"shop/orders.(*Desk).Create.func1"}},
		recorded{count: 1, frames: []string{"main.main"}},
	)
	return heap, goroutines
}

func after(t *snapshot.Table, head snapshot.Profile) (heap, goroutines *snapshot.Profile) {
	heap = heapOf(t, head,
		held{request("shop/orders.(*Desk).Create", "shop/store.Put"), 1024, 3000, 3000},
		held{[]string{"shop/orders.(*Desk).follow"}, 1 << 20, 40, 40},
		held{request("shop/orders.List"), 4096, 65000, 90},
		held{[]string{"main.main", "shop/store.Open"}, 1 << 20, 8, 8},
		held{request("shop/orders.Gone"), 512, 10, 0},
	)
	goroutines = goroutinesOf(t,
		recorded{count: 2, frames: request("shop/orders.List")},
		recorded{count: 50, frames: []string{"shop/orders.(*Desk).Create.func1"}},
		recorded{count: 40, frames: []string{"shop/orders.(*Desk).follow"}},
		recorded{count: 1, frames: []string{"main.main"}},
	)
	return heap, goroutines
}

func TestTotals(t *testing.T) {
	table := snapshot.NewTable()
	heap0, goroutines0 := before(table)
	heap1, goroutines1 := after(table, snapshot.Profile{})
	rows := handler.Totals(diff.Compare(table, heap0, heap1), diff.Compare(table, goroutines0, goroutines1), 10*time.Second, finder(t, table))
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s: %d B/s, kept %d→%d %+d, goroutines %d→%d, guessed %v",
			describe(r.Handler), int64(r.AllocRate), r.Kept.Before, r.Kept.After, r.Kept.Delta, r.Goroutines.Before, r.Goroutines.After, r.Guessed))
	}
	want := []string{
		"orders.(*Desk).Create, net/http: 4399104 B/s, kept 1024000→45015040 +43991040, goroutines 10→90, guessed true",
		"orders.Gone, net/http: 0 B/s, kept 5120→0 -5120, goroutines 0→0, guessed false",
		"orders.List, net/http: 24576000 B/s, kept 409600→368640 -40960, goroutines 3→2, guessed false",
		"other: 0 B/s, kept 8388608→8388608 +0, goroutines 1→1, guessed false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The rows add up to what was compared, within a build and across two.
func TestTotalsAddUp(t *testing.T) {
	for name, head := range map[string]snapshot.Profile{
		"one process": {},
		"two builds":  {BuildID: "new", Mappings: "new"},
	} {
		t.Run(name, func(t *testing.T) {
			table := snapshot.NewTable()
			heap0, goroutines0 := before(table)
			heap0.BuildID, heap0.Mappings = "old", "old"
			heap1, goroutines1 := after(table, head)
			heap, goroutines := diff.Compare(table, heap0, heap1), diff.Compare(table, goroutines0, goroutines1)
			var kept, running diff.Change
			var allocated int64
			var variance float64
			for _, r := range handler.Totals(heap, goroutines, time.Second, finder(t, table)) {
				sum(&kept, r.Kept)
				sum(&running, r.Goroutines)
				allocated += r.Allocated
				variance += float64(r.Kept.Stderr) * float64(r.Kept.Stderr)
			}
			columns := heap.Columns()
			total := heap.Total(columns.LiveBytes)
			if off := math.Sqrt(variance) - float64(total.Stderr); math.Abs(off) > 2 {
				t.Errorf("the errors add up to %.1f, want %d", math.Sqrt(variance), total.Stderr)
			}
			total.Stderr = 0
			if kept != total {
				t.Errorf("kept %+v, want %+v", kept, total)
			}
			if want := heap.Total(columns.AllocBytes).Delta; allocated != want {
				t.Errorf("allocated %d, want %d", allocated, want)
			}
			if want := goroutines.Total(0); running != want {
				t.Errorf("goroutines %+v, want %+v", running, want)
			}
		})
	}
}

func sum(to *diff.Change, c diff.Change) {
	to.Before += c.Before
	to.After += c.After
	to.Delta += c.Delta
}

func TestTotalsOfLittle(t *testing.T) {
	table := snapshot.NewTable()
	if rows := handler.Totals(nil, nil, time.Second, finder(t, table)); len(rows) != 0 {
		t.Errorf("rows of nothing: %+v", rows)
	}
	heap, goroutines := before(table)
	rows := handler.Totals(diff.Compare(table, nil, heap), diff.Compare(table, goroutines, nil), 0, finder(t, table))
	for _, r := range rows {
		if r.AllocRate != 0 {
			t.Errorf("%s has a rate without a span: %v", r.Handler.Name, r.AllocRate)
		}
	}
	if len(rows) != 4 || rows[3].Handler.Name != handler.Other || rows[3].Kept.After != 8<<20 || rows[3].Goroutines.Before != 1 {
		t.Errorf("rows of one side each: %+v", rows)
	}
	rust := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes[3:]})
	rust.Add(snapshot.Key{Stack: intern(table, []string{"tokio::runtime::park"})}, []int64{7})
	rows = handler.Totals(diff.Compare(table, nil, rust.Profile()), nil, time.Second, finder(t, table))
	if len(rows) != 1 || rows[0].Kept.Delta != 7 || rows[0].Kept.Stderr != -1 || rows[0].Allocated != 0 {
		t.Errorf("rows of a profile with live bytes alone: %+v", rows)
	}
}
