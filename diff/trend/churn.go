package trend

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// churn is what came and went between two heap profiles, as far as it can be
// told, in the bytes that sampled objects stand for. Of each record the born
// are bounded as in package diff, by what was allocated and by what lives now:
// see its sampling error. Churns of several stacks add up.
type churn struct {
	born, died float64 // bytes; born − died is the net growth
	// sampling is the variance of the net growth that comes from sampling
	// alone: that of package diff. NaN where it is not known.
	sampling float64
	// events is the variance of the net growth if objects were born and died
	// independently of each other: the square of what one sampled object stands
	// for, s/p, summed over those. It is what sampling adds (s²(1−p)/p² an
	// object) and what coming and going itself does (s²/p an object). NaN where
	// it is not known.
	events float64
	// objects is the part of sampling in the column of objects.
	objects float64
}

func (c *churn) add(o churn) {
	c.born += o.born
	c.died += o.died
	c.sampling += o.sampling
	c.events += o.events
	c.objects += o.objects
}

// sampler says how the objects of a heap profile were sampled.
type sampler struct {
	columns snapshot.Columns
	rate    float64 // mean bytes between two samples, 0 unknown
}

func samplerOf(p *snapshot.Profile) sampler {
	return sampler{columns: p.Columns(), rate: float64(p.Period)}
}

// churn is that of one stack, from its records before and after.
func (s sampler) churn(before, after span) churn {
	var c churn
	for i, j := before.from, after.from; i < before.to || j < after.to; {
		var order int
		switch {
		case i == before.to:
			order = 1
		case j == after.to:
			order = -1
		default:
			order = before.p.Keys[i].Compare(after.p.Keys[j])
		}
		var key snapshot.Key
		var from, to []int64
		if order <= 0 {
			key, from = before.p.Keys[i], before.p.Vector(i)
			i++
		}
		if order >= 0 {
			key, to = after.p.Keys[j], after.p.Vector(j)
			j++
		}
		if !slices.Equal(from, to) {
			c.add(s.between(key.Size, from, to))
		}
	}
	return c
}

// between is the churn of one record. Either vector may be nil, for none.
func (s sampler) between(size int64, before, after []int64) churn {
	value := func(vector []int64, column int) float64 {
		if vector == nil || column < 0 {
			return 0
		}
		return float64(vector[column])
	}
	c := s.columns
	from, to := value(before, c.LiveBytes), value(after, c.LiveBytes)
	born := to
	if c.AllocBytes >= 0 {
		allocated := value(after, c.AllocBytes) - value(before, c.AllocBytes)
		born = max(min(allocated, to), to-from, 0)
	}
	died := max(born-(to-from), 0)
	out := churn{born: born, died: died}
	if born+died == 0 {
		return out
	}

	bytes := float64(size)
	if size <= 0 {
		bytes = math.NaN()
		if objects := value(before, c.LiveObjects) + value(after, c.LiveObjects); objects > 0 {
			bytes = (from + to) / objects
		}
	}
	sampled := -math.Expm1(-bytes / s.rate) // p
	if s.rate <= 0 {
		sampled = math.NaN()
	}
	out.events = (born + died) * bytes / sampled
	out.sampling = (born + died) * bytes * (1 - sampled) / sampled
	out.objects = out.sampling / (bytes * bytes)
	return out
}
