package snapshot

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Bounds of a [History], which hold for days. A point of the curves takes about
// 250 bytes and an [Entry] 400, so that all together stay under 16 MiB besides
// the table, the newest profiles and what is unpacked of older ones.
const (
	maxVitals    = 4096
	maxSnapshots = 4096
	maxRestarts  = 256
	maxPacked    = 8 << 20  // bytes of packed profiles
	maxRaw       = 2 << 20  // bytes of profiles as fetched
	maxDumps     = 32 << 20 // bytes of full dumps, each of which somebody asked for
	// fewSnapshots are kept however much they take.
	fewSnapshots = 16
)

// History is the bounded run of all that was seen of one target, in order of
// time. Of a snapshot's profiles it keeps what changed since the one before; see
// [Packer]. It is not safe for concurrent use: its owner applies the events.
type History struct {
	Table     *Table
	Info      Info
	snapshots []*Entry
	chains    [3]chain // of [Heap], [Goroutine] and [GoroutineLeak]
	unpacked  []unpacked
	vitals    []Vitals
	restarts  []Restarted
	raw       int           // bytes of profiles as fetched
	dumps     int           // bytes of full dumps
	gap       bool          // the next point of the curves follows an outage
	keep      []int         // the snapshots that thinning must not drop
	notes     map[int]Noted // by the snapshot's number
}

// NewHistory returns an empty history whose ids are of the table.
func NewHistory(t *Table) *History { return &History{Table: t, notes: make(map[int]Noted)} }

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
func (h *History) Snapshots() []*Entry { return h.snapshots }

// Vitals returns the points of the curves, oldest first. The caller must not change the slice.
func (h *History) Vitals() []Vitals { return h.vitals }

// Restarts returns the restarts seen, oldest first.
func (h *History) Restarts() []Restarted { return h.restarts }

// Newest returns the newest snapshot, nil where there is none.
func (h *History) Newest() *Entry {
	if len(h.snapshots) == 0 {
		return nil
	}
	return h.snapshots[len(h.snapshots)-1]
}

// Run returns the snapshots of the newest run of the target, oldest first.
func (h *History) Run() []*Entry {
	newest := h.Newest()
	if newest == nil {
		return nil
	}
	return h.RunOf(newest)
}

// RunOf returns the snapshots of the run that one of them is of, oldest first.
func (h *History) RunOf(e *Entry) []*Entry {
	byRun := func(e *Entry, run int) int { return cmp.Compare(e.Run, run) }
	from, _ := slices.BinarySearchFunc(h.snapshots, e.Run, byRun)
	to, _ := slices.BinarySearchFunc(h.snapshots, e.Run+1, byRun)
	return h.snapshots[from:to]
}

// Find returns the snapshot of this number, nil where it is not kept.
func (h *History) Find(seq int) *Entry {
	i, ok := slices.BinarySearchFunc(h.snapshots, seq, func(e *Entry, seq int) int { return cmp.Compare(e.Seq, seq) })
	if !ok {
		return nil
	}
	return h.snapshots[i]
}

// Keep names the snapshots that thinning must not drop, such as the base that
// the user chose. It replaces those named before.
func (h *History) Keep(seqs ...int) { h.keep = seqs }

// Observed is when the heap of a snapshot was first seen as it is: without a GC
// since the snapshot before it is the same observation again.
func (h *History) Observed(e *Entry) time.Time { return e.observed }

// Since returns how long the newest run has been watched.
func (h *History) Since() time.Duration {
	run := h.Run()
	if len(run) == 0 {
		return 0
	}
	return run[len(run)-1].Time.Sub(run[0].Time)
}

func (h *History) addSnapshot(s *Snapshot) {
	e := entryOf(s)
	if before := h.Newest(); before != nil && before.Run == s.Run && s.Heap != nil && !s.Advanced {
		e.observed = before.observed
	}
	h.snapshots = append(h.snapshots, e)
	for i, k := range packedKinds() {
		if p := s.Profile(k); p != nil {
			h.chains[i].add(s.Seq, p)
		}
	}
	h.raw, h.dumps = h.raw+e.Size(), h.dumps+e.Dump.size()
	for i := range len(h.snapshots) - 1 {
		if h.raw <= maxRaw && h.dumps <= maxDumps {
			break
		}
		if !h.kept(h.snapshots[i].Seq) {
			h.lighten(i)
		}
	}
	for len(h.snapshots) > maxSnapshots || h.packedBytes() > maxPacked && len(h.snapshots) > fewSnapshots {
		if !h.thinSnapshots() {
			break
		}
	}
}

func (h *History) packedBytes() int {
	n := 0
	for i := range h.chains {
		n += h.chains[i].bytes
	}
	return n
}

// lighten takes from a snapshot the profiles as fetched, and its dump, where
// there are too many of them. A copy takes its place: what was handed out does
// not change.
func (h *History) lighten(i int) {
	light := *h.snapshots[i]
	if h.raw > maxRaw {
		h.raw -= light.Size()
		light.Raw = nil
	}
	if h.dumps > maxDumps {
		h.dumps -= light.Dump.size()
		light.Dump = nil
	}
	if light.Dump != h.snapshots[i].Dump || light.Size() != h.snapshots[i].Size() {
		h.snapshots[i] = &light
	}
}

// thinSnapshots drops the snapshot that tells least: the one whose neighbours
// are closest to each other in time, so that gaps grow evenly with age. The
// newest half, the first of each run and those that are to be kept stay; where
// all that is left are such, the oldest goes that is neither to be kept nor the
// newest. It reports whether there was one to drop.
func (h *History) thinSnapshots() bool {
	drop, closest := -1, time.Duration(math.MaxInt64)
	for i := 1; i < len(h.snapshots)/2; i++ {
		before, s, after := h.snapshots[i-1], h.snapshots[i], h.snapshots[i+1]
		if s.Run != before.Run {
			continue
		}
		// The age counts: what is twice as old may have twice the gaps.
		age := h.Newest().Time.Sub(s.Time)
		gap := time.Duration(float64(after.Time.Sub(before.Time)) / max(1, age.Minutes()))
		if gap < closest && !h.kept(s.Seq) {
			drop, closest = i, gap
		}
	}
	if drop < 0 {
		drop = slices.IndexFunc(h.snapshots[:len(h.snapshots)-1], func(e *Entry) bool { return !h.kept(e.Seq) })
	}
	if drop < 0 {
		return false
	}
	seq := h.snapshots[drop].Seq
	h.raw -= h.snapshots[drop].Size()
	h.dumps -= h.snapshots[drop].Dump.size()
	for i := range h.chains {
		h.chains[i].remove(seq)
	}
	h.unpacked = slices.DeleteFunc(h.unpacked, func(u unpacked) bool { return u.seq == seq })
	h.snapshots = slices.Delete(h.snapshots, drop, drop+1)
	return true
}
