package leak

import "leaktop/diff/units"

// taskCheck is a detector that names what is wrong with goroutines which were
// found to grow or to be stuck. The first that claims a task speaks for it.
type taskCheck struct {
	check  Check
	claims func(*task) bool
	// says completes "84 goroutines …".
	says   func(*task) string
	remedy remedy
}

// remedy is what helps, in the words of the language that the code is in.
type remedy struct{ inGo, native string }

// in returns the advice for code around a function.
func (r remedy) in(function string) string {
	if native(function) && r.native != "" {
		return r.native
	}
	return r.inGo
}

// taskChecks are in the order in which they are asked.
func taskChecks() []taskCheck {
	return []taskCheck{
		forgottenBody(), lockWait(), missingTimeout(), blockedSend(), forgottenTicker(), neverEndingTask(), blockedReceive(),
	}
}

// checkOf returns the detector that speaks for a task; the last one takes all.
func checkOf(t *task) taskCheck {
	checks := taskChecks()
	for _, c := range checks {
		if c.claims(t) {
			return c
		}
	}
	return checks[len(checks)-1]
}

// summary is the sentence about a task.
func (c taskCheck) summary(t *task) string { return units.Plural(t.now, "goroutine") + " " + c.says(t) }

// heapCheck is a detector that names why a heap stack grows.
type heapCheck struct {
	check  Check
	claims func(*growth) bool
	says   func(*growth) string
	remedy remedy
}

// heapChecks are in the order in which they are asked; the last one takes all.
func heapChecks() []heapCheck {
	return []heapCheck{growingQueue(), subslice(), stateKept()}
}

func heapCheckOf(g *growth) heapCheck {
	checks := heapChecks()
	for _, c := range checks {
		if c.claims(g) {
			return c
		}
	}
	return checks[len(checks)-1]
}
