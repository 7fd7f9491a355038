package snapshot

import "time"

func (h *History) addVitals(v Vitals) {
	v.Gap = v.Gap || h.gap
	h.gap = false
	h.vitals = append(h.vitals, v)
	if len(h.vitals) > maxVitals {
		h.vitals = thinVitals(h.vitals)
	}
}

// thinVitals leaves the newest quarter as it is and brings the points before it
// down to half as many, evenly spread over the time since the first, whatever
// was thinned of them before; peaks stay. A point after a gap stays apart from
// the one before it, or the gap would close; where gaps are so many that little
// is gained, they close all the same.
func thinVitals(vs []Vitals) []Vitals {
	old := len(vs) * 3 / 4
	least := vs[old].Time.Sub(vs[0].Time) / time.Duration(old/2)
	out := merge(vs[:old], func(first, next *Vitals) bool { return !next.Gap && next.Time.Sub(first.Time) < least })
	if len(out) > old*3/4 {
		pair := 0
		out = merge(out, func(*Vitals, *Vitals) bool { pair++; return pair%2 == 1 })
	}
	return append(out, vs[old:]...)
}

// merge makes one point of neighbours, in place, as long as the next may join
// the first of them.
func merge(vs []Vitals, may func(first, next *Vitals) bool) []Vitals {
	out := vs[:0]
	for i := 0; i < len(vs); {
		first, all := vs[i], vs[i]
		for i++; i < len(vs) && may(&first, &vs[i]); i++ {
			all = all.Peak(&vs[i])
		}
		out = append(out, all)
	}
	return out
}
