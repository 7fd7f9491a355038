package snapshot

import (
	"slices"
	"time"
)

// Entry is a snapshot as a [History] keeps it. Its profiles are packed:
// [History.Profile] unpacks one, and [History.Follow] reads a few stacks of many.
// The fields are those of [Snapshot]. It is not changed once it was handed out.
type Entry struct {
	Seq      int
	Time     time.Time
	Run      int
	Dump     *Dump // nil too once it was thinned out
	Vitals   Vitals
	Advanced bool
	ForcedGC bool
	Missing  []string
	Raw      map[Kind][]byte // nil once it was thinned out

	has      [3]bool   // by the order of packedKinds
	records  [3]int    // of its profiles, by the same order
	observed time.Time // when its heap was first seen as it is
}

// packedKinds are the parts of a snapshot that are profiles, in the order in
// which a history keeps them.
func packedKinds() [3]Kind { return [...]Kind{Heap, Goroutine, GoroutineLeak} }

func entryOf(s *Snapshot) *Entry {
	e := &Entry{
		Seq: s.Seq, Time: s.Time, Run: s.Run, Dump: s.Dump, Vitals: s.Vitals, Advanced: s.Advanced,
		ForcedGC: s.ForcedGC, Missing: s.Missing, Raw: s.Raw, observed: s.Time,
	}
	for i, k := range packedKinds() {
		if p := s.Profile(k); p != nil {
			e.has[i], e.records[i] = true, len(p.Keys)
		}
	}
	return e
}

// Has reports whether the snapshot has a profile of this kind.
func (e *Entry) Has(k Kind) bool {
	for i, kind := range packedKinds() {
		if kind == k {
			return e.has[i]
		}
	}
	return false
}

// Records returns how many records the profile of a kind has, 0 where there is none.
func (e *Entry) Records(k Kind) int {
	for i, kind := range packedKinds() {
		if kind == k {
			return e.records[i]
		}
	}
	return 0
}

// Size returns the bytes that the raw profiles take.
func (e *Entry) Size() int { return rawSize(e.Raw) }

// unpacked is a profile that was asked for.
type unpacked struct {
	kind    Kind
	seq     int
	profile *Profile
}

// Bounds of the profiles that stay unpacked, those asked for last: of what they
// take, and a few whatever they take, since a base and a current snapshot are
// looked at together.
const (
	maxUnpacked = 4 << 20
	fewUnpacked = 2
)

// Profile returns the profile of a snapshot, nil where it has none of this kind
// or is not kept any more. To unpack it costs as much as a few copies of it; the
// newest, and those asked for last, are at hand.
func (h *History) Profile(e *Entry, k Kind) *Profile {
	if e == nil || !e.Has(k) {
		return nil
	}
	c := h.chain(k)
	if c.newest(e.Seq) {
		return c.packer.last
	}
	at := slices.IndexFunc(h.unpacked, func(u unpacked) bool { return u.kind == k && u.seq == e.Seq })
	if at >= 0 {
		found := h.unpacked[at]
		h.unpacked = slices.Insert(slices.Delete(h.unpacked, at, at+1), 0, found)
		return found.profile
	}
	p := c.profile(e.Seq)
	if p == nil {
		return nil
	}
	h.unpacked = slices.Insert(h.unpacked, 0, unpacked{k, e.Seq, p})
	bytes := 0
	for i, u := range h.unpacked {
		bytes += 8*len(u.profile.Values) + 16*len(u.profile.Keys)
		if bytes > maxUnpacked && i >= fewUnpacked {
			clear(h.unpacked[i:])
			h.unpacked = h.unpacked[:i]
			break
		}
	}
	return p
}

// chain returns the packed profiles of a kind, nil for one that is not packed.
func (h *History) chain(k Kind) *chain {
	for i, kind := range packedKinds() {
		if kind == k {
			return &h.chains[i]
		}
	}
	return nil
}

// Follow returns what some stacks hold together in one column, in each snapshot
// of a run up to the given one that has a profile of this kind, oldest first: 0
// where the profile has no such stack or column. It reads those stacks alone.
func (h *History) Follow(k Kind, stacks []StackID, column string, upTo *Entry) ([]*Entry, []int64) {
	c := h.chain(k)
	if c == nil || upTo == nil {
		return nil, nil
	}
	var entries []*Entry
	for _, e := range h.RunOf(upTo) {
		if e.Seq <= upTo.Seq && e.Has(k) {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	from, _ := c.find(entries[0].Seq)
	return entries, c.follow(stacks, column, from, from+len(entries))
}
