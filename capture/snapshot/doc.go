// Package snapshot holds the types that flow through leaktop.
//
// What flows in: decoded profiles and vitals, from capture/decode and
// capture/sampler. What flows out: [Snapshot], [Vitals] and [Event] values,
// and a bounded [History] of them, which diff compares and tui shows.
//
// Stacks are interned once for the life of the program in a [Table]. A
// snapshot is then a time, ids and int64 vectors, so that two snapshots are
// compared by comparing integers. The package imports the standard library
// only and does no I/O.
package snapshot
