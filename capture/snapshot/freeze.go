package snapshot

import "slices"

// Freeze returns the history as it is now, to be read beside it: its entries,
// and what [History.Profile], [History.Follow] and [History.RunOf] tell of them,
// while h goes on. It has no curves, and no event may be applied to it. Who reads
// it has it alone, as with any history.
//
// It costs a few words a snapshot: what is packed is shared. Before is a history
// that was frozen earlier and that nobody reads any more, nil for none; what it
// has unpacked stays at hand.
func (h *History) Freeze(before *History) *History {
	f := &History{Table: h.Table, Info: h.Info, snapshots: slices.Clone(h.snapshots), restarts: h.restarts}
	for i := range h.chains {
		c := &h.chains[i]
		f.chains[i] = chain{packer: Packer{last: c.packer.last}, frames: slices.Clone(c.frames)}
	}
	if before != nil {
		for _, u := range before.unpacked {
			if f.Find(u.seq) != nil {
				f.unpacked = append(f.unpacked, u)
			}
		}
	}
	return f
}
