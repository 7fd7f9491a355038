package trend

import (
	"math"
)

// trend says how some stacks together move. The load is what the whole process
// allocated, point by point.
func (h *heap) trend(read *reader, stacks []*stack, e evidence, load []float64, sloped bool) HeapTrend {
	all := make([]*series, len(stacks))
	var since churn
	var objects, objectsBefore, allocatedObjects float64
	columns := h.sampler.columns
	for i, at := range stacks {
		all[i] = &at.series
		since.add(at.churn)
		before, after := recordsOf(h.base, at.id), recordsOf(h.last, at.id)
		objects += float64(after.sum(columns.LiveObjects))
		objectsBefore += float64(before.sum(columns.LiveObjects))
		allocatedObjects += float64(after.sum(columns.AllocObjects)) - float64(before.sum(columns.AllocObjects))
	}
	c := read.curve(all...)
	t := HeapTrend{Trend: read.trend(c, e, since, sloped)}
	if columns.LiveObjects >= 0 {
		t.Objects = number(objects)
		t.ObjectsGrowth = around(objects-objectsBefore, since.objects)
	}
	if columns.AllocObjects >= 0 {
		t.AllocatedObjects = number(allocatedObjects)
		t.FreedObjects = number(allocatedObjects - (objects - objectsBefore))
	}
	last := c.n() - 1
	if columns.AllocBytes >= 0 {
		allocated := read.load(all...)
		t.AllocatedBytes = number(allocated[last])
		t.FreedBytes = number(allocated[last] - c.growth())
		one := since.events / (since.born + since.died)
		mid := c.middle()
		t.Survival = survival(c.growth(), allocated[last], one)
		t.LateSurvival = survival(c.values[last]-c.values[mid], allocated[last]-allocated[mid], one)
		if allocated[last] > 0 {
			t.Age = number(mean(c) * c.span() / allocated[last])
		}
	}
	t.Load = against(c, load, e.spread)
	if ended := loadEnd(read.seconds, load, h.sampler.rate); ended > 0 {
		t.Returned = returned(c, ended, since)
	}
	return t
}

// against is the growth of a curve per byte of a load.
func against(c curve, load []float64, spread float64) Load {
	allocated := load[len(load)-1]
	if allocated <= 0 {
		return Load{}
	}
	return Load{
		PerByte:    around(c.growth()/allocated, spread/(allocated*allocated)),
		Saturation: saturation(c, load, spread),
	}
}

// survival is which share of the allocated bytes still live, with Wilson's
// interval for as many sampled objects; one is the bytes that one of them
// stands for. Of what was there before more may have died than were born, so
// that a share may be negative.
func survival(grown, allocated, one float64) Estimate {
	if allocated <= 0 {
		return Estimate{}
	}
	share := grown / allocated
	e := Estimate{Value: share, Low: math.Inf(-1), High: math.Inf(1), Known: true}
	n, z2 := allocated/one, normal95*normal95
	if math.IsNaN(n) || n <= 0 {
		return e
	}
	inner := min(max(share, 0), 1)
	center := (inner + z2/(2*n)) / (1 + z2/n)
	reach := normal95 / (1 + z2/n) * math.Sqrt(inner*(1-inner)/n+z2/(4*n*n))
	e.Low, e.High = min(max(center-reach, 0), share), max(min(center+reach, 1), share)
	return e
}

// mean is the mean value of a curve over time.
func mean(c curve) float64 {
	var area float64
	for i := 1; i < c.n(); i++ {
		area += (c.values[i] + c.values[i-1]) / 2 * (c.seconds[i] - c.seconds[i-1])
	}
	return area / c.span()
}

// returned is how much of the growth up to a place was given back since.
func returned(c curve, ended int, since churn) Estimate {
	grown := c.values[ended] - c.values[0]
	if !(grown > 0) || grown*grown < gateErrors*gateErrors*since.sampling {
		return Estimate{}
	}
	return around((c.values[ended]-c.values[c.n()-1])/grown, since.sampling/(grown*grown))
}

// Limits of when a load counts as ended.
const (
	loadEnded   = 0.2 // of the rate before
	loadSteps   = 2   // at least so many before and after
	loadSamples = 10  // that many were to be expected since, had the load gone on
)

// loadEnd is the place from which on up to the end every step allocated at less
// than a fifth of the rate before it; 0 while the load lasts.
func loadEnd(seconds, load []float64, rate float64) int {
	last := len(load) - 1
	for place := loadSteps; place <= last-loadSteps; place++ {
		before := load[place] / seconds[place]
		if before <= 0 || rate > 0 && before*(seconds[last]-seconds[place]) < loadSamples*rate {
			continue
		}
		quiet := true
		for i := place; i < last && quiet; i++ {
			quiet = load[i+1]-load[i] < loadEnded*before*(seconds[i+1]-seconds[i])
		}
		if quiet {
			return place
		}
	}
	return 0
}

// asProcess says how the heap as a whole moves.
func (h *heap) asProcess() Process {
	n := len(h.times)
	if n == 0 {
		return Process{}
	}
	p := Process{First: h.process.first.live, Now: h.process.last.live}
	if n < 2 || h.sampler.columns.AllocBytes < 0 {
		return p
	}
	read := newReader(h.timeline)
	c, load := read.curve(&h.process), read.load(&h.process)
	p.Rate = number(load[n-1] / c.span())
	if n > 2 {
		mid := c.middle()
		p.Early = number(load[mid] / (c.seconds[mid] - c.seconds[0]))
		p.Late = number((load[n-1] - load[mid]) / (c.seconds[n-1] - c.seconds[mid]))
	}
	if place := loadEnd(read.seconds, load, h.sampler.rate); place > 0 {
		p.LoadEnded = read.times[place]
	}
	return p
}
