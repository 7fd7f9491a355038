package trend

import "math"

// evidence is what speaks for growth.
type evidence struct {
	moves
	line
	factor float64 // natural logarithm of the Bayes factor of growth against a level
	size   bool    // it is the size of few objects that grows
}

// Weights of the kinds of evidence; each sees what another is blind for. Births
// and deaths tell what is kept, whatever else there is. A line through all
// points tells what changes slowly under much that comes and goes, and nothing
// where all is kept, so that it gets most weight where least is. The order tells
// one object that is ever larger. Signs tell what rises step by step beside much
// that comes and goes: where births are as likely as deaths, a step down is as
// likely as one up. The floors, the lows of its cycles, tell what a batch or a wave
// leaves behind; in a sawtooth, where births, deaths and signs tell little, they
// get most of the weight.
const (
	weightSigns    = 0.25
	weightLine     = 0.25 // at most
	weightFloors   = 0.25
	weightSawtooth = 0.65 // of the floors of a sawtooth
	weightOrder    = 0.5  // where few objects grow, or nothing is known of any
)

// Where so much passes from point to point, or so many events come at once, floors
// tell something.
const (
	fewKept        = 0.2 // share that is gone at the next point
	wildDispersion = 1.5
)

// floorsAndSigns are the weights of these two, where floors tell something.
func (m moves) floorsAndSigns() (floors, signs float64) {
	if m.sawtooth() {
		return weightSawtooth, 0
	}
	return weightFloors, weightSigns
}

// fewestPoints is how many points a trend needs: two tell no noise from growth.
const fewestPoints = 3

// weigh tests a curve for growth. Where the factor cannot be as large as the
// least that matters, it is left at minus infinity.
func weigh(c curve, least float64) evidence {
	e := evidence{factor: math.Inf(-1), moves: moves{dispersion: 1}, line: line{inflation: 1}}
	if c.n() < fewestPoints {
		return e
	}
	e.size = c.bySize()
	units := c.inUnits(e.size)
	e.moves = movesOf(units)
	kept := units.kept(e.moves)
	e.line = lineOf(units.seconds, units.counts, kept)
	rises, falls := ups(c.values)
	births, deaths := e.births/e.dispersion, e.deaths/e.dispersion
	if c.counts == nil || e.size {
		births, deaths = float64(rises), float64(falls)
	}
	passes := 1 - kept
	byLine, byFloors, bySigns := weightLine*passes, 0.0, weightSigns
	if c.n() >= fewestFloors*cyclePoints()[0] && (passes > fewKept || e.dispersion > wildDispersion) {
		byFloors, bySigns = e.moves.floorsAndSigns()
	}
	order, byOrder := math.Inf(-1), 0.0
	if e.size || c.counts == nil {
		byOrder, byLine, byFloors, bySigns = weightOrder, byLine/2, 0, 0
		if falls == 0 {
			order = orderFactor(rises)
		}
	}
	weights := [...]float64{1 - bySigns - byLine - byFloors - byOrder, bySigns, byLine, byFloors, byOrder}
	most := [...]float64{mostByCounts(births, deaths), e.moves.mostBySigns(), mostByNormal(e.z), mostByFloors(units.counts), order}
	if Mixed(most[:], weights[:]) >= least {
		factors := [...]float64{countFactor(births, deaths), e.moves.signs(), normalFactor(e.z), floorsFactor(units.seconds, units.counts), order}
		e.factor = Mixed(factors[:], weights[:])
	}
	e.rises, e.falls = rises, falls
	return e
}

// ups counts the steps up and down.
func ups(values []float64) (rises, falls int) {
	for i := 1; i < len(values); i++ {
		switch {
		case values[i] > values[i-1]:
			rises++
		case values[i] < values[i-1]:
			falls++
		}
	}
	return rises, falls
}
