package snapshot

import "time"

// Value is a non-negative figure that may be unknown. The zero Value is unknown.
type Value struct {
	n     int64
	known bool
}

// Known returns the Value n.
func Known(n int64) Value { return Value{n: n, known: true} }

// Get returns the figure and whether it is known.
func (v Value) Get() (n int64, known bool) { return v.n, v.known }

// Vital names one figure of [Vitals].
type Vital uint8

// The vitals. Bytes where not said otherwise. In brackets: where runtime.MemStats has it.
const (
	HeapAlloc    Vital = iota // reachable objects and garbage not yet swept [HeapAlloc]
	HeapInuse                 // spans with at least one object, garbage included [HeapInuse]
	HeapSys                   // heap memory obtained from the system [HeapSys]
	HeapReleased              // of it returned to the system [HeapReleased]
	HeapObjects               // a count [HeapObjects]
	StackInuse                // goroutine stacks [StackInuse]
	Sys                       // all memory obtained from the system [Sys]
	NextGC                    // heap size at which the next GC starts [NextGC]
	TotalAlloc                // bytes ever allocated; never falls in a process [TotalAlloc]
	Mallocs                   // objects ever allocated; a count that never falls [Mallocs]
	Frees                     // objects ever freed; a count that never falls [Frees]
	NumGC                     // completed GC cycles, 0 before the first one; a count that never falls [NumGC]
	LastGC                    // end of the last GC, nanoseconds since 1970; unknown before the first one [LastGC]
	Goroutines                // a count
	Threads                   // a count
	RSS                       // resident set size, what the system charges now
	MaxRSS                    // the highest RSS so far
	MemoryLimit               // GOMEMLIMIT
	CgroupLimit               // the lowest memory limit of the cgroups it is in; read with snapshots only
	CgroupUsed                // what the cgroup with that limit uses, its page cache included
	StartTime                 // of the process, nanoseconds since 1970
	LiveHeap                  // live bytes of the heap profile: what the last completed GC kept
	LiveObjects               // objects of the heap profile, a count
	HeapRecords               // records in the heap profile (by the index page), a count
	// RSSAnon is RSS without the pages of files: those of the program itself, and
	// of files that it maps, which the system can drop at any time. Nor does it
	// have memory that is shared with other processes.
	RSSAnon
	OpenFDs     // file descriptors that are open, a count
	FDLimit     // how many may be open: RLIMIT_NOFILE, a count
	OpenSockets // of the open descriptors, a count; read with snapshots only, as the next two
	OpenPipes   // the same
	OpenFiles   // the same: files, directories and devices
	numVitals
)

// NumVitals is how many vitals there are: they are numbered from 0.
const NumVitals = int(numVitals)

// Vitals is one point of the curves: what was known of the process at one time.
type Vitals struct {
	Time   time.Time // when the answer came
	Source string    // where it came from, as named on screen: "/metrics", "/debug/vars + /proc/4312", …
	// Gap says that the target gave no answer between the point before and
	// this one, so that a curve must not join them.
	Gap    bool
	known  uint32 // a bit for each figure, from the lowest on
	values [numVitals]int64
}

// Get returns one figure and whether it is known.
func (v *Vitals) Get(k Vital) (n int64, known bool) { return v.values[k], v.known>>k&1 == 1 }

// Value returns one figure.
func (v *Vitals) Value(k Vital) Value {
	n, known := v.Get(k)
	return Value{n, known}
}

// Set records one figure. A negative one is no valid reading and leaves it
// unknown, and so does a last GC at 0: that is how every source says that no GC
// has completed yet.
func (v *Vitals) Set(k Vital, n int64) {
	if n > 0 || n == 0 && k != LastGC {
		v.values[k], v.known = n, v.known|1<<k
	}
}

// Fill takes over every figure of o that v does not know.
func (v *Vitals) Fill(o *Vitals) {
	for k := range numVitals {
		if _, known := v.Get(k); !known && o.known>>k&1 == 1 {
			v.Set(k, o.values[k])
		}
	}
}

// Peak returns one point that stands for v and the later point o: the larger
// of each figure, at the later time, so that thinned curves keep their spikes.
func (v *Vitals) Peak(o *Vitals) Vitals {
	out := *o
	out.Gap = v.Gap || o.Gap
	for k := range numVitals {
		if n, known := v.Get(k); known && n >= out.values[k] {
			out.Set(k, n)
		}
	}
	return out
}
