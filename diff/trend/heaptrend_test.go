package trend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// The error of growth that sampling causes is that of a comparison of the first
// snapshot with the newest.
func TestGrowthErrorIsThatOfDiff(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := newProgram(r, 2, 300, backdrop(r, 80, 300)...)
	var sawtooths []string
	for i, s := range p.sites {
		if s.kind == "sawtooth" {
			sawtooths = append(sawtooths, fmt.Sprintf("app.Site%d", i))
		}
	}
	shots := p.snapshots(15, 300)
	o := trend.NewObserver(p.table, 0)
	for _, s := range shots {
		o.Add(s)
	}
	first, newest := shots[0], shots[len(shots)-1]
	compared := diff.Compare(p.table, first.Heap, newest.Heap)
	for _, row := range compared.ByStack(compared.DefaultColumn(), nil) {
		h, ok := o.Stack(row.Stack)
		if !ok {
			t.Fatalf("no trend of %s", row.Name)
		}
		if h.First < row.Flat.Before && slices.Contains(sawtooths, row.Name) {
			continue // it began in the middle of a batch, and counts from the low after it
		}
		if h.First != row.Flat.Before || h.Now != row.Flat.After {
			t.Errorf("%s: %d to %d, want %+v", row.Name, h.First, h.Now, row.Flat)
		}
		if stderr := (h.Growth.High - h.Growth.Value) / 1.959964; math.Abs(stderr-float64(row.Flat.Stderr)) > 1 {
			t.Errorf("%s: standard error %.0f, want %d", row.Name, stderr, row.Flat.Stderr)
		}
	}
}

// shapes of single sites, watched for five minutes.
func TestShapes(t *testing.T) {
	const until = 300
	keep := func(from, to float64) func(*rand.Rand) *site {
		return func(r *rand.Rand) *site {
			s := &site{size: 1024}
			s.allocate(r, 2e6, from, to, forever)
			return s
		}
	}
	for _, c := range []struct {
		name  string
		site  func(*rand.Rand) *site
		want  []trend.Shape // any of these
		grows bool          // beyond what one series of ten does by chance
	}{
		{"leak", keep(0, until), []trend.Shape{trend.Steady}, true},
		{"leak since half of the time", keep(140, until), []trend.Shape{trend.Late}, true},
		{"filled up after a third", func(r *rand.Rand) *site { return lru(r, 2e6, 1024, 100, 0, until) }, []trend.Shape{trend.Levelled}, true},
		{"grew for a minute in the middle", keep(100, 160), []trend.Shape{trend.Step, trend.Levelled}, false},                                                // a few steps of many
		{"allocated once", func(r *rand.Rand) *site { return once(r, 50e6, 1024, 150, 2) }, []trend.Shape{trend.Step, trend.Levelled, trend.Unclear}, false}, // a single event tells no rate
		{"sawtooth of three teeth", func(r *rand.Rand) *site { return sawtooth(r, 2e6, 1024, 97, until) }, nil, false},
		{"churn", func(r *rand.Rand) *site { return churning(r, 2e6, 1024, 20, until) }, nil, false},
	} {
		shapes := make(map[trend.Shape]int)
		const runs = 20
		right := 0
		for seed := range runs {
			r := rand.New(rand.NewPCG(uint64(seed), 51))
			s := c.site(r)
			others := churning(r, 1e6, 512, 5, until) // while nothing is allocated, profiles are copies of each other
			h, _ := watch(newProgram(r, 2, until, s, others), 15, until, 15).Stack(s.stack)
			if grows := h.Factor.Value > tellable; grows != c.grows {
				t.Errorf("%s: factor %v", c.name, h.Factor.Value)
			}
			if c.want == nil {
				continue // the shape of what does not grow says nothing
			}
			if slices.Contains(c.want, h.Shape) {
				right++
			}
			shapes[h.Shape]++
			if c.grows && slices.Contains(c.want, trend.Levelled) && (h.GrewTo.Sub(start).Seconds() > 160 || h.Saturation.High > 0.5 || h.LateSurvival.Value > 0.2) {
				t.Errorf("%s: grew to %v, saturation %+v, late survival %+v", c.name, h.GrewTo, h.Saturation, h.LateSurvival)
			}
			if h.Shape == trend.Late && math.Abs(h.GrewFrom.Sub(start).Seconds()-140) > 40 {
				t.Errorf("%s: grew from %v", c.name, h.GrewFrom)
			}
		}
		if c.want != nil && right < runs*8/10 {
			t.Errorf("%s: %v, want %q", c.name, shapes, c.want)
		}
	}
}

// A slice that grows by copying has one object at any time; its order tells.
func TestSliceThatGrows(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	length, capacity := 5e6, 5.5e6
	allocated := capacity
	for at := 0.0; at <= 300; at += 15 {
		for length += 15e6; capacity < length; allocated += capacity {
			capacity *= 1.25
		}
		o.Add(shot(at, heapOf(tab, record{"app.(*Log).Add app.main", int64(capacity), int64(capacity), int64(allocated)})))
	}
	h, _ := o.Stack(stackOf(tab, "app.(*Log).Add app.main"))
	if !h.BySize || h.Factor.Value < tellable || h.Slope.Low <= 0 || h.Slope.Low > 1e6 || h.Slope.High < 1e6 || h.Falls > 0 {
		t.Errorf("factor %v, slope %+v, %d falls", h.Factor, h.Slope, h.Falls)
	}
}

// After the load has ended, what comes back is told from what stays.
func TestAfterTheLoad(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 600; at += 15 {
		load := int64(min(at, 300))
		burst := load / 3 * mib
		if at > 330 {
			burst = 5 * mib
		}
		trickle := int64(max(at-300, 0)) * mib / 10
		o.Add(shot(at, heapOf(tab,
			record{"app.buffer app.Serve", 4096, burst, 4*load*mib + trickle},
			record{"app.keep app.Serve", 4096, load / 3 * mib, load / 3 * mib},
		)))
	}
	process := o.Process()
	if ended := process.LoadEnded.Sub(start).Seconds(); ended != 300 {
		t.Errorf("the load ended after %v s, want 300", ended)
	}
	if process.Early.Value < 4*mib || process.Late.Value > mib/8 {
		t.Errorf("rates %+v and %+v", process.Early, process.Late)
	}
	for stack, want := range map[string]float64{"app.buffer app.Serve": 0.95, "app.keep app.Serve": 0} {
		h, _ := o.Stack(stackOf(tab, stack))
		if !h.Returned.Known || math.Abs(h.Returned.Value-want) > 0.01 {
			t.Errorf("%s: returned %+v, want %v", stack, h.Returned, want)
		}
	}
}

// A leak per request whose load falls to a third saturates by time, and less by
// what the process allocates.
func TestLoadNormalised(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 600; at += 15 {
		requests := int64(min(at, 300)*3 + max(at-300, 0))
		o.Add(shot(at, heapOf(tab,
			record{"app.work app.Serve", 4096, 4 * mib, requests * mib},
			record{"app.other app.Tick", 4096, 4 * mib, int64(at) * mib},
			record{"app.keep app.Serve", 4096, requests * mib / 4, requests * mib / 4},
		)))
	}
	h, _ := o.Stack(stackOf(tab, "app.keep app.Serve"))
	for what, c := range map[string]struct{ got, want float64 }{
		"by time":         {h.Saturation.Value, 0.33},
		"by process":      {h.Load.Saturation.Value, 0.704},
		"growth per byte": {h.Load.PerByte.Value, 0.14},
	} {
		if math.Abs(c.got-c.want) > 0.01 {
			t.Errorf("%s: got %.3f, want %v", what, c.got, c.want)
		}
	}
}
