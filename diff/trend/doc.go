// Package trend says how heap records and goroutine groups of a run move, over all
// its snapshots, and how sure that is.
//
// What flows in: the snapshots of one target in order of time, into an
// [Observer]. What flows out: a [Tally] of each heap record and a [Standing] of
// each goroutine group, which cost little, and trends of any records or groups
// together where a caller asks. No verdict is passed here: a trend is numbers with
// their errors, and a judge built on it decides what they mean. Everything is a
// pure function of the snapshots: no I/O, no clock.
//
// # What counts as a point
//
// A heap profile shows the heap as of a completed GC, so a snapshot feeds the
// heap only where one completed since the last that counted, and where its profile
// differs from that one's: a copy is no new observation. All records share one line
// of times, which is thinned by age; a record, of one stack and one size of objects,
// keeps its values only where they changed. Where the target tells of its
// collections, a point is as of the one that its profile shows, not as of when it
// was fetched.
//
// # What counts as growth
//
// The values of a profile are counts of sampled objects in disguise. A Bayes factor
// compares growth with a level, by evidence of several kinds, each right where
// another is blind; their mean is a factor again:
//
//   - births and deaths: in a level series one is as likely as the other. Objects
//     that come or go at once count as one, as the scatter of the steps shows;
//   - the signs of the steps, and a line through all points, for what grows slowly
//     under much that comes and goes;
//   - the lows of cycles, for what a batch leaves behind;
//   - the order of the values, for one object that is ever larger.
//
// # How it grows
//
// A posterior over shapes of the mean (steady, late, levelled off, a step, filling
// up) says whether growth goes on, and between which points it happened. Deaths
// tell what is kept from what only fills up to a level. The heap goal, which is
// not sampled, says by how much the process grows and, where one place is most of that,
// how the place does.
package trend
