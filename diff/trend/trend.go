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
	First    int64     // value at From; of heap that began in the middle of a batch the low after it
	Now      int64     // value at To
	// Growth is Now − First; its interval is the error of sampling alone. What
	// was counted and not sampled has none.
	Growth Estimate
	// Slope is the growth per second (Theil and Sen); its interval allows for
	// sampling and for coming and going. Unknown below four points.
	Slope Estimate
	// Factor is the natural logarithm of the Bayes factor of growth against a
	// level: by how much what was seen is likelier if it grows. Unknown below
	// three points.
	Factor Number
	// Births and Deaths are the sampled objects, or goroutines, that came and
	// went. Unknown where the profile does not say how it was sampled.
	Births, Deaths Number
	// Dispersion is how many of them come at once, as the steps show it; at least 1.
	Dispersion float64
	// Count is how many sampled objects, or goroutines, there are now, and
	// Scatter the standard deviation of that about the most likely curve.
	Count, Scatter Number
	Rises          int // steps up from one point to the next
	Falls          int // steps down
	Floor          Floor
	Fall           Fall // the deepest

	Shape Shape
	// GoesOn is the probability that growth had not ended before To, given that
	// there was any; unknown for what did not grow.
	GoesOn Number
	// GrewFrom and GrewTo are between which points growth happened most likely;
	// zero for what did not grow.
	GrewFrom, GrewTo time.Time
	// Saturation is the rate of growth in the last half of the window over that
	// in the first: 1 for a leak, falling to 0 for what fills up. Unknown where
	// the first half did not grow beyond its error.
	Saturation Estimate
}

// HeapTrend is the trend of the live bytes of one heap stack, or of several
// together.
type HeapTrend struct {
	Stack snapshot.StackID // NoStack for a sum
	Trend
	// BySize says that not the number of objects grows, but the size of few.
	BySize bool
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
	// GoalFirst and GoalNow are the heap goal at From and To, in bytes: the size at which
	// the next collection starts. Unknown where it does not follow the live heap.
	GoalFirst, GoalNow Number
	// GoalGoesOn is the probability that the process still grows, by its heap goal;
	// unknown where these records are not most of what it grows by. GoalGrew is by how
	// much what lives grew, by the goal, in bytes.
	GoalGoesOn, GoalGrew Number
	// Unmatched says that by the heap goal the process grew by much less than Growth, so
	// that as much was freed elsewhere.
	Unmatched bool
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
