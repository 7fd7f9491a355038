package snapshot

// Thin drops one snapshot, as a history does that is full.
func (h *History) Thin() { h.thinSnapshots() }

// PackedBytes is what all packed profiles take.
func (h *History) PackedBytes() int { return h.packedBytes() }

// MaxPacked is what they may take.
const MaxPacked = maxPacked
