package leak

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Fact is one thing that is known of a finding, as data: [Fact.Text] is the only
// place that makes a sentence of it, and nothing reads a sentence back. The zero
// Fact says nothing.
type Fact struct {
	Kind FactKind
	// Values are the numbers of the fact. What is not known is left out.
	Values []Value
	// Functions are names of the program in full, as frames have them.
	Functions []string
	// Handlers are names of request handlers: a route, a service with its
	// method, or a function without the path of its package.
	Handlers []string
	Times    []time.Time
	// Addresses are of machines that the process is connected with.
	Addresses []string
	// Words are of a closed vocabulary: a wait state of the runtime, the name of
	// a vital. They never hold a name of the program.
	Words []string
}

// Value is a number with what it is called and counted in.
type Value struct {
	Name   string
	Number float64
	Unit   Unit
}

// Unit is what a number counts, as the report names it.
type Unit string

// The units. The growth of a finding is in Bytes, Goroutines, Threads or Descriptors.
const (
	Bytes       Unit = "bytes"
	Objects     Unit = "objects"
	Goroutines  Unit = "goroutines"
	Seconds     Unit = "seconds"
	Ratio       Unit = "ratio"       // of two numbers of one unit; a share where it is 1 at most
	Probability Unit = "probability" // 0 to 1
	Threads     Unit = "threads"
	Descriptors Unit = "descriptors"
	Count       Unit = "count" // of whatever the value is named for
)

// FactKind says what a fact is about, and with that which values it has. The
// claim of a finding is of the kind that is named like its check, or of one of
// the claims below.
type FactKind string

// Facts about growth, of the heap or of goroutines.
const (
	// GrowthProbable: how probable it is that they grow, rather than come and go
	// about a level. Values: p (probability).
	GrowthProbable FactKind = "growth-probable"
)

// Facts about heap growth.
const (
	// RoseInSteps: in how many steps between snapshots the live bytes rose.
	// Values: rises, steps (count), span (seconds).
	RoseInSteps FactKind = "rose-in-steps"
	// SecondHalf: how fast the second half of the window grew against the first.
	// Values: ratio, low, high (ratio; the bounds of 95 % where both are known).
	SecondHalf FactKind = "second-half"
	// FreedOfAllocated: what became of the objects allocated in the window.
	// Values: freed, allocated (objects).
	FreedOfAllocated FactKind = "freed-of-allocated"
	// FloorRose: the lowest level between peaks. Values: from, to (bytes).
	FloorRose FactKind = "floor-rose"
	// GoalMoved: the heap goal of the process, at which the next GC starts. Values: from,
	// to (bytes), span (seconds). Words: "unmatched" where the process did not grow by as
	// much as the finding says.
	GoalMoved FactKind = "goal-moved"
	// GivenBack: what was freed after the load ended. Values: share (ratio).
	GivenBack FactKind = "given-back"
	// LoadMoved: what the process allocated in the second half of the window
	// against the first. Values: ratio (ratio).
	LoadMoved FactKind = "load-moved"
	// OverPaths: over how many stacks the place was called. Values: paths (count).
	OverPaths FactKind = "over-paths"
	// BehindFinalizer: where the goroutine waits that would run the finalizers.
	// Functions: that one.
	BehindFinalizer FactKind = "behind-finalizer"
)

// Facts about goroutines.
const (
	// BecameMore: how their number grew. Values: more, from, to (goroutines),
	// span (seconds), falls (count of steps in which they became fewer).
	BecameMore FactKind = "became-more"
	// NoneGone: for how long their number has not fallen. Values: span (seconds).
	NoneGone FactKind = "none-gone"
	// MetAt: where they wait, the most first. One function, value named
	// "waiting" (goroutines) and word (the wait state) for each place.
	MetAt FactKind = "met-at"
	// ServesHandler: they run under a request handler. Handlers: that one.
	ServesHandler FactKind = "serves-handler"
	// StartedByHandler: code of a request handler started them. Handlers: that one.
	StartedByHandler FactKind = "started-by-handler"
	// LabelledByHandler: a pprof label names a request handler. Handlers: that one.
	LabelledByHandler FactKind = "labelled-by-handler"
	// LikelyByHandler: they are of the type whose only request handler likely
	// started them. Handlers: that one.
	LikelyByHandler FactKind = "likely-by-handler"
	// ClientsCame: from when on clients became more. Times: that.
	ClientsCame FactKind = "clients-came"
	// BodyAwaited: the server waits for the rest of a request's body.
	BodyAwaited FactKind = "body-awaited"
	// KeptForEach: how many goroutines are kept for a client. Values: each (goroutines).
	KeptForEach FactKind = "kept-for-each"
	// HeapGrowsWithThem: heap stacks of the same functions grow as they do.
	HeapGrowsWithThem FactKind = "heap-grows-with-them"
	// HoldsBySharedFunctions: what they hold is an estimate from what lives under
	// the same functions.
	HoldsBySharedFunctions FactKind = "holds-by-shared-functions"
	// SameByID: how many of those in an earlier full dump are still there.
	// Values: survived, before (goroutines). Times: of that dump.
	SameByID FactKind = "same-by-id"
	// StartedIn: the function whose go statement started most of them.
	// Functions: that one.
	StartedIn FactKind = "started-in"
	// RuntimeProved: the runtime's own leak detection. Values: leaked (goroutines).
	RuntimeProved FactKind = "runtime-proved"
	// AllAsleep: the runtime ended the program, since no goroutine could wake another.
	AllAsleep FactKind = "all-asleep"
	// WaitedByRuntime: for how long they have waited, as the runtime stamps it.
	// Values: least, most (seconds), long (goroutines that have for a quarter of an
	// hour or more), now (goroutines).
	WaitedByRuntime FactKind = "waited-by-runtime"
	// SameLock: how many of them wait for one lock. Values: waiting, of
	// (goroutines), address (count, where known).
	SameLock FactKind = "same-lock"
	// ManyLocks: they do not wait for one lock. Values: locks (count).
	ManyLocks FactKind = "many-locks"
	// LikelyHolder: who most likely holds a lock. Functions: that one. Words: its
	// wait state, by what it is tied to the lock, and "as-long" where it has waited as
	// long as the first of them. Values: p (probability), waited (seconds, as the
	// runtime stamps it, where known), address (count, of the lock, where known).
	LikelyHolder FactKind = "likely-holder"
	// HolderUnknown: nothing in a dump tells who holds a lock.
	HolderUnknown FactKind = "holder-unknown"
	// Circle: goroutines wait for locks that they most likely hold of each other.
	// Functions: where each of them waits.
	Circle FactKind = "circle"
	// FinalizersWait: one goroutine runs all finalizers, and it does not go on.
	FinalizersWait FactKind = "finalizers-wait"
	// ThreadEach: each holds a thread.
	ThreadEach FactKind = "thread-each"
	// ThreadsRose: how many threads the process has. Values: from, to (count),
	// span (seconds).
	ThreadsRose FactKind = "threads-rose"
	// DescriptorsRose: the same of file descriptors that are open.
	DescriptorsRose FactKind = "descriptors-rose"
	// DescriptorsAre: what those that are open are. Values: sockets, pipes, files,
	// others (count).
	DescriptorsAre FactKind = "descriptors-are"
	// ConnectedWith: with whom the process has most connections. Addresses: those that
	// it has connected to, or its clients, the most connections first. Values: one named "connections"
	// (count) for each, and behind it port (count), of the process that clients came to, 0
	// for none.
	ConnectedWith FactKind = "connected-with"
	// LimitNears: how many there may be, and when that is reached at the present rate.
	// Values: limit (threads or descriptors), left (seconds).
	LimitNears FactKind = "limit-nears"
)

// Facts about what a handler allocates, about the process and about limits.
const (
	// AllocatedMost: what a handler allocated, and the next one. Values: allocated,
	// next (bytes), span (seconds). Handlers: the next one.
	AllocatedMost FactKind = "allocated-most"
	// ShareAtLine: how much of it one line allocated. Values: share (ratio).
	ShareAtLine FactKind = "share-at-line"
	// FilesResident: the resident memory was read with the pages of files.
	FilesResident FactKind = "files-resident"
	// OutsideRose: the resident memory that the Go runtime does not know of.
	// Values: from, to (bytes), span (seconds). Words: the vital it was read from.
	OutsideRose FactKind = "outside-rose"
	// LastHalfShare: how much of the growth fell into the last half of the window.
	// Values: share (ratio).
	LastHalfShare FactKind = "last-half-share"
	// StacksRose: stack memory in use. Values: from, to (bytes), span (seconds).
	StacksRose FactKind = "stacks-rose"
	// BeyondNextGC: how much of the heap in use lay beyond the size at which the
	// next GC starts, all the while. Values: share (ratio), span (seconds).
	BeyondNextGC FactKind = "beyond-next-gc"
	// AllocatedRose: the least that was allocated on the Go heap in the first part
	// of the time and in the last. Values: from, to (bytes), span (seconds).
	AllocatedRose FactKind = "allocated-rose"
	// ProfileShows: how much of what is allocated the heap profile shows. Values:
	// shown, allocated (bytes).
	ProfileShows FactKind = "profile-shows"
	// IdleNotReturned: heap that holds nothing and was not returned to the system.
	// Values: idle, in-use (bytes), rss (bytes, where known).
	IdleNotReturned FactKind = "idle-not-returned"
	// WentFromTo: what a limit is on. Values: from, to (bytes or goroutines),
	// span (seconds).
	WentFromTo FactKind = "went-from-to"
	// SamplingError: how far sampling may be off, with 95 %. Values: error (bytes).
	SamplingError FactKind = "sampling-error"
	// InBaseline: the finding stood in the report that the run is compared with.
	InBaseline FactKind = "in-baseline"
)

// Claims that are made in place of the check's own.
const (
	// LevelledOff: heap that grew and does so no more. Words: the [Reason], where a
	// stronger verdict was left for it.
	LevelledOff FactKind = "levelled-off"
	// NoLongerMore: goroutines that became more, and then no more. Values: now
	// (goroutines).
	NoLongerMore FactKind = "no-longer-more"
	// ClientsIdle: connections that clients keep open without a request.
	// Values: now (goroutines).
	ClientsIdle FactKind = "clients-idle"
)

// What would make a verdict surer.
const (
	// WatchWhetherItGoesOn: too little was seen to tell a leak from what fills up.
	// Values: left (seconds to watch for).
	WatchWhetherItGoesOn FactKind = "watch-whether-it-goes-on"
	// LeakOrFilling: what growth that may be either is. Values: leak, fills, neither
	// (probabilities that add up to one).
	LeakOrFilling FactKind = "leak-or-filling"
	// VerdictLeft: the verdict was a stronger one before. Words: that verdict, and
	// the [Reason] why it was left. Times: when it was.
	VerdictLeft FactKind = "verdict-left"
	// WatchForAsLongAgain: time, or the end of the load, would tell.
	WatchForAsLongAgain FactKind = "watch-for-as-long-again"
	// WatchWhetherTheyLevelOff: the same of a number of goroutines.
	WatchWhetherTheyLevelOff FactKind = "watch-whether-they-level-off"
	// CompareWithClients: the number of clients would tell.
	CompareWithClients FactKind = "compare-with-clients"
)

// With returns the fact with one more value. What is no finite number is not
// known, and left out.
func (f Fact) With(name string, number float64, unit Unit) Fact {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return f
	}
	f.Values = append(slices.Clip(f.Values), Value{name, number, unit})
	return f
}

// lasting returns the fact with how long it took.
func (f Fact) lasting(d time.Duration) Fact { return f.With("span", d.Seconds(), Seconds) }

// raiseGrowth makes growth no less probable than the least, where facts tell of it.
func raiseGrowth(facts []Fact, least float64) {
	for _, f := range facts {
		if f.Kind == GrowthProbable {
			for i := range f.Values {
				f.Values[i].Number = max(f.Values[i].Number, least)
			}
		}
	}
}

// Value returns the number of a name, false where the fact has none.
func (f Fact) Value(name string) (float64, bool) {
	for _, v := range f.Values {
		if v.Name == name {
			return v.Number, true
		}
	}
	return 0, false
}

// Renamed returns the fact with its functions and handlers named otherwise. It
// is all that hides the names of a program: a fact has no others.
//
// Of an address nothing is left but that there was one, and which of them it was.
func (f Fact) Renamed(function, handler func(string) string) Fact {
	f.Functions, f.Handlers, f.Addresses = slices.Clone(f.Functions), slices.Clone(f.Handlers), slices.Clone(f.Addresses)
	for i := range f.Addresses {
		f.Addresses[i] = fmt.Sprintf("address-%d", i+1)
	}
	for i, name := range f.Functions {
		f.Functions[i] = function(name)
	}
	for i, name := range f.Handlers {
		f.Handlers[i] = handler(name)
	}
	return f
}
