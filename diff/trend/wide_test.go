package trend

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// The sum that is kept is that of reading all anew, whatever joins and leaves it
// and however the timeline is thinned.
func TestWideSumIsThatOfAllRecords(t *testing.T) {
	const stacks, profiles = 3000, 150
	random := rand.New(rand.NewPCG(7, 8))
	table := snapshot.NewTable()
	var keys []snapshot.Key
	for i := range stacks {
		f := table.InternFrame(snapshot.Frame{Function: "app/a.F", Line: i + 1})
		keys = append(keys, snapshot.Key{Stack: table.InternStack([]snapshot.FrameID{f}), Size: int64(16 + i%5*2048)})
	}
	values := make([]int64, 4*stacks)
	o := NewObserver(table, 0)
	renewed := 0
	for seq := range profiles {
		values = slices.Clone(values)
		for range stacks / 3 {
			v := values[4*random.IntN(stacks):]
			v[1] += int64(random.IntN(3)) << 19
			v[3] = min(int64(random.IntN(4))<<19, v[1])
		}
		heap := &snapshot.Profile{Kind: snapshot.Heap, Period: 512 << 10, Keys: keys, Values: values, Types: []snapshot.SampleType{
			{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"}, {Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}}}
		o.Add(&snapshot.Snapshot{Seq: seq + 1, Time: time.Unix(1e9+int64(seq)*15, 0), Advanced: true, Heap: heap})
		for range 2 {
			var ids []RecordID
			for id := range o.heap.records {
				if random.IntN(40) > 0 {
					ids = append(ids, RecordID(id))
				}
			}
			read := newReader(o.heap.timeline)
			var of []*record
			for _, id := range ids {
				of = append(of, &o.heap.records[id])
			}
			want := read.records(of, true)
			if again, ok := o.wide.renew(&o.heap, newReader(o.heap.timeline), ids, of); ok {
				renewed++
				if !slices.Equal(again.born, want.born) {
					t.Fatalf("profile %d: the objects born are not those of all records", seq)
				}
			}
			_, got := o.curveOf(ids)
			if !slices.Equal(got.values, want.values) || !slices.Equal(got.counts, want.counts) || !slices.Equal(got.born, want.born) || !slices.Equal(o.read.allocated, read.allocated) {
				t.Fatalf("profile %d: the sum that is kept is not that of all records", seq)
			}
		}
	}
	if renewed < profiles || o.heap.thinned == 0 {
		t.Errorf("%d sums were renewed and the timeline thinned %d times, want more", renewed, o.heap.thinned)
	}
}
