package snapshot

import (
	"slices"
	"time"
)

// What can change in a heap profile between two fetches, by runtime/mprof.go of
// Go 1.26 and 1.27. The profile shows what was published, and events are
// published in three places only:
//
//   - mProf_Flush, after each mark termination, publishes all that was allocated
//     before the last mark termination but one, and what of it was freed. A fetch
//     does the same where it comes first. NumGC rises before, in the same
//     stop-the-world as mProf_NextCycle.
//   - mProf_PostSweep, at the end of runtime.GC, publishes what the last mark
//     termination saw. NumGC does not rise again for it, so that two profiles of
//     one NumGC can differ: the second one is an observation of its own.
//   - A fetch that finds nothing published at all (memProfileInternal) publishes
//     whatever was allocated so far, garbage and all. That is the state of a
//     process before its second GC: the first one has nothing to publish.
//
// In between, a value that is published does not change. What does change is
// which records there are: a stack has one, of zeros, from its first sampled
// allocation on.

// fewestCycles is how many GC cycles must have completed before a profile shows
// what a GC kept.
const fewestCycles = 2

// SameObservation reports whether two heap profiles hold the same values in all
// records that are not zero: then they show the heap as of the same moment,
// unless a GC is known to lie between them.
func (p *Profile) SameObservation(o *Profile) bool {
	if p == nil || o == nil || !slices.Equal(p.Types, o.Types) {
		return false
	}
	i, j := p.nextRecord(0), o.nextRecord(0)
	for i < len(p.Keys) && j < len(o.Keys) {
		if p.Keys[i] != o.Keys[j] || !slices.Equal(p.Vector(i), o.Vector(j)) {
			return false
		}
		i, j = p.nextRecord(i+1), o.nextRecord(j+1)
	}
	return i == len(p.Keys) && j == len(o.Keys)
}

// nextRecord is the place of the first record from a place on that is not all
// zeros; the number of records where there is none.
func (p *Profile) nextRecord(i int) int {
	for i < len(p.Keys) && !slices.ContainsFunc(p.Vector(i), func(v int64) bool { return v != 0 }) {
		i++
	}
	return i
}

// Observations tells which heap profiles of a target are observations of their
// own. It takes in what is known of the target in order of time. The zero value
// has seen nothing. It is not safe for concurrent use.
type Observations struct {
	run          int
	cycles, last figure // NumGC and LastGC
	counted      *Profile
	countedAt    time.Time
}

// figure is what was read of a figure that only rises.
type figure struct {
	newest, before reading
	after          reading // the first one after the profile that counted last
}

type reading struct {
	at    time.Time
	n     int64
	known bool
}

// add takes in a reading, unless it was taken in before.
func (f *figure) add(r reading, counted time.Time) {
	if !r.known || f.newest.known && !r.at.After(f.newest.at) {
		return
	}
	f.before, f.newest = f.newest, r
	if !f.after.known && r.at.After(counted) {
		f.after = r
	}
}

// upTo is the newest reading that is not later than a time. A snapshot's own
// figures are read after its profiles, and may be known already.
func (f *figure) upTo(at time.Time) reading {
	if f.newest.at.After(at) {
		return f.before
	}
	return f.newest
}

// Apply takes in an event that holds no snapshot; see [Observations.Advances].
func (o *Observations) Apply(e Event) {
	switch e := e.(type) {
	case VitalsTaken:
		o.read(&e.Vitals)
	case Restarted:
		*o = Observations{run: o.run + 1}
	}
}

func (o *Observations) read(v *Vitals) {
	if v.Time.IsZero() {
		return
	}
	n, known := v.Get(NumGC)
	o.cycles.add(reading{v.Time, n, known}, o.countedAt)
	n, known = v.Get(LastGC)
	o.last.add(reading{v.Time, n, known}, o.countedAt)
}

// Advances takes in the next snapshot and reports whether its heap profile is an
// observation of its own: [Snapshot.Advanced].
//
// It is one where its values differ from those of the last one that was. Where
// they do not, a GC must lie between the two for sure: the count that was read
// before this profile is above the one that was read after the other. And it is
// none as long as the process may not have completed the GCs that a profile
// needs, unless the fetch itself ran one.
func (o *Observations) Advances(s *Snapshot) bool {
	if s.Run != o.run {
		*o = Observations{run: s.Run}
	}
	advances := s.Heap != nil && (s.ForcedGC || o.collected(s) && (o.counted == nil || o.rose(s.Time) || !s.Heap.SameObservation(o.counted)))
	if advances {
		o.counted, o.countedAt = s.Heap, s.Time
		o.cycles.mark(s.Time)
		o.last.mark(s.Time)
	}
	o.read(&s.Vitals)
	return advances
}

// mark begins to look for the first reading after a profile. It may be known
// already, as the snapshot's own.
func (f *figure) mark(at time.Time) {
	f.after = reading{}
	if f.newest.at.After(at) {
		f.after = f.newest
	}
}

// collected reports whether the process had completed the GCs that a profile
// needs before this one was asked for, as far as that is known.
func (o *Observations) collected(s *Snapshot) bool {
	if before := o.cycles.upTo(s.Time); before.known {
		return before.n >= fewestCycles
	}
	n, known := s.Vitals.Get(NumGC)
	return !known || n >= fewestCycles
}

// rose reports whether a GC completed for sure between the last profile that
// counted and one that was asked for at a time.
func (o *Observations) rose(at time.Time) bool {
	if before := o.cycles.upTo(at); before.known && o.cycles.after.known {
		return before.n > o.cycles.after.n
	}
	before := o.last.upTo(at)
	// Sources round it to less than a microsecond.
	return before.known && o.last.after.known && before.n-o.last.after.n > int64(time.Millisecond)
}
