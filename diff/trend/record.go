package trend

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// RecordID names a heap record of a run: a stack and a size of objects, as the
// runtime keeps them.
type RecordID uint32

// record is one heap record.
type record struct {
	series
	stack snapshot.StackID
	size  int64  // of an object in bytes; 0 unknown
	unit  unit   // what one sampled object stands for
	low   int64  // the least that lived at the first few places
	seen  uint32 // number of the newest profile that had it
	next  uint32 // place of the next record of the stack plus one; 0 for none
}

// unit is what one sampled object of a record stands for.
type unit struct {
	bytes float64 // s/p, with p the chance that an object of size s is sampled; 0 unknown
}

// unitOf is that of objects of a size, sampled at a mean of rate bytes.
func unitOf(size, rate int64) unit {
	if size <= 0 || rate <= 0 {
		return unit{}
	}
	return unit{float64(size) / -math.Expm1(-float64(size)/float64(rate))}
}

// count is how many sampled objects so many bytes are.
func (u unit) count(bytes int64) float64 {
	if u.bytes == 0 {
		return 0
	}
	n := float64(bytes) / u.bytes
	if !(math.Abs(n) < 1<<52) {
		return n // is whole
	}
	// As math.Round does, which takes longer.
	whole := float64(int64(n))
	switch rest := n - whole; {
	case rest >= 0.5:
		return whole + 1
	case rest <= -0.5:
		return whole - 1
	}
	return whole
}

// variance is that of a sum of such objects by sampling alone, for each of them.
func (u unit) variance(size int64) float64 {
	// s²(1−p)/p², with p = s/u.
	return u.bytes * (u.bytes - float64(size))
}

// Tally is what a heap record did over the window, cheaply: without the points
// between its ends.
type Tally struct {
	ID             RecordID
	Stack          snapshot.StackID
	Size           int64   // of an object in bytes; 0 unknown
	Births, Deaths float64 // sampled objects, as few as the ends allow; 0 where unknown
	Before, Now    int64   // live bytes; Before is the low after a batch that was met at first
	Allocated      int64   // bytes, 0 where the profile does not tell
	Changes        int     // how often it was another than before
}

// Renew brings the tallies of all records up to date, in the order in which these
// were first seen, and appends to changed the records that are not as they were.
func (o *Observer) Renew(tallies []Tally, changed []RecordID) ([]Tally, []RecordID) {
	tallies = slices.Grow(tallies, len(o.heap.records)-len(tallies))
	for i := range o.heap.records {
		r, id := &o.heap.records[i], RecordID(i)
		switch {
		case i == len(tallies):
			tallies = append(tallies, r.tally(id))
		case tallies[i].tells(r):
			continue
		default:
			tallies[i] = r.tally(id)
		}
		changed = append(changed, id)
	}
	return tallies, changed
}

// tells reports whether a tally is that of a record as it is now.
func (t *Tally) tells(r *record) bool {
	return t.Now == r.last.live && t.Allocated == r.allocated() && t.Before == r.begins() && t.Changes == r.changes() && t.Stack == r.stack && t.Size == r.size
}

func (r *record) tally(id RecordID) Tally {
	t := Tally{
		ID: id, Stack: r.stack, Size: r.size, Before: r.begins(), Now: r.last.live,
		Allocated: r.allocated(), Changes: r.changes(),
	}
	if r.unit.bytes > 0 {
		t.Births, t.Deaths = r.since(r.begins())
	}
	return t
}

// leadPlaces is at how many places a series may still be in the middle of the first
// batch that is met.
const leadPlaces = 5

// Limits of how many counts fall at first where a batch ends.
const (
	batchShare = 0.75
	batchLeast = 8.0
)

// batchAtFirst reports whether so many of what lived at first went at once that this
// was a batch: what grows does so from the low after it.
func batchAtFirst(first, low float64) bool {
	return first-low >= max(batchShare*first, batchLeast)
}

// begins is how much lived when the record is taken to begin.
func (r *record) begins() int64 {
	if batchAtFirst(r.unit.count(r.first.live), r.unit.count(r.low)) {
		return r.low
	}
	return r.first.live
}

// ends are births and deaths between the first point and the last.
func (r *record) ends() (births, deaths float64) { return r.since(r.first.live) }

// since are births and deaths up to the last point, of a record of which so much
// lived before. Of what was allocated no more than now lives can have stayed, and no
// less than the net growth.
func (r *record) since(live int64) (births, deaths float64) {
	before, now := r.unit.count(live), r.unit.count(r.last.live)
	allocated := r.unit.count(r.last.alloc - r.first.alloc)
	births = max(min(allocated, now), now-before, 0)
	return births, max(births-(now-before), 0)
}

// RecordsOf returns the records of some heap stacks that were seen.
func (o *Observer) RecordsOf(stacks []snapshot.StackID) []RecordID {
	var out []RecordID
	for _, id := range stacks {
		for at := range o.heap.recordsOf(id) {
			out = append(out, at)
		}
	}
	return out
}
