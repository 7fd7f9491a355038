package snapshot

import (
	"math"
	"slices"
)

// insert is a record that comes in: its key, and how many records that were
// there before it stay in front of it.
type insert struct {
	key  Key
	kept int
}

// readDeletes appends the positions of the records that went, in order.
func (r *frameReader) readDeletes(gone []int, records int) []int {
	at := 0
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		gap := r.uvarint()
		if gap >= uint64(records-at) {
			r.bad = true
			break
		}
		at += int(gap)
		gone = append(gone, at)
		at++
	}
	return gone
}

// readInserts appends the records that came, in order; one more than most of
// them is enough to know that there are too many.
func (r *frameReader) readInserts(come []insert, kept, most int, whole bool) []insert {
	in := r.inserts(kept, whole)
	in.left = min(in.left, uint64(most)+1)
	if !r.bad { // each takes a byte at least
		come = slices.Grow(come, int(min(in.left, uint64(len(r.b)-r.at))))
	}
	for r.nextInsert(&in) {
		come = append(come, in.insert)
	}
	return come
}

// inserts is where a reader is in the records that came.
type inserts struct {
	insert        // the newest
	left   uint64 // how many are still to come
	most   int    // how many records are there that they may stand between
	whole  bool   // there are none
}

func (r *frameReader) inserts(kept int, whole bool) inserts {
	return inserts{left: r.uvarint(), most: kept, whole: whole}
}

// nextInsert reads the next record that came; false after the last.
func (r *frameReader) nextInsert(in *inserts) bool {
	if in.left == 0 || r.bad {
		return false
	}
	in.left--
	if !in.whole {
		gap := r.uvarint()
		if gap > uint64(in.most-in.kept) {
			r.bad = true
			return false
		}
		in.kept += int(gap)
	}
	head, labels := r.uvarint(), uint64(0)
	if head&2 != 0 {
		labels = r.uvarint()
	}
	if head>>2 > uint64(math.MaxUint32-in.key.Stack) || labels > math.MaxUint32 {
		r.bad = true
		return false
	}
	in.key.Stack += StackID(head >> 2)
	in.key.Labels = LabelsID(labels)
	if head&1 == 0 {
		in.key.Size = r.varint()
	}
	return !r.bad
}
