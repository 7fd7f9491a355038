package trend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// samplingRate is the default of runtime.MemProfileRate.
const samplingRate = 524288

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// heapTypes are the columns of a Go heap profile, in its order.
var heapTypes = []snapshot.SampleType{
	{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
	{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
}

// site is one allocation site of a simulated program: when the objects that
// the heap sampler picked were allocated and freed, in seconds after start.
type site struct {
	kind   string
	size   float64 // bytes an object
	births []float64
	deaths []float64
	stack  snapshot.StackID
}

// picked is the chance that an object of this size is sampled.
func picked(size float64) float64 { return -math.Expm1(-size / samplingRate) }

func (s *site) object(born, dies float64) {
	s.births = append(s.births, born)
	if !math.IsInf(dies, 1) {
		s.deaths = append(s.deaths, dies)
	}
}

// allocate samples objects that are allocated at so many bytes per second from
// one time to another, with lifetimes as the function says.
func (s *site) allocate(r *rand.Rand, bytes, from, to float64, dies func(born float64) float64) {
	every := s.size / bytes / picked(s.size)
	for t := from + r.ExpFloat64()*every; t < to; t += r.ExpFloat64() * every {
		s.object(t, dies(t))
	}
}

func forever(float64) float64 { return math.Inf(1) }

// leak keeps all that it allocates.
func leak(r *rand.Rand, bytes, size, until float64) *site {
	s := &site{kind: "leak", size: size}
	s.allocate(r, bytes, 0, until, forever)
	return s
}

// churning has objects of random lifetimes, in balance since before the start.
func churning(r *rand.Rand, bytes, size, life, until float64) *site {
	s := &site{kind: "churn", size: size}
	s.allocate(r, bytes, -8*life, until, func(born float64) float64 { return born + r.ExpFloat64()*life })
	return s
}

// batches comes in lots that are allocated at once and freed at once, as what
// the sessions of a server hold.
func batches(r *rand.Rand, each, size, every, life, until float64) *site {
	s := &site{kind: "batches", size: size}
	for t := -8 * life; t < until; t += r.ExpFloat64() * every {
		dies := t + r.ExpFloat64()*life
		s.allocate(r, each*10, t, t+0.1, func(float64) float64 { return dies })
	}
	return s
}

// inFlight is buffers of requests, whose rate changes at random every ten seconds.
func inFlight(r *rand.Rand, bytes, size, life, until float64) *site {
	s := &site{kind: "in flight", size: size}
	for t := -10 * math.Ceil(life); t < until; t += 10 {
		s.allocate(r, bytes*math.Exp(0.7*r.NormFloat64()), t, t+10, func(born float64) float64 { return born + r.ExpFloat64()*life })
	}
	return s
}

// sawtooth frees all it has, over and over.
func sawtooth(r *rand.Rand, bytes, size, period, until float64) *site {
	s := &site{kind: "sawtooth", size: size}
	phase := r.Float64() * period
	s.allocate(r, bytes, -period, until, func(born float64) float64 {
		return (math.Floor((born+phase)/period)+1)*period - phase
	})
	return s
}

// lru holds what it was given last, up to a cap. It fills from the given time on.
func lru(r *rand.Rand, bytes, size, fill, from, until float64) *site {
	s := &site{kind: "lru", size: size}
	s.allocate(r, bytes, from, until, func(born float64) float64 { return born + fill })
	return s
}

// once allocates some at one time and keeps it.
func once(r *rand.Rand, bytes, size, at, takes float64) *site {
	s := &site{kind: "once", size: size}
	s.allocate(r, bytes/takes, at, at+takes, forever)
	return s
}

// static has had the same since before the start.
func static(r *rand.Rand, bytes, size float64) *site {
	s := &site{kind: "static", size: size}
	s.allocate(r, bytes, -1, 0, forever)
	return s
}

// program is a simulated process.
type program struct {
	table *snapshot.Table
	sites []*site
	gcs   []float64 // when collections ended
}

func newProgram(r *rand.Rand, gcEvery, until float64, sites ...*site) *program {
	p := &program{table: snapshot.NewTable(), sites: sites}
	for t := -3 * gcEvery; t < until; t += gcEvery * (0.5 + r.Float64()) {
		p.gcs = append(p.gcs, t)
	}
	for i, s := range sites {
		s.stack = stackOf(p.table, fmt.Sprintf("lib.alloc%d app.Site%d", i, i))
		sort.Float64s(s.births)
		sort.Float64s(s.deaths)
	}
	return p
}

// stackOf interns a stack of functions, leaf first, separated by spaces. All
// are own code but those of package lib.
func stackOf(t *snapshot.Table, functions string) snapshot.StackID {
	var frames []snapshot.FrameID
	for _, f := range strings.Fields(functions) {
		file := "/home/dev/app.go"
		if strings.HasPrefix(f, "lib.") {
			file = "/home/dev/go/pkg/mod/lib@v1.2.3/lib.go"
		}
		frames = append(frames, t.InternFrame(snapshot.Frame{Function: f, File: file, Line: 7, StartLine: 3}))
	}
	return t.InternStack(frames)
}

// skew is how far the target's clock is ahead of ours.
const skew = 3 * time.Hour

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// snapshots watches the program. A heap profile shows what the sampler saw of
// the heap as it was when the last but one collection before it ended.
func (p *program) snapshots(every, until float64) []*snapshot.Snapshot {
	var out []*snapshot.Snapshot
	before := -1
	for t, seq := 0.0, 1; t <= until; t, seq = t+every, seq+1 {
		gc := sort.SearchFloat64s(p.gcs, t) - 1
		shot := &snapshot.Snapshot{
			Seq: seq, Time: start.Add(seconds(t)),
			Heap: p.profile(p.gcs[gc-1]), Advanced: gc != before,
		}
		shot.Vitals.Set(snapshot.NumGC, int64(gc))
		shot.Vitals.Set(snapshot.LastGC, start.Add(skew+seconds(p.gcs[gc])).UnixNano())
		out = append(out, shot)
		before = gc
	}
	return out
}

func (p *program) profile(t float64) *snapshot.Profile {
	prof := &snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: samplingRate}
	for _, s := range p.sites {
		allocated := sort.SearchFloat64s(s.births, t)
		live := allocated - sort.SearchFloat64s(s.deaths, t)
		scaled := func(n int) (objects, bytes int64) {
			return int64(float64(n) / picked(s.size)), int64(float64(n) * s.size / picked(s.size))
		}
		allocObjects, allocBytes := scaled(allocated)
		liveObjects, liveBytes := scaled(live)
		prof.Keys = append(prof.Keys, snapshot.Key{Stack: s.stack, Size: int64(s.size)})
		prof.Values = append(prof.Values, allocObjects, allocBytes, liveObjects, liveBytes)
	}
	if !slices.IsSortedFunc(prof.Keys, snapshot.Key.Compare) {
		panic("simulated sites are not in the order of their stacks")
	}
	return prof
}

// backdrop is the sites of a busy program that does not leak.
func backdrop(r *rand.Rand, n int, until float64) []*site {
	sizes := []float64{16, 64, 256, 1024, 4096, 32 << 10, 256 << 10, 2 << 20}
	var out []*site
	for i := range n {
		size := sizes[r.IntN(len(sizes))]
		bytes := math.Exp(math.Log(20e3) + r.Float64()*math.Log(100)) // 20 KB/s to 2 MB/s
		life := math.Exp(math.Log(0.05) + r.Float64()*math.Log(6000)) // 50 ms to 5 min
		switch i % 8 {
		case 0, 1, 2:
			out = append(out, churning(r, bytes, size, life, until))
		case 3:
			out = append(out, batches(r, 20*size, size, 2+r.Float64()*20, life, until))
		case 4:
			out = append(out, inFlight(r, bytes, size, min(life, 20), until))
		case 5:
			out = append(out, sawtooth(r, bytes, size, until*(0.05+0.35*r.Float64()), until))
		case 6:
			fill := 5 + r.Float64()*until
			out = append(out, lru(r, bytes, size, fill, -2*fill, until)) // full
		case 7:
			out = append(out, static(r, 1e6+r.Float64()*1e8, size))
		}
	}
	return out
}

// watch shows a program to an observer.
func watch(p *program, every, until, warmup float64) *trend.Observer {
	o := trend.NewObserver(p.table, seconds(warmup))
	for _, s := range p.snapshots(every, until) {
		o.Add(s)
	}
	return o
}
