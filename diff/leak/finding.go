package leak

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// Kind says what a finding is about.
type Kind string

// The kinds of findings.
const (
	HeapKind      Kind = "heap"
	GoroutineKind Kind = "goroutine"
	ProcessKind   Kind = "process" // has no stack
)

// Check names the detector that speaks. Each stands with its detector, in a file
// that says what it looks for.
type Check string

// Finding is one thing that is wrong, or may be. Its names are safe to print.
type Finding struct {
	// ID is the same in other runs, and in other builds of the same code.
	ID      string
	Kind    Kind
	Check   Check
	Verdict Verdict
	// Confidence is the probability that the verdict holds, 0 to 1.
	Confidence float64
	// Claim is what the finding says, as data; see [Finding.Summary].
	Claim Fact

	// Where is the frame to look at first: the allocating or blocked line of
	// one's own code where there is one. Zero for a finding about the process.
	Where snapshot.Frame
	// Stack is the one that shows it best, and Stacks all that it is about, that
	// one first. NoStack and nil for a finding about the process.
	Stack  snapshot.StackID
	Stacks []snapshot.StackID
	// Group is the largest of the goroutine groups that a finding of
	// GoroutineKind is about; Groups are all, that one first.
	Group   diff.GroupKey
	Groups  []diff.GroupKey
	Related []Related // what hangs together with it, the largest first

	Now Amounts
	// Growth is the change per minute with its interval of 95 %, in Unit.
	// Unknown where none was found.
	Growth trend.Estimate
	Unit   Unit
	// Handler is the request handler that it belongs to, HasHandler whether one is known.
	Handler    handler.Handler
	HasHandler bool
	// Holds is how many bytes would be freed if it went away, as far as shared
	// frames show it: an estimate.
	Holds snapshot.Value

	// Facts are what speaks for the verdict and against it.
	Facts []Fact
	// Recheck says what would make the verdict surer, the zero Fact where nothing would.
	Recheck Fact
	// Remedy is what helps: one or two sentences of leaktop's own, which name
	// nothing of the program. "" for none.
	Remedy string
}

// Summary is the finding in one sentence, without a full stop.
func (f *Finding) Summary() string { return f.Claim.Text() }

// Evidence are the facts in words, a clause each.
func (f *Finding) Evidence() []string {
	var out []string
	for _, fact := range f.Facts {
		out = append(out, fact.Text())
	}
	return out
}

// Related is a heap stack or a goroutine group that hangs together with a finding.
type Related struct {
	Kind  Kind
	Stack snapshot.StackID
	Now   Amounts
}

// Amounts is what a stack or a group holds now.
type Amounts struct{ Bytes, Objects, Goroutines snapshot.Value }
