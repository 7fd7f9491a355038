package trend_test

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/diff/trend"
)

var calibrate = flag.Bool("calibrate", false, "simulate 13 times as many programs, and runs of half an hour")

// tally counts how often sites of a kind were found to grow, and how often
// they looked like a leak: still growing, on a floor that rises.
type tally struct{ of, grow, leak int }

func (t *tally) add(h *trend.HeapTrend) {
	t.of++
	if h == nil || !h.Grows() {
		return
	}
	t.grow++
	if h.Ended.Value <= 0.4 && h.Shape != trend.Sawtooth && h.Floor.Rising {
		t.leak++
	}
}

func (t *tally) plus(o *tally) { t.of, t.grow, t.leak = t.of+o.of, t.grow+o.grow, t.leak+o.leak }

// share is a part of all in percent.
func (t *tally) share(part int) float64 { return 100 * float64(part) / float64(t.of) }

// leakRates are those of the leaks in a simulated program, in bytes per second.
var leakRates = map[string]float64{"leak 5 KB/s": 5e3, "leak 50 KB/s": 50e3, "leak 500 KB/s": 500e3, "leak 5 MB/s": 5e6}

// level are the kinds of sites that did not grow in the window, or no more than
// by coming and going.
var level = []string{"churn", "batches", "in flight", "sawtooth", "lru", "static"}

// simulate watches programs with 160 sites that do not leak, one that fills up,
// one that allocates once, and one leak at each rate.
func simulate(seed uint64, programs int, every, until float64, gcs []float64) map[string]*tally {
	r := rand.New(rand.NewPCG(seed, math.Float64bits(until*every)))
	tallies := make(map[string]*tally)
	for range programs {
		sites := backdrop(r, 160, until)
		filling := lru(r, 500e3, 4096, until/3, 0, until)
		filling.kind = "fills a third"
		sites = append(sites, filling, once(r, 20e6, 4096, until*(0.3+0.4*r.Float64()), 1))
		for _, kind := range slices.Sorted(maps.Keys(leakRates)) {
			s := leak(r, leakRates[kind], []float64{64, 512, 4096, 64 << 10}[r.IntN(4)], until)
			s.kind = kind
			sites = append(sites, s)
		}
		p := newProgram(r, gcs[r.IntN(len(gcs))], until, sites...)
		report := watch(p, every, until, min(until/10, 30)).Report()
		for _, s := range sites {
			if tallies[s.kind] == nil {
				tallies[s.kind] = new(tally)
			}
			tallies[s.kind].add(byStack(report, s))
		}
	}
	return tallies
}

func watch(p *program, every, until, warmup float64) *trend.Observer {
	o := trend.NewObserver(p.table, time.Duration(warmup*float64(time.Second)))
	for _, s := range p.snapshots(every, until) {
		o.Add(s)
	}
	return o
}

func byStack(r *trend.Report, s *site) *trend.HeapTrend {
	i := slices.IndexFunc(r.Stacks, func(t trend.HeapTrend) bool { return t.Stack == s.stack })
	if i < 0 {
		return nil
	}
	return &r.Stacks[i]
}

// What is level is not found to grow, and leaks are, as early as samples allow.
// The table of all kinds is printed with -v; with -calibrate it is more exact.
func TestCalibration(t *testing.T) {
	programs, untils := 15, []float64{60, 120, 300}
	chance := 12.0 // percent, by which so few leaks may miss their share
	if *calibrate {
		programs, untils, chance = 200, []float64{60, 120, 300, 1800}, 0
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%6s %6s %9s  %-14s %6s  %7s  %7s\n", "for", "every", "GC each", "kind", "sites", "grows", "as leak")
	for _, until := range untils {
		for _, every := range []float64{5, 15} {
			for _, gcs := range [][]float64{{0.5, 2, 6}, {12, 18, 24}} {
				tallies := simulate(7, programs, every, until, gcs)
				all, frequent := new(tally), gcs[0] < 12
				for _, kind := range slices.Sorted(maps.Keys(tallies)) {
					got := tallies[kind]
					if slices.Contains(level, kind) {
						all.plus(got)
					}
					fmt.Fprintf(&table, "%6v %6v %4v–%-4v  %-14s %6d  %6.2f%%  %6.2f%%\n",
						until, every, gcs[0], gcs[2], kind, got.of, got.share(got.grow), got.share(got.leak))
				}
				at := fmt.Sprintf("%v s each %v s, GC each %v s", until, every, gcs)
				if all.share(all.grow) > 0.3 {
					t.Errorf("%s: %.2f %% of the level sites grow", at, all.share(all.grow))
				}
				least := func(kind string, percent float64) {
					if got := tallies[kind]; got.share(got.leak) < percent-chance {
						t.Errorf("%s: %s: %.0f %% look like leaks, want %v", at, kind, got.share(got.leak), percent)
					}
				}
				most := func(kind string, percent float64) {
					if got := tallies[kind]; got.share(got.leak) > percent+chance {
						t.Errorf("%s: %s: %.0f %% look like leaks, want at most %v", at, kind, got.share(got.leak), percent)
					}
				}
				switch {
				case until == 60 && frequent:
					least("leak 5 MB/s", 98)
					least("leak 500 KB/s", 93)
				case until == 120:
					least("leak 5 MB/s", 97)
					least("leak 500 KB/s", 94)
				case until >= 300:
					least("leak 5 MB/s", 99)
					least("leak 500 KB/s", 99)
					least("leak 50 KB/s", 90)
				}
				if until >= 1800 {
					least("leak 5 KB/s", 82)
				}
				if until >= 120 {
					most("fills a third", 8)
					most("once", 2)
				}
			}
		}
	}
	t.Log(table.String())
}

// A slow leak of small objects is found under heavy churn of others once about
// 17 objects were sampled, and the churn is not.
func TestSlowLeakUnderChurn(t *testing.T) {
	for _, c := range []struct {
		bytes, until float64
		least        int // percent of programs in which it is found
	}{
		{50e3, 300, 95},
		{5e3, 1800, 85},
	} {
		const programs = 20
		found := 0
		for seed := range programs {
			r := rand.New(rand.NewPCG(uint64(seed), 11))
			slow := leak(r, c.bytes, 96, c.until)
			sites := []*site{slow}
			for range 10 { // of 5 MB/s each
				sites = append(sites, churning(r, 5e6, 512, math.Exp(math.Log(0.05)+r.Float64()*math.Log(600)), c.until))
			}
			report := watch(newProgram(r, 1, c.until, sites...), 15, c.until, 15).Report()
			for _, h := range report.Stacks {
				switch {
				case h.Grows() && h.Stack == slow.stack:
					found++
					if h.Slope.Low > c.bytes*1.5 || h.Slope.High < c.bytes/1.5 {
						t.Errorf("%v B/s: slope %.0f to %.0f", c.bytes, h.Slope.Low, h.Slope.High)
					}
				case h.Grows():
					t.Errorf("%v B/s: churn grows, with a chance of %v", c.bytes, h.P.Value)
				}
			}
		}
		if 100*found < c.least*programs {
			t.Errorf("%v B/s: found in %d of %d programs", c.bytes, found, programs)
		}
	}
}

// A slope's interval of 95 % covers the rate of a leak about as often, whatever
// makes it uneven: few samples, or rare collections.
func TestSlopeCovers(t *testing.T) {
	for _, bytes := range []float64{50e3, 500e3, 5e6} {
		covered, of := 0, 0
		for seed := range 300 {
			r := rand.New(rand.NewPCG(uint64(seed), 21))
			until := []float64{120, 300, 900}[seed%3]
			s := leak(r, bytes, 1024, until)
			p := newProgram(r, []float64{0.5, 4, 15}[seed/3%3], until, s)
			h, _ := watch(p, []float64{5, 15}[seed%2], until, 10).Stack(s.stack)
			if !h.Slope.Known || h.P.Value > 0.001 {
				continue // what is called growth by luck is a biased choice, so nearly all are taken
			}
			of++
			if h.Slope.Low <= bytes && bytes <= h.Slope.High {
				covered++
			}
		}
		if share := float64(covered) / float64(of); share < 0.90 || of < 150 {
			t.Errorf("%v B/s: %d of %d intervals cover", bytes, covered, of)
		}
	}
}

// Of those of which it is believed with nine in ten that growth has ended, nine
// in ten have ended, and the other way round.
func TestEndedIsCalibrated(t *testing.T) {
	var sure, right, unsure, wrong int
	for seed := range 900 {
		r := rand.New(rand.NewPCG(uint64(seed), 31))
		until := []float64{60, 120, 300}[seed%3]
		bytes := 1e5 * math.Pow(50, r.Float64())
		ended := seed%2 == 0
		s := leak(r, bytes, 4096, until)
		if ended {
			s = lru(r, bytes, 4096, until*(0.3+0.6*r.Float64()), 0, until)
		}
		p := newProgram(r, []float64{0.5, 2, 6}[seed%3], until, s)
		h, _ := watch(p, []float64{5, 15}[r.IntN(2)], until, until/10).Stack(s.stack)
		switch {
		case !h.Ended.Known || h.P.Value > 0.001:
		case h.Ended.Value >= 0.9:
			sure++
			if ended {
				right++
			}
		case h.Ended.Value <= 0.1:
			unsure++
			if ended {
				wrong++
			}
		}
	}
	if sure < 50 || 10*right < 9*sure || unsure < 50 || 10*wrong > unsure {
		t.Errorf("believed ended: %d of %d have; believed to go on: %d of %d have ended", right, sure, wrong, unsure)
	}
}
