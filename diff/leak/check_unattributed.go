package leak

import (
	"leaktop/capture/snapshot"
)

// UnattributedGrowth is a heap that grows where its profile does not show it. Its
// claim has the value now (bytes).
const UnattributedGrowth Check = "unattributed-growth"

// leastUnattributed is by how much such a heap must grow.
const leastUnattributed = 8 << 20

// unattributedGrowth finds growth of the Go heap in a process that does not
// sample it, or hardly does. The least that is allocated in each part of the time
// is read just behind a GC, or not far from one.
func unattributedGrowth() detector[*rising] {
	return detector[*rising]{
		check: UnattributedGrowth,
		finds: (*scene).growsUnattributed,
		claim: (*scene).risenTo,
		says: func(f Fact) string {
			return "the Go heap grows, and its profile does not show where: " + f.bytes(claimNow) + " is allocated after a GC"
		},
		facts: func(s *scene, r *rising) []Fact {
			facts := []Fact{r.rose(AllocatedRose)}
			if s.hidden.rate == 0 {
				facts = append(facts, Fact{Kind: ProfileShows}.With("shown", float64(s.hidden.profile), Bytes).With("allocated", float64(s.hidden.live), Bytes))
			}
			return facts
		},
		remedy: remedy{
			inGo: "leave runtime.MemProfileRate at its default, 512 KiB, or set it before anything is allocated; the heap profile then names the place",
		},
	}
}

func (s *scene) growsUnattributed(r *rising) bool {
	if !s.hidden.known {
		return false
	}
	b, ok := s.curves.lows(r.from, vital(snapshot.HeapAlloc))
	if !ok || b.growth() < leastUnattributed || !b.rising() {
		return false
	}
	r.curve, r.holds = b, true
	r.now.Bytes = snapshot.Known(int64(b.medians[bins-1]))
	return true
}
