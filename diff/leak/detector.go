package leak

import (
	"cmp"
	"iter"
	"maps"
)

// detector names what is wrong with one kind of thing that was found to grow or
// to stand still: a task, clients that became more, a growth of the heap, what handlers allocate, a curve
// of the process, or growth beyond a limit. All detectors have this shape, a
// file each, and a line in the list of their kind below.
type detector[S any] struct {
	check Check
	// finds reports whether the detector speaks for a subject.
	finds func(*scene, S) bool
	// claim is what it says of the subject: the numbers and words of which says
	// makes a sentence.
	claim func(*scene, S) Fact
	says  func(Fact) string
	// facts are what speaks for it.
	facts func(*scene, S) []Fact
	// recheck is what would make a verdict of Growing surer; nil where nothing is.
	recheck func(*scene, S) Fact
	remedy  remedy
	// advice is what helps where that depends on the subject; nil for the remedy
	// whatever it is, as "" is, too.
	advice func(*scene, S) string
}

// remedy is what helps, in the words of the language that the code is in. It
// names nothing of the program.
type remedy struct{ inGo, native string }

// in returns the advice for code around a function.
func (r remedy) in(function string) string {
	if native(function) && r.native != "" {
		return r.native
	}
	return r.inGo
}

// taskDetectors are in the order in which they are asked; the last one takes all.
func taskDetectors() []detector[*task] {
	return []detector[*task]{
		blockedFinalizer(), forgottenBody(), lockWait(), blockedSyscall(), missingTimeout(), blockedSend(), forgottenTicker(), neverEndingTask(), blockedReceive(),
	}
}

// connectionDetectors look at clients that became more.
func connectionDetectors() []detector[*ramp] {
	return []detector[*ramp]{clientConnections()}
}

// heapDetectors are in the order in which they are asked; the last one takes all.
func heapDetectors() []detector[*growth] {
	return []detector[*growth]{awaitsFinalizer(), growingQueue(), subslice(), stateKept()}
}

// allocationDetectors look at what is allocated, kept or not.
func allocationDetectors() []detector[*allocating] {
	return []detector[*allocating]{handlerAllocation()}
}

// processDetectors all speak for themselves: more than one may find something.
func processDetectors() []detector[*rising] {
	return []detector[*rising]{offHeap(), goroutineStacks(), fragmentation(), unattributedGrowth(), threadLeak(), descriptorLeak()}
}

// limitDetectors are asked what is beyond a limit of the user's.
func limitDetectors() []detector[*Excess] {
	return []detector[*Excess]{heapLimit(), goroutineLimit()}
}

// firstOf returns the first detector that speaks for a subject.
func firstOf[S any](detectors []detector[S], s *scene, subject S) (detector[S], bool) {
	for _, d := range detectors {
		if d.finds(s, subject) {
			return d, true
		}
	}
	return detector[S]{}, false
}

// speak fills in what the detector says of a subject. The verdict and the place
// of the finding are known.
func (d detector[S]) speak(f *Finding, s *scene, subject S) {
	f.Check = d.check
	f.Claim = d.claim(s, subject)
	f.Claim.Kind = FactKind(d.check)
	f.Facts = append(f.Facts, d.facts(s, subject)...)
	if f.Verdict == Leak { // which is at most as probable as growth
		raiseGrowth(f.Facts, f.Confidence)
	}
	f.Remedy = d.remedy.in(f.Where.Function)
	if d.advice != nil && !native(f.Where.Function) {
		f.Remedy = cmp.Or(d.advice(s, subject), f.Remedy)
	}
	if f.Verdict == Growing && d.recheck != nil {
		f.Recheck = d.recheck(s, subject)
	}
}

// voices are what makes a sentence of each check's claim.
func voices() map[Check]func(Fact) string {
	out := make(map[Check]func(Fact) string)
	maps.Insert(out, spoken(taskDetectors()))
	maps.Insert(out, spoken(connectionDetectors()))
	maps.Insert(out, spoken(heapDetectors()))
	maps.Insert(out, spoken(allocationDetectors()))
	maps.Insert(out, spoken(processDetectors()))
	maps.Insert(out, spoken(limitDetectors()))
	return out
}

func spoken[S any](detectors []detector[S]) iter.Seq2[Check, func(Fact) string] {
	return func(yield func(Check, func(Fact) string) bool) {
		for _, d := range detectors {
			if !yield(d.check, d.says) {
				return
			}
		}
	}
}
