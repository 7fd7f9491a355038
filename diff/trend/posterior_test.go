package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

func told(c curve) posterior { return posteriorOf(c, movesOf(c), newForms(c.seconds), likelihoods{}) }

// In what way a curve grows is told by its shape.
func TestPosterior(t *testing.T) {
	const points = 36
	for _, test := range []struct {
		name   string
		at     func(x float64) float64 // x from 0 to 1
		shape  Shape
		goesOn bool
	}{
		{"steady", func(x float64) float64 { return 5 + 200*x }, Steady, true},
		{"ever faster", func(x float64) float64 { return 5 + 200*x*x }, Steady, true},
		{"began in the middle", func(x float64) float64 { return 5 + 400*max(x-0.5, 0) }, Late, true},
		{"levelled off", func(x float64) float64 { return 5 + 400*min(x, 0.5) }, Levelled, false},
		{"a step", func(x float64) float64 { return 5 + 1000*min(max(x-0.4, 0), 0.2) }, Step, false},
		{"fills up", func(x float64) float64 { return 5 + 200*(1-math.Exp(-x/0.2)) }, Levelled, false},
		{"ever rarer", func(x float64) float64 { return 5 + 60*math.Log1p(40*x) }, Levelled, false},
	} {
		c := made(points, 5, func(i int) (float64, float64) {
			live := math.Round(test.at(float64(i) / (points - 1)))
			return live, live
		})
		p := told(c)
		close(t, test.name+": sum", p.steady+p.late+p.levelled+p.step+p.filling, 1, 1e-9)
		if p.shape() != test.shape || (p.goesOn() > 0.8) != test.goesOn || (p.goesOn() < 0.2) == test.goesOn {
			t.Errorf("%s: %s, goes on %.2f: %+v", test.name, p.shape(), p.goesOn(), p)
		}
	}
}

// Growth is placed in time where it happened.
func TestWhereItGrew(t *testing.T) {
	c := made(41, 5, func(i int) (float64, float64) {
		live := 10 + 30*float64(min(max(i-10, 0), 10))
		return live, live
	})
	if p := told(c); math.Abs(float64(p.began)-10) > 2 || math.Abs(float64(p.ended)-20) > 2 {
		t.Errorf("it grew from place %d to %d, want 10 to 20", p.began, p.ended)
	}
}

// Of series that are said to go on with nine in ten, nine in ten do, and so for
// those that are said to have ended.
func TestGoesOnIsCalibrated(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const points = 30
	var sure, right, gone, wrong int
	for range 700 {
		rate := math.Exp(r.Float64()*3 + 0.5) // per point, 1.6 to 55
		from, to, bend := 0.0, 1.0, 0.0
		switch kind := r.Float64(); {
		case kind < priorSteady:
		case kind < priorSteady+priorLate:
			from = r.Float64() * 0.9
		case kind < priorSteady+priorLate+priorLevelled:
			to = 0.05 + 0.9*r.Float64()
		case kind < priorSteady+priorLate+priorLevelled+priorStep:
			from = 0.05 + 0.6*r.Float64()
			to = from + 0.05 + 0.25*r.Float64()
		default:
			bend = 0.12 + 0.5*r.Float64()
		}
		live := poissonOf(r, 10)
		c := made(points, 5, func(i int) (float64, float64) {
			x := (float64(i) - 0.5) / (points - 1)
			switch {
			case i == 0:
			case bend > 0:
				live += poissonOf(r, rate*math.Exp(-x/bend))
			case from < x && x < to:
				live += poissonOf(r, rate)
			}
			return live, live
		})
		if c.growth() <= 0 {
			continue
		}
		on := to == 1 && bend == 0
		switch p := told(c).goesOn(); {
		case p >= 0.9:
			sure++
			if on {
				right++
			}
		case p <= 0.1:
			gone++
			if on {
				wrong++
			}
		}
	}
	if sure < 150 || 10*right < 9*sure || gone < 100 || 10*wrong > gone {
		t.Errorf("said to go on: %d of %d do; said to have ended: %d of %d go on", right, sure, wrong, gone)
	}
}

// What is laid out once for a timeline is what each model says.
func TestForms(t *testing.T) {
	of := newForms([]float64{0, 10, 30, 60, 100})
	for i, m := range of.models {
		for at, share := range []float64{0, 0.1, 0.3, 0.6, 1} {
			close(t, "form", of.at[i][at], m.at(share), 1e-12)
		}
		close(t, "prior", math.Exp(of.priors[i]), m.prior, 1e-12)
	}
	var sum float64
	for _, m := range of.models {
		sum += m.prior
	}
	close(t, "all priors", sum, 1, 1e-9)
}
