package sampler

import (
	"errors"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// maxUnserved is how often in a row the target must say that nothing is served for
// a profile, so that it is not asked for any more: programs in other languages have
// no goroutines. One such answer may be of a moment.
const maxUnserved = 2

// unserved is how often in a row that was said, and in which words last.
type unserved struct {
	times int
	err   error
}

// refused notes why a profile could not be had, and reports whether it is not
// asked for from now on.
func (r *run) refused(kind snapshot.Kind, err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	if !ok || fault.Kind != fetch.NotFound && fault.Kind != fetch.NoProfile {
		delete(r.unserved, kind)
		return false
	}
	r.unserved[kind] = unserved{r.unserved[kind].times + 1, err}
	return r.notServed(kind) != nil
}

// served notes that a profile was had. One that could not be had before shows that
// the target was not itself, so that what it said of the other counts no more.
func (r *run) served(kind snapshot.Kind) {
	if r.unserved[kind].times > 0 {
		clear(r.unserved)
	}
}

// notServed is why a profile is not asked for; nil where it is. Where the other
// one is not served either, something else answers for a while, and may end.
func (r *run) notServed(kind snapshot.Kind) error {
	other := snapshot.Goroutine
	if kind == other {
		other = snapshot.Heap
	}
	if u := r.unserved[kind]; u.times >= maxUnserved && r.unserved[other].times == 0 {
		return u.err
	}
	return nil
}
