package trend

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// goal is the heap goal at each point, in bytes: the size at which the next collection
// starts. With a constant GOGC and no memory limit it is the live heap of the last
// collection times 1+GOGC/100, and a part for stacks and globals. It is not sampled, as
// a profile is. It shows how the process grows, and where one place is most of that,
// how the place does.
type goal struct {
	series
	known, unknown int // points with it and without
	// allocated is what is on the heap at each point, garbage and all: just behind a
	// collection it is what lives, whatever the goal.
	allocated series
}

// Limits of what the goal tells.
const (
	// goalStarts and goalFull are the shares of the process's growth from which on the
	// goal is used for a place, in part and in full.
	goalStarts = 0.4
	goalFull   = 0.7
	// goalHeard is the weight of the goal from which on it says whether a place goes on.
	goalHeard = 0.5
	// goalMatches is which share of a place's growth that of the process must be at
	// least: the rest may be chance of the sampler.
	goalMatches = 0.6
	// goalMisleads is the probability that the goal follows other places and not this one.
	goalMisleads = 0.1
	// goalScatter is by how much a leak strays from a model at least, as a share of all
	// that it grew by: no load is quite even.
	goalScatter = 0.04
	// goalKept is how much of a deviation of the goal is kept to the next point at
	// least: much of what lives is the same.
	goalKept = 0.5
)

// Limits of which goals follow the live heap.
const (
	fewestGoals = 4 // points
	// mostlyKnown is how many points have a goal for each that has none.
	mostlyKnown = 9
	// mostPinned is the share of points that may have the smallest goal of all, to the
	// byte: more have the least goal that there is, which depends on GOGC, or one that a
	// memory limit holds down.
	mostPinned = 0.25
	// leastMultiple and mostMultiple bound the goal as a multiple of the live heap. Near
	// a memory limit it is less.
	leastMultiple = 1.2
	mostMultiple  = 6
)

// set takes in the goal at the newest place; it returns how many bytes that takes. Where
// it is not known, since a request failed, it is what it was.
func (g *goal) set(place int, vitals *snapshot.Vitals) (size int) {
	n, known := vitals.Get(snapshot.NextGC)
	if !known {
		g.unknown++
		return 0
	}
	g.known++
	size = g.series.set(place, amount{live: n})
	if heap, known := vitals.Get(snapshot.HeapAlloc); known {
		size += g.allocated.set(place, amount{live: heap})
	}
	return size
}

// packedSize is how many bytes its series take.
func (g *goal) packedSize() int { return len(g.packed) + len(g.allocated.packed) }

func (g *goal) thin(moved []uint32) {
	g.series.thin(moved)
	g.allocated.thin(moved)
}

// goalReading is what the goal tells at the newest point.
type goalReading struct {
	// counts are the goal at each point, in units of its scatter; nil where it does not
	// follow the live heap.
	counts     []float64
	first, now float64   // goal, in bytes
	growth     Estimate  // of all that lives, in bytes
	logs       []float64 // how likely the models are, nil until that is asked for
	fills      float64   // by how much likelier it fills up than it goes on, as a logarithm
	goesOn     float64   // probability by these
	floorRose  float64   // of what is allocated, from the first third to the last, in bytes
	sampling   float64   // variance of the profile's growth, NaN until that is asked for
}

func (o *Observer) readGoal() *goalReading {
	r := o.reader()
	if o.goal == nil {
		o.goal = o.heap.readGoal(newReader(r.timeline)) // since the curve read last may still be in use
	}
	return o.goal
}

// readGoal finds what the goal tells but for the models.
func (h *heap) readGoal(r *reader) *goalReading {
	out := &goalReading{sampling: math.NaN()}
	if h.goal.known < fewestGoals || h.goal.known <= mostlyKnown*h.goal.unknown || len(r.times) < fewestGoals {
		return out
	}
	goals := slices.Clone(r.plain(&h.goal.series).values)
	known := slices.IndexFunc(goals, func(v float64) bool { return v > 0 })
	for i := range known {
		goals[i] = goals[known]
	}
	last := len(goals) - 1
	out.first, out.now = goals[0], goals[last]
	lives := r.plain(&h.process).values
	multiple := total(goals) / max(total(lives), 1)
	if pinned(goals) || multiple > mostMultiple || out.now < leastMultiple*lives[last] {
		return out
	}
	heap := r.plain(&h.goal.allocated).values
	c := curve{seconds: r.seconds, values: heap}
	out.floorRose = slices.Min(heap[c.after(2.0/3):]) - slices.Min(heap[known:max(c.after(1.0/3), known+1)])
	unit := inScatter(goals)
	f := leastSquares(r.seconds, goals)
	f.squares = max(f.squares, f.n) // each scatters by one
	// What began late shows in the ends, and what swings in the slope.
	span, bytes := r.seconds[last]-r.seconds[0], unit/multiple
	grown := max(f.slope*span, (total(goals[last-2:])-total(goals[:3]))/3) * bytes
	deviation := span * bytes * math.Sqrt(f.variance()/f.times*f.line(goalKept).inflation)
	out.counts, out.growth = goals, around(grown, deviation*deviation)
	return out
}

// pinned reports whether goals do not follow the live heap.
func pinned(goals []float64) bool {
	least, same := slices.Min(goals), 0.0
	for _, v := range goals {
		if v == least {
			same++
		}
	}
	return same > mostPinned*float64(len(goals)) && same > 1
}

func total(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// inScatter makes values counts of their own scatter, and returns that. It shows in the
// second differences, whatever they grow by.
func inScatter(values []float64) (unit float64) {
	low, high := slices.Min(values), slices.Max(values)
	squares := 0.0
	for i := 2; i < len(values); i++ {
		bend := values[i] - 2*values[i-1] + values[i-2]
		squares += bend * bend / 6
	}
	unit = max(math.Sqrt(squares/float64(max(len(values)-2, 1))), goalScatter*(high-low), 1)
	for i := range values {
		values[i] = (values[i] - low) / unit
	}
	return unit
}

// unmatched reports whether by the goal the process grew by less than some records did.
// It is not so where another witness contradicts that, since it is the goal then that
// does not follow the live heap: the profile as a whole, or the lows of what is allocated.
func (o *Observer) unmatched(growth float64) bool {
	goal, h := o.readGoal(), &o.heap
	if goal.counts == nil || !(goal.growth.High < goalMatches*growth) || goal.floorRose > goalMatches*growth {
		return false
	}
	if math.IsNaN(goal.sampling) {
		goal.sampling = h.sampling()
	}
	profile := around(float64(h.process.last.live)-float64(h.process.first.live), goal.sampling)
	return profile.Low <= goal.growth.High
}

// sampling is the variance of the growth of the whole profile by sampling alone, in
// squared bytes.
func (h *heap) sampling() float64 {
	sum := 0.0
	for i := range h.records {
		if bytes := h.records[i].sampling(); bytes > 0 { // NaN where it is not known
			sum += bytes
		}
	}
	return sum
}

// byGoal is how likely the models of growth are by the goal, for a curve that grew
// with it.
func (o *Observer) byGoal(c curve) likelihoods {
	goal, growth := o.readGoal(), c.growth()
	if goal.counts == nil || growth <= 0 || goal.growth.Value <= 0 {
		return likelihoods{}
	}
	share := min(growth/goal.growth.Value, goal.growth.Value/growth)
	weight := min((share-goalStarts)/(goalFull-goalStarts), 1)
	if weight <= 0 {
		return likelihoods{}
	}
	if goal.logs == nil {
		forms := o.read.modelForms()
		goal.logs, goal.fills = forms.byScatter(goal.counts)
		goal.goesOn = forms.goesOn(goal.logs)
	}
	return likelihoods{logs: goal.logs, fills: goal.fills, weight: weight}
}
