// Package leak judges: of all that grows or waits in a process it says what
// leaks, what is stuck, what may only be filling up, how sure that is, why, and
// what helps.
//
// What flows in: the events of one target in order, into a [Judge]. What flows
// out: a [Result] with one [Finding] for each thing that is wrong, the worst
// first. The statistics are those of package trend; here they become facts, and
// [Fact.Text] makes sentences of those, for whoever shows them. Everything is a
// pure function of the events: no I/O, no clock.
//
// What is wrong is named by a detector: one file each, all of one shape, listed
// by what they look at.
package leak
