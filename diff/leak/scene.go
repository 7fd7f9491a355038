package leak

import (
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// scene is all that one judgement looks at.
type scene struct {
	cfg      Config
	sites    *sites
	observer *trend.Observer
	memory   *memory
	places   *places
	callers  *callers
	accepts  *acceptLoops
	ramped   *ramp // that was told last in the run, nil for none
	ids      *taskIDs
	process  trend.Process
	uptime   time.Duration // of the process when it was first seen; 0 unknown
	// heap and goroutines are the newest snapshots of the run that have these
	// profiles, nil for none.
	heap, goroutines *snapshot.Snapshot
	groups           []diff.Group // of goroutines, as they are now
	standing         map[diff.GroupKey]trend.Standing
	proofs           proofs // nil where the runtime was not asked
	dumps            *cohort
	connections      []snapshot.Connections // of the process, as the newest snapshot that has them tells
	inSyscalls       bool                   // a finding is about goroutines in system calls that become more
	onSockets        float64                // how many more goroutines wait for the network of which findings tell, clients apart
	finalizers       []*task                // that run finalizers and do not go on
	curves           *curves
	from, to         time.Time     // of the goroutines' trends
	at               time.Time     // of the newest snapshot
	shrank           *shrunken     // nil until it is needed
	given            *givenObjects // nil until it is needed
	seenFrom         time.Time     // when the warm-up had ended
	hidden           hidden        // what the heap profile does not show
	heapGrew         float64       // bytes, of all places that are found to grow
	among            float64       // kinds of goroutines whose number changes
}

// handler is the request handler of a stack.
func (s *scene) handler(id snapshot.StackID) (handler.Handler, bool) {
	return s.cfg.Handlers.Of(id)
}

// held is for how long a group has not shrunk.
func (s *scene) held(at trend.Standing) time.Duration { return s.to.Sub(at.Held) }

// live is what a heap stack holds now, in bytes and objects.
func (s *scene) live(id snapshot.StackID) Amounts {
	if s.heap == nil {
		return Amounts{}
	}
	columns := s.heap.Heap.Columns()
	var a Amounts
	if columns.LiveBytes >= 0 {
		a.Bytes = snapshot.Known(s.heap.Heap.StackTotal(id, columns.LiveBytes))
	}
	if columns.LiveObjects >= 0 {
		a.Objects = snapshot.Known(s.heap.Heap.StackTotal(id, columns.LiveObjects))
	}
	return a
}

// through returns the heap stacks that pass one of the functions, in order.
func (s *scene) through(functions map[string]bool) []snapshot.StackID {
	var out []snapshot.StackID
	for f := range functions {
		out = append(out, s.observer.Through(f)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
