package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// ThreadLeak is threads of the operating system that become ever more. Its claim has
// the value now (threads).
const ThreadLeak Check = "thread-leak"

const (
	// leastThreads is how many more there must be. The runtime starts a few when
	// more calls block than before, and keeps them.
	leastThreads = 24
	// maxGoThreads is at how many threads the Go runtime ends a program
	// (SetMaxThreads of runtime/debug).
	maxGoThreads = 10_000
)

// threadLeak finds threads that become ever more. Where a finding about goroutines in
// system calls tells of them, that names the place, and this is silent.
func threadLeak() detector[*rising] {
	return detector[*rising]{
		check: ThreadLeak,
		finds: func(s *scene, r *rising) bool {
			return !s.inSyscalls && s.counts(r, snapshot.Threads, leastThreads, Threads)
		},
		claim: func(_ *scene, r *rising) Fact {
			return Fact{}.With(claimNow, r.curve.medians[bins-1], Threads)
		},
		says: func(f Fact) string {
			return "there are ever more threads: " + units.Plural(f.whole(claimNow), "OS thread")
		},
		facts: func(s *scene, r *rising) []Fact {
			out := []Fact{r.went(ThreadsRose), Fact{Kind: LastHalfShare}.With("share", r.curve.lasts(), Ratio)}
			if _, isGo := s.curves.last(snapshot.NumGC); isGo {
				out = append(out, r.limitNears(maxGoThreads))
			}
			return out
		},
		remedy: remedy{
			inGo: "look for goroutines in system calls and C calls that do not return (the state syscall on screen 3), and for runtime.LockOSThread without an unlock or the end of the goroutine: bound how many run at a time; the threadcreate profile only counts them",
		},
	}
}

// counts reports whether a figure of the process that counts something rises by so
// many at least.
func (s *scene) counts(r *rising, what snapshot.Vital, least float64, unit Unit) bool {
	b, ok := s.curves.bin(r.from, vital(what))
	if !ok || b.growth() < least || !b.rising() {
		return false
	}
	r.curve, r.unit = b, unit
	return true
}

// went is from where to where a curve went that counts something.
func (r *rising) went(kind FactKind) Fact {
	return Fact{Kind: kind}.With("from", r.curve.medians[0], Count).With("to", r.curve.medians[bins-1], Count).lasting(r.curve.span)
}

// nears is when a limit is reached.
func (f Fact) nears() string {
	for _, v := range f.Values {
		if v.Name != "limit" {
			continue
		}
		text := units.Count(int64(v.Number)) + " " + string(v.Unit)
		if v.Unit == Threads {
			text = "the runtime ends the program at " + text
		} else {
			text = "the process may have " + text + " open"
		}
		if left := f.number("left"); left > 0 && left < farAhead.Seconds() {
			text += fmt.Sprintf(", which it reaches in %s at this rate", units.Duration(time.Duration(left)*time.Second))
		}
		return text
	}
	return ""
}
