package leak_test

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// every is the time between the snapshots of a story.
const every = 5 * time.Second

// leakAfter is for how long the heap, or the number of connections, must have
// grown before that is called a leak, in a process that has just started.
const leakAfter = 220 * time.Second

// object is the size of all objects in the stories: each is sampled.
const object = 64 << 10

// Stacks as in a dump, leaf first and separated by spaces: function, with
// :line and :start where it matters. What begins with "app/" is own code.
const (
	served    = " net/http.HandlerFunc.ServeHTTP net/http.(*ServeMux).ServeHTTP net/http.serverHandler.ServeHTTP net/http.(*conn).serve"
	parked    = "runtime.gopark "
	receiving = parked + "runtime.chanrecv runtime.chanrecv1 "
	sending   = parked + "runtime.chansend runtime.chansend1 "
	selecting = parked + "runtime.selectgo "
	locking   = parked + "runtime.goparkunlock runtime.semacquire1 internal/sync.runtime_SemacquireMutex internal/sync.(*Mutex).lockSlow sync.(*Mutex).Lock "
	reading   = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Read net.(*conn).Read "
	sleeping  = parked + "time.Sleep "
)

// line is one stack of a story: how many objects or goroutines it has at each
// snapshot, counted from 0, and for the heap how many were ever allocated.
type line struct {
	stack     string
	count     func(i int) int64
	allocated func(i int) int64
	size      int64 // bytes of one object; 0 means object
}

// story is what a target does over its snapshots.
type story struct {
	snapshots  int
	heap       []line
	goroutines []line
	leaked     []line
	rate       int64 // mean bytes between two samples, of which objects are then as many as were sampled; 0 samples all
	vitals     func(i int, v *snapshot.Vitals)
	still      func(i int) bool // no GC completed before this one
	dump       func(t *snapshot.Table, i int) *snapshot.Dump
}

func grows(from, each int64) func(int) int64 {
	return func(i int) int64 { return from + each*int64(i) }
}

func level(n int64) func(int) int64 { return func(int) int64 { return n } }

// until grows by each until the snapshot, and is level from then on.
func until(last int, each int64) func(int) int64 {
	return func(i int) int64 { return each * int64(min(i, last)) }
}

func intern(t *snapshot.Table, text string) snapshot.StackID {
	var ids []snapshot.FrameID
	for _, field := range strings.Fields(text) {
		name, at, _ := strings.Cut(field, "@")
		f := snapshot.Frame{Function: name, Line: 20, StartLine: 10}
		if n, err := strconv.Atoi(at); err == nil {
			f.Line = n
		}
		switch {
		case strings.HasPrefix(name, "app/"), strings.HasPrefix(name, "main."):
			f.File = "/home/dev/" + strings.TrimPrefix(name, "app/") + ".go"
		case strings.HasPrefix(name, "github.com/"), strings.HasPrefix(name, "google.golang.org/"), strings.HasPrefix(name, "golang.org/"):
			f.File = "/home/dev/go/pkg/mod/" + diff.PackageOf(name) + "@v1.2.3/x.go"
		default:
			f.File = "/usr/local/go/src/" + diff.PackageOf(name) + "/x.go"
		}
		ids = append(ids, t.InternFrame(f))
	}
	return t.InternStack(ids)
}

func (s story) profile(t *snapshot.Table, kind snapshot.Kind, lines []line, i int) *snapshot.Profile {
	p := snapshot.Profile{Kind: kind, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}}
	if kind == snapshot.Heap {
		p.Period = max(s.rate, 1)
		p.Types = []snapshot.SampleType{
			{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
			{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
		}
	}
	b := snapshot.NewBuilder(p)
	for _, l := range lines {
		n := l.count(i)
		switch {
		case kind != snapshot.Heap:
			if n > 0 {
				b.Add(snapshot.Key{Stack: intern(t, l.stack)}, []int64{n})
			}
		default:
			all := n
			if l.allocated != nil {
				all = l.allocated(i)
			}
			size := cmp.Or(l.size, object)
			one := size // what a sampled object stands for
			if s.rate > 0 {
				one = int64(math.Round(float64(size) / -math.Expm1(-float64(size)/float64(s.rate))))
			}
			b.Add(snapshot.Key{Stack: intern(t, l.stack), Size: size}, []int64{all * one / size, all * one, n * one / size, n * one})
		}
	}
	return b.Profile()
}

// events are what a sampler would tell.
func (s story) events(t *snapshot.Table) []snapshot.Event {
	var out []snapshot.Event
	for i := range s.snapshots {
		at := noon.Add(time.Duration(i) * every)
		shot := &snapshot.Snapshot{
			Seq: i + 1, Time: at, Advanced: s.still == nil || !s.still(i),
			Heap:       s.profile(t, snapshot.Heap, s.heap, i),
			Goroutines: s.profile(t, snapshot.Goroutine, s.goroutines, i),
		}
		if s.leaked != nil {
			shot.Leaked = s.profile(t, snapshot.GoroutineLeak, s.leaked, i)
		}
		if s.dump != nil {
			shot.Dump = s.dump(t, i)
		}
		for second := range int(every / time.Second) {
			v := snapshot.Vitals{Time: at.Add(time.Duration(second) * time.Second)}
			if s.vitals != nil {
				s.vitals(i*int(every/time.Second)+second, &v)
			}
			out = append(out, snapshot.VitalsTaken{Vitals: v})
			if second == 0 {
				shot.Vitals = v
			}
		}
		out = append(out, snapshot.Taken{Snapshot: shot})
	}
	return out
}

func newJudge(t *testing.T, table *snapshot.Table) *leak.Judge {
	t.Helper()
	handlers, err := handler.New(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return leak.NewJudge(leak.Config{Table: table, Handlers: handlers})
}

// judge tells the story to a judge.
func (s story) judge(t *testing.T) *leak.Result {
	t.Helper()
	table := snapshot.NewTable()
	j := newJudge(t, table)
	for _, e := range s.events(table) {
		j.Apply(e)
	}
	r := j.Result()
	agree(t, r)
	return r
}

// agree checks that no finding says two things that cannot both be true.
func agree(t *testing.T, r *leak.Result) {
	t.Helper()
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, fact := range f.Facts {
			if more, ok := fact.Value("more"); ok && fact.Kind == leak.BecameMore && more <= 0 {
				t.Errorf("%s %s became more by %g", f.Check, f.Where.Function, more)
			}
			if p, ok := fact.Value("p"); ok && fact.Kind == leak.GrowthProbable && f.Verdict == leak.Leak && p < f.Confidence {
				t.Errorf("%s %s: a leak for %g, and growth for %g only", f.Check, f.Where.Function, f.Confidence, p)
			}
		}
		if f.Verdict == leak.Plateau && f.Growth.Known {
			t.Errorf("%s %s has levelled off, and grows by %g", f.Check, f.Where.Function, f.Growth.Value)
		}
		now, known := f.Now.Goroutines.Get()
		if said, ok := f.Claim.Value("now"); ok && known && f.Kind == leak.GoroutineKind && int64(said) != now {
			t.Errorf("%s %s: %g goroutines in a sentence, and %d beside it", f.Check, f.Where.Function, said, now)
		}
	}
}
