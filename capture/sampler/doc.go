// Package sampler decides what to fetch from a target and when.
//
// What flows in: a target, and what the user allows. What flows out: events
// ([snapshot.Event]) to one sink, in order of time: attached, points of the
// curves, snapshots, outages, restarts, the schedule and its cost.
//
// It obeys one polling plan, made to do no harm to a process in production:
//
//   - The pprof index page is fetched first. It stops nothing and tells how
//     many goroutines and heap records there are, which predicts every cost.
//   - One request is in flight, ever.
//   - The time between two requests for a URL is at least 100 times its median
//     latency, but for one look at the index where a profile got no answer, to
//     see whether the target is there. After a timeout it doubles, and nothing
//     is retried: the work goes on inside the target.
//   - All together, snapshots and curves, stays below 1 % of one core of the
//     target, by what answers took so far, the cost that is predicted for
//     goroutines, and the garbage. Where it would not, all intervals are stretched.
//   - The goroutine profile is fetched at debug=0 only, and above 250,000
//     goroutines only after an explicit yes.
//   - gc=1, debug=2 (the full dump) and goroutineleak are sent only where the
//     user allowed them, at most once a snapshot. A dump of more than 8,000 frames,
//     or 0.9 MB, and goroutineleak above 20,000 goroutines take an explicit yes
//     to the cost that is predicted then.
//   - seconds=N is never sent.
//
// The code follows the life of a target: attach.go reaches it, probe.go looks
// what is served there, curves.go, shot.go and extra.go take points and
// snapshots, pace.go and budget.go bound what that costs, predict.go and
// consent.go say it and ask, outage.go waits while there is no answer, and
// restart.go tells whether it is still the same process that answers.
package sampler
