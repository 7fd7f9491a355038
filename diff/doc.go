// Package diff compares two snapshots: which stacks, functions and packages
// grew, which goroutines wait where, and since when.
//
// What flows in: profiles of capture/snapshot and the table that interned
// their stacks. What flows out: a [Comparison], from which rows by stack,
// function or package, a call tree and goroutine groups are made for one
// sample type at a time. Everything here is a pure function of its input: no
// I/O, no clock. Sums saturate at the bounds of int64.
package diff
