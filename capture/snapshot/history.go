package snapshot

import (
	"math"
	"slices"
	"time"
)

// Bounds of a [History]. A vitals point is about 450 bytes, so the curves take
// about 2 MiB at most.
const (
	maxVitals    = 4096
	maxSnapshots = 256
	maxRestarts  = 256
	maxBulk      = 64 << 20 // raw profiles and dumps
)

// History is the bounded run of all that was seen of one target, in order of
// time. It is not safe for concurrent use: its owner applies the events.
type History struct {
	Table     *Table
	Info      Info
	snapshots []*Snapshot
	vitals    []Vitals
	restarts  []Restarted
	bulk      int  // bytes
	gap       bool // the next point of the curves follows an outage
	keep      int  // the snapshot that thinning must not drop, 0 for none
	observed  map[int]time.Time
	notes     map[int]Noted // by the snapshot's number
}

// NewHistory returns an empty history whose ids are of the table.
func NewHistory(t *Table) *History {
	return &History{Table: t, observed: make(map[int]time.Time), notes: make(map[int]Noted)}
}

// Apply takes one event into the history.
func (h *History) Apply(e Event) {
	switch e := e.(type) {
	case Attached:
		h.Info = e.Info
	case VitalsTaken:
		h.addVitals(e.Vitals)
	case Taken:
		h.addSnapshot(e.Snapshot)
	case Unreachable:
		h.gap = true
	case Restarted:
		h.restarts = append(h.restarts, e)
		h.restarts = h.restarts[max(0, len(h.restarts)-maxRestarts):]
		h.gap = true
	case Scheduled:
		h.gap = h.gap || e.Paused
	case Noted:
		h.note(e)
	}
}

// Snapshots returns all snapshots kept, oldest first. The caller must not change the slice.
func (h *History) Snapshots() []*Snapshot { return h.snapshots }

// Vitals returns the points of the curves, oldest first. The caller must not change the slice.
func (h *History) Vitals() []Vitals { return h.vitals }

// Restarts returns the restarts seen, oldest first.
func (h *History) Restarts() []Restarted { return h.restarts }

// Newest returns the newest snapshot, nil where there is none.
func (h *History) Newest() *Snapshot {
	if len(h.snapshots) == 0 {
		return nil
	}
	return h.snapshots[len(h.snapshots)-1]
}

// Run returns the snapshots of the newest run of the target, oldest first.
func (h *History) Run() []*Snapshot {
	newest := h.Newest()
	if newest == nil {
		return nil
	}
	i := slices.IndexFunc(h.snapshots, func(s *Snapshot) bool { return s.Run == newest.Run })
	return h.snapshots[i:]
}

// Find returns the snapshot of this number, nil where it is not kept.
func (h *History) Find(seq int) *Snapshot {
	i, ok := slices.BinarySearchFunc(h.snapshots, seq, func(s *Snapshot, seq int) int { return s.Seq - seq })
	if !ok {
		return nil
	}
	return h.snapshots[i]
}

// Keep names the one snapshot that thinning must not drop, such as the base that
// the user chose; 0 for none. It replaces the one named before.
func (h *History) Keep(seq int) { h.keep = seq }

// Observed is when the heap of a snapshot was first seen as it is: without a GC
// since the snapshot before it is the same observation again.
func (h *History) Observed(s *Snapshot) time.Time {
	if at, ok := h.observed[s.Seq]; ok {
		return at
	}
	return s.Time
}

func (h *History) addVitals(v Vitals) {
	v.Gap = v.Gap || h.gap
	h.gap = false
	h.vitals = append(h.vitals, v)
	if len(h.vitals) > maxVitals {
		h.vitals = thinVitals(h.vitals)
	}
}

// thinVitals halves the resolution of the older half and keeps its peaks. A
// point after a gap stays apart from the one before it, or the gap would close;
// where gaps are so many that nothing is gained, they close all the same.
func thinVitals(vs []Vitals) []Vitals {
	half := len(vs) / 2
	out := mergePairs(vs[:half], func(next *Vitals) bool { return !next.Gap })
	if len(out) > half*3/4 {
		out = mergePairs(out, func(*Vitals) bool { return true })
	}
	return append(out, vs[half:]...)
}

// mergePairs makes one point of two neighbours, in place, where the later one may join.
func mergePairs(vs []Vitals, may func(next *Vitals) bool) []Vitals {
	out := vs[:0]
	for i := 0; i < len(vs); i++ {
		if i+1 < len(vs) && may(&vs[i+1]) {
			out = append(out, vs[i].Peak(&vs[i+1]))
			i++
			continue
		}
		out = append(out, vs[i])
	}
	return out
}

func (h *History) addSnapshot(s *Snapshot) {
	if before := h.Newest(); before != nil && before.Run == s.Run && s.Heap != nil && !s.Advanced {
		h.observed[s.Seq] = h.Observed(before)
	}
	h.snapshots = append(h.snapshots, s)
	h.bulk += s.bulk()
	for _, old := range h.snapshots[:len(h.snapshots)-1] {
		if h.bulk <= maxBulk {
			break
		}
		if old.bulk() > 0 && old.Seq != h.keep {
			h.dropBulk(old)
		}
	}
	if len(h.snapshots) > maxSnapshots {
		h.thinSnapshots()
	}
}

// dropBulk replaces a snapshot by its copy without raw profiles and dump:
// snapshots that were handed out do not change.
func (h *History) dropBulk(s *Snapshot) {
	i := slices.Index(h.snapshots, s)
	thin := *s
	thin.Raw, thin.Dump = nil, nil
	h.bulk -= s.bulk()
	h.snapshots[i] = &thin
}

// thinSnapshots drops the snapshot that tells least: the one whose neighbours
// are closest to each other in time, so that gaps grow evenly with age. The
// newest half, the first of each run and the one that is to be kept stay; where
// all that is left are such, the oldest goes.
func (h *History) thinSnapshots() {
	drop, closest := 0, time.Duration(math.MaxInt64)
	for i := 1; i < len(h.snapshots)/2; i++ {
		before, s, after := h.snapshots[i-1], h.snapshots[i], h.snapshots[i+1]
		if s.Run != before.Run || h.kept(s.Seq) {
			continue
		}
		// The age counts: what is twice as old may have twice the gaps.
		age := h.Newest().Time.Sub(s.Time)
		gap := time.Duration(float64(after.Time.Sub(before.Time)) / max(1, age.Minutes()))
		if gap < closest {
			drop, closest = i, gap
		}
	}
	h.forget(h.snapshots[drop])
	h.snapshots = slices.Delete(h.snapshots, drop, drop+1)
}

func (h *History) forget(s *Snapshot) {
	h.bulk -= s.bulk()
	delete(h.observed, s.Seq)
}

// Since returns how long the newest run has been watched.
func (h *History) Since() time.Duration {
	run := h.Run()
	if len(run) == 0 {
		return 0
	}
	return run[len(run)-1].Time.Sub(run[0].Time)
}
