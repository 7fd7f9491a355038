package trend

import "slices"

// wide is the sum of very many records, kept from one profile to the next: the
// places before the newest stay as they were until the timeline is thinned, so
// that only what joined or left the sum is read through. All of its terms are
// whole numbers, so that it is the same as if all were read anew.
type wide struct {
	ids                             []RecordID
	thinned                         int // how often the timeline had been
	values, counts, born, allocated []float64
}

// Bounds of what is kept so, and of how much of it may differ.
const (
	wideRecords = 2000
	wideDiffers = 8 // one in so many at most
)

// renew brings the sum up to date for some records, and returns it as the curve
// that [reader.records] makes of them; false where they are to be read anew.
func (w *wide) renew(h *heap, r *reader, ids []RecordID, of []*record) (curve, bool) {
	places := len(r.times)
	old := len(w.values)
	if len(ids) < wideRecords || len(w.ids) == 0 || w.thinned != h.thinned || old != places && old != places-1 {
		return curve{}, false
	}
	left, joined, ok := differing(w.ids, ids)
	if !ok || !countable(of) || !slices.IsSorted(ids) {
		return curve{}, false
	}
	c := curve{seconds: r.seconds, values: r.cleared(&r.values), counts: r.cleared(&r.counts), born: r.cleared(&r.born)}
	allocated := r.cleared(&r.allocated)
	for i, some := range [][]RecordID{joined, left} {
		for _, id := range some {
			at := &h.records[id]
			steps := steps{unit: at.unit, sign: 1 - 2*float64(i), values: c.values, counts: c.counts, born: c.born, allocated: allocated}
			steps.of(&at.series)
		}
	}
	for _, sum := range []struct{ kept, now []float64 }{{w.values, c.values}, {w.counts, c.counts}, {w.born, c.born}, {w.allocated, allocated}} {
		accumulate(sum.now)
		for i, v := range sum.kept {
			sum.now[i] += v
		}
	}
	if old < places {
		var values, counts, born, all float64
		for _, at := range of {
			grown := at.last.alloc - at.first.alloc
			values += float64(at.last.live)
			all += float64(grown)
			counts += at.unit.count(at.last.live)
			born += at.unit.count(grown)
		}
		c.values[old], c.counts[old], c.born[old], allocated[old] = values, counts, born, all
	}
	return c, true
}

// keep takes in the sum of some records for the profiles to come.
func (w *wide) keep(h *heap, r *reader, ids []RecordID, c curve) {
	if len(ids) < wideRecords || c.counts == nil || c.born == nil || !slices.IsSorted(ids) {
		return
	}
	w.ids, w.thinned = append(w.ids[:0], ids...), h.thinned
	w.values, w.counts = append(w.values[:0], c.values...), append(w.counts[:0], c.counts...)
	w.born, w.allocated = append(w.born[:0], c.born...), append(w.allocated[:0], r.allocated...)
}

// differing are the ids that only one of two ascending lists has; false where
// they are many.
func differing(before, now []RecordID) (left, joined []RecordID, ok bool) {
	most := len(now) / wideDiffers
	for i, j := 0, 0; i < len(before) || j < len(now); {
		switch {
		case j == len(now) || i < len(before) && before[i] < now[j]:
			left = append(left, before[i])
			i++
		case i == len(before) || now[j] < before[i]:
			joined = append(joined, now[j])
			j++
		default:
			i, j = i+1, j+1
		}
		if len(left)+len(joined) > most {
			return nil, nil, false
		}
	}
	return left, joined, true
}
