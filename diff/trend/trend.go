package trend

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Trend is how one series moves over the window, with the errors of all that
// is estimated. What is in bytes for heap stacks is a count for goroutines.
type Trend struct {
	N        int       // points that count
	From, To time.Time // of the first and last of them
	First    int64     // value at From
	Now      int64     // value at To
	// Growth is Now − First; its interval is the error of sampling alone. What
	// was counted and not sampled has none.
	Growth Estimate
	// Slope is the growth per second (Theil and Sen); its interval allows for
	// sampling and for coming and going. Unknown below four points.
	Slope Estimate
	// P is the chance to see such growth in a series that is level; unknown
	// below four points. Q is the rate of false discovery among all series that
	// are called growing from this P on; unknown for what was not tested with
	// the others, such as a sum.
	P, Q Number
	// Rank is the chance of Mann and Kendall's test alone; unknown below four points.
	Rank Number
	// Events is how many independent births and deaths the growth rests on:
	// sampled objects, fewer where they come in clumps. Unknown where the
	// profile does not say how it was sampled.
	Events Number
	Rises  int // steps up from one point to the next
	Falls  int // steps down
	Floor  Floor
	Fall   Fall // the deepest

	Shape Shape
	// Ended is the probability that growth had ended before To; unknown for
	// what did not grow.
	Ended Number
	// GrewFrom and GrewTo are between which points growth happened most likely;
	// zero for what did not grow.
	GrewFrom, GrewTo time.Time
	// Saturation is the rate of growth in the last half of the window over that
	// in the first: 1 for a leak, falling to 0 for what fills up. Unknown where
	// the first half did not grow beyond its error.
	Saturation Estimate
}

// Grows reports whether growth was found at the rate of false discovery that
// reports are made with.
func (t *Trend) Grows() bool { return t.Q.Known && t.Q.Value <= FalseDiscovery }

// HeapTrend is the trend of the live bytes of one heap stack, or of several
// together.
type HeapTrend struct {
	Stack snapshot.StackID // NoStack for a sum
	Trend
	// Objects that live, and their growth with the error of sampling. Unknown
	// where the profile does not count objects.
	Objects       Number
	ObjectsGrowth Estimate
	// What was allocated and freed in the window, as the profile estimates it.
	// Unknown without the columns of all that was ever allocated.
	AllocatedBytes, AllocatedObjects Number
	FreedBytes, FreedObjects         Number
	// Survival is Growth over AllocatedBytes: near 1 a leak or something that
	// fills up, near 0 churn. LateSurvival is that of the last half of the
	// window. Unknown where nothing was allocated.
	Survival, LateSurvival Estimate
	// Age is the mean lifetime in seconds by Little's law, the mean of the live
	// bytes over the rate of allocation; unknown where nothing was allocated.
	Age Number
	// Load is growth against what the whole process allocated.
	Load Load
	// Returned is how much of what had grown when the load ended was given back
	// since, 0 to 1; unknown while the load lasts.
	Returned Estimate
}

// Load is growth against the load, for which allocated bytes stand.
type Load struct {
	// PerByte is the growth per byte that was allocated; unknown where none was.
	PerByte Estimate
	// Saturation is as that of a Trend with allocated bytes in place of time: 1
	// for a leak whose load changed.
	Saturation Estimate
}

// GroupTrend is the trend of the number of goroutines in a group.
type GroupTrend struct {
	Group diff.GroupKey
	Trend
	// Since is from when on the group has existed without a break, and Held from
	// when on it has not shrunk; both by our own clock, so no earlier than From.
	Since, Held time.Time
}

// Process is the heap as a whole.
type Process struct {
	First, Now int64 // live bytes
	// Rate is the bytes allocated per second over the window, Early and Late
	// those in its halves. Unknown without the column of all that was allocated.
	Rate, Early, Late Number
	// LoadEnded is from when on the process has allocated less than a fifth of
	// what it did before, up to the end; zero while the load lasts.
	LoadEnded time.Time
}

// Report is what has grown in a run.
type Report struct {
	Run int // of the target; a restart starts the trends anew
	// Stacks are the heap stacks that passed the gate, and Groups the goroutine
	// groups; the surest first. Those with Grows are found to grow.
	Stacks []HeapTrend
	Groups []GroupTrend
	// HeapPoints and GroupPoints are how many points count, and HeapTested and
	// GroupTested how many series had enough to tell.
	HeapPoints, GroupPoints int
	HeapTested, GroupTested int
	Process                 Process
	// Missing says what there are no trends of and why, one clear line each.
	Missing []string
}
