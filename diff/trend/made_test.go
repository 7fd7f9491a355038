package trend

import (
	"math"
	"math/rand/v2"
)

// unitBytes is what one object of the curves that are made up here stands for.
const unitBytes = 512 << 10

// made is a curve of so many points, some seconds apart, with so many objects that
// live and were ever born at each.
func made(points int, apart float64, at func(i int) (live, born float64)) curve {
	var c curve
	for i := range points {
		live, born := at(i)
		c.seconds = append(c.seconds, float64(i)*apart)
		c.counts, c.values = append(c.counts, live), append(c.values, live*unitBytes)
		c.born = append(c.born, born)
	}
	first := c.born[0]
	for i := range c.born {
		c.born[i] -= first
	}
	return c
}

// kept is a curve of objects of which none dies.
func kept(live ...float64) curve {
	return made(len(live), 5, func(i int) (float64, float64) { return live[i], live[i] })
}

// poissonOf is how many events of such a mean happened.
func poissonOf(r *rand.Rand, mean float64) float64 {
	n := 0.0
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}

// binomialOf is how many of n events with such a chance happened.
func binomialOf(r *rand.Rand, n, chance float64) float64 {
	k := 0.0
	for range int(n) {
		if r.Float64() < chance {
			k++
		}
	}
	return k
}

// churn is a level of objects of which a share is replaced from point to point.
func churn(r *rand.Rand, points int, level, replaced float64) curve {
	live, born := poissonOf(r, level), 0.0
	return made(points, 5, func(i int) (float64, float64) {
		if i > 0 {
			came := poissonOf(r, level*replaced)
			live += came - binomialOf(r, live, replaced)
			born += came
		}
		return live, born
	})
}

// integral of f by Simpson's rule.
func integral(f func(float64) float64, from, to float64) float64 {
	const parts = 2000
	sum, wide := f(from)+f(to), (to-from)/parts
	for i := 1; i < parts; i++ {
		sum += f(from+float64(i)*wide) * float64(2+2*(i%2))
	}
	return sum * wide / 3
}

func unknown() float64 { return math.Inf(-1) }

// recordOf is a heap record that moves as a curve does.
func recordOf(c curve) *record {
	r := &record{size: unitBytes, unit: unit{bytes: unitBytes}}
	for i := range c.counts {
		r.set(i, amount{live: int64(c.counts[i]) * unitBytes, alloc: int64(c.born[i]+100) * unitBytes})
	}
	return r
}
