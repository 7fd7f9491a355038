package leak

import "strings"

// Verdict is how bad a finding is, in the words of the report.
type Verdict string

// The verdicts, strongest first.
const (
	// Proven: the runtime itself found that nothing can wake the goroutines.
	Proven Verdict = "proven"
	// Leak: grows steadily, is not freed, and does not level off.
	Leak Verdict = "leak"
	// Stuck: goroutines that wait without end, but are not becoming more.
	Stuck Verdict = "stuck"
	// Growing: grows beyond its error; too early to tell a leak from
	// something that fills up.
	Growing Verdict = "growing"
	// Plateau: grew, and levelled off.
	Plateau Verdict = "plateau"
)

// String gives the verdict as the screens write it: "LEAK".
func (v Verdict) String() string { return strings.ToUpper(string(v)) }

// Severity orders verdicts: 4 for Proven down to 0 for Plateau, -1 for no verdict.
func (v Verdict) Severity() int {
	switch v {
	case Proven:
		return 4
	case Leak:
		return 3
	case Stuck:
		return 2
	case Growing:
		return 1
	case Plateau:
		return 0
	}
	return -1
}

// Fails reports whether a finding of this verdict makes the whole a leak.
func (v Verdict) Fails() bool { return v.Severity() >= Stuck.Severity() }

// Outcome is the verdict on a whole run.
type Outcome string

// The outcomes, each with an exit code of its own in `leaktop check`.
const (
	// Leaks: some finding is Proven, Leak or Stuck.
	Leaks Outcome = "leak"
	// Inconclusive: nothing of that kind, but too little was seen to rule it out.
	Inconclusive Outcome = "inconclusive"
	// Grows: some finding is Growing.
	Grows Outcome = "growing"
	// Clean: none is.
	Clean Outcome = "clean"
)
