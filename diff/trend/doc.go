// Package trend says how heap records and goroutine groups of a run grow, over
// all its snapshots, and how likely it is that they do.
//
// What flows in: the snapshots of one target in order of time, into an
// [Observer]. What flows out: a [Trend] of any set of heap records or goroutine
// groups that a caller asks for, with the errors of all that is estimated. No
// verdict is passed here, and no set is preferred: which records belong together
// is for the judge to say. Everything is a pure function of the snapshots: no I/O,
// no clock.
//
// # What counts as a point
//
// The runtime keeps its heap records by stack and by size of objects, and so does
// an observer: of two sizes at one stack one may be kept and the other freed. A
// heap profile shows the heap as of a completed GC, so that a snapshot is a point
// only where it shows another state than the one before. All records share one
// line of times, which is thinned by age; a record keeps its values only where
// they changed. Where the target tells of its collections, a point is as of the
// one that its profile shows, not as of when it was fetched.
//
// # What speaks for growth
//
// The values of a heap profile are counts of sampled objects in disguise, and
// goroutines are counted anyway. The evidence is a Bayes factor: by how much what
// was seen is likelier if a series grows than if it is level. It is a weighted
// mean of five, each right where another is blind:
//
//   - by births and deaths: in a level series an object that was born in the
//     window and one that died in it are equally likely, in one that grows
//     deaths have any smaller share. What comes in clumps counts as often as the
//     clumps do, which the scatter of the steps shows.
//   - by the signs of the steps, where none but small ones fall.
//   - by a line through all points, whose error allows for what neighbouring
//     points have in common: by their correlation, and by how much of the series
//     is known to be replaced from point to point.
//   - by the lows of cycles of several lengths, for what a batch or a wave leaves.
//   - by the order of sizes, for one object that is copied into ever larger ones.
//
// A mean of Bayes factors is one again, and under a level series it is 1 on
// average, whatever set of records it is taken of and however many tests went
// into it. That is what lets a judge look at many levels of a program at once.
//
// # How it grows
//
// What grows is compared with models of its mean: steady from the start or from
// later on, levelled off, one step, filling up exponentially or ever more rarely.
// Their likelihoods, with the memory of deviations and the size of the scatter
// added up over, give the probability that growth goes on. Births and deaths say
// more: what fills up because each object lives for a while has the more deaths
// the more of it lives, and what leaks has not.
package trend
