package sampler

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"leaktop/capture/fetch"
)

// process is what the fake target runs: the figures that its pages tell.
type process struct {
	start                      time.Time
	numGC, totalAlloc, mallocs int64
	goroutines, records        int64
	mappings                   uint64 // where it is loaded; 0 for a profile that does not tell
	period                     int64
	allocs, live               int64 // objects of the one stack in the heap profile
}

// newProcess is a process that has run for a while.
func newProcess() process {
	return process{start: time.Now().Add(-time.Hour), numGC: 30, totalAlloc: 1 << 30, mallocs: 5000, goroutines: 40, records: 100,
		mappings: 0x400000, period: 512 << 10, allocs: 1000, live: 100}
}

// young is a process that has only begun.
func young() process {
	return process{start: time.Now(), numGC: 1, totalAlloc: 1 << 20, mallocs: 50, goroutines: 9, records: 10,
		mappings: 0x500000, period: 512 << 10, allocs: 10, live: 5}
}

// request is one request that the target got.
type request struct {
	url          string // path and query
	begun, ended time.Time
}

// reply answers one request after a time. A body that is nil is left to the process.
type reply struct {
	after time.Duration
	body  []byte
	err   error
}

// fake is a target in memory. It answers in the time of a synctest bubble, as
// the process is that runs when the answer is due.
type fake struct {
	t *testing.T

	mu       sync.Mutex
	process  process
	down     error // what every request fails with, nil while it is up
	served   map[string]bool
	latency  map[string]time.Duration // by path and query; else a millisecond
	rules    map[string]func(n int) reply
	counts   map[string]int // requests so far
	requests []request
	inFlight int
	tellsNot bool // /metrics has no start time
	// mayBeAsked holds the pages that are asked for only where that is allowed.
	mayBeAsked map[string]bool
}

// The paths that a fake target may serve.
const (
	pathIndex     = "/debug/pprof/"
	pathCmdline   = "/debug/pprof/cmdline"
	pathHeap      = "/debug/pprof/heap"
	pathHeapGC    = "/debug/pprof/heap?gc=1"
	pathTrailer   = "/debug/pprof/heap?debug=1"
	pathGoroutine = "/debug/pprof/goroutine"
	pathMetrics   = "/metrics"
	pathVars      = "/debug/vars"
	pathDump      = "/debug/pprof/goroutine?debug=2"
	pathLeak      = "/debug/pprof/goroutineleak"
)

// newFake returns a target that serves these pages and all of pprof that may be
// asked for without further ado. What else is asked for is an error.
func newFake(t *testing.T, pages ...string) *fake {
	f := &fake{t: t, process: newProcess(), served: make(map[string]bool), latency: make(map[string]time.Duration),
		rules: make(map[string]func(int) reply), counts: make(map[string]int), mayBeAsked: make(map[string]bool)}
	for _, page := range append(pages, pathIndex, pathCmdline, pathHeap, pathHeapGC, pathTrailer, pathGoroutine) {
		f.served[page] = true
	}
	return f
}

// do changes the target under its lock.
func (f *fake) do(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// rule makes the n-th request for a page, from 1, be answered in its own way.
func (f *fake) rule(path string, answer func(n int) reply) {
	f.do(func() { f.rules[path], f.counts[path] = answer, 0 })
}

// always is a rule that fails every request.
func always(err error) func(int) reply { return func(int) reply { return reply{err: err} } }

// kill takes the target down.
func (f *fake) kill() { f.do(func() { f.down = &fetch.Error{Kind: fetch.Refused} }) }

// restart puts another process in its place, and up.
func (f *fake) restart(p process) { f.do(func() { f.process, f.down = p, nil }) }

func (f *fake) Get(ctx context.Context, address string) (*fetch.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		f.t.Errorf("asked for %q: %v", address, err)
		return nil, &fetch.Error{Kind: fetch.Other}
	}
	page := u.Path
	if u.RawQuery != "" {
		page += "?" + u.RawQuery
	}
	begun := time.Now()
	r := f.begin(page)
	timedOut := false
	timer := time.NewTimer(r.after)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		timedOut = true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
	f.requests = append(f.requests, request{page, begun, time.Now()})
	switch {
	case timedOut && ctx.Err() == context.DeadlineExceeded:
		return nil, &fetch.Error{Kind: fetch.TimedOut, After: time.Since(begun)}
	case timedOut:
		return nil, &fetch.Error{Kind: fetch.Canceled}
	case f.down != nil:
		return nil, f.down
	case r.err != nil:
		return nil, r.err
	case !f.served[page]:
		return nil, &fetch.Error{Kind: fetch.NotFound, Status: 404}
	}
	if r.body == nil {
		r.body = f.body(page)
	}
	return &fetch.Response{URL: address, Body: r.body, Time: begun, Latency: time.Since(begun)}, nil
}

// begin takes in a request and checks what never may be asked.
func (f *fake) begin(page string) reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.inFlight++; f.inFlight > 1 {
		f.t.Errorf("%s was asked for while another request was in flight", page)
	}
	known := []string{pathIndex, pathCmdline, pathHeap, pathHeapGC, pathTrailer, pathGoroutine, pathMetrics, pathVars}
	if !slices.Contains(known, page) && !f.mayBeAsked[page] {
		f.t.Errorf("%s was asked for, which must never be", page)
	}
	r := reply{}
	f.counts[page]++
	if rule := f.rules[page]; rule != nil {
		r = rule(f.counts[page])
	}
	if r.after == 0 {
		r.after = time.Millisecond
		if d, ok := f.latency[page]; ok {
			r.after = d
		}
	}
	if f.down != nil {
		r.after = time.Millisecond
	}
	return r
}

// body renders a page as the process has it now.
func (f *fake) body(page string) []byte {
	p := f.process
	switch page {
	case pathIndex:
		counts := map[string]int64{"goroutine": p.goroutines, "heap": p.records}
		if f.served[pathLeak] {
			counts["goroutineleak"] = 0
		}
		return indexPage(counts)
	case pathCmdline:
		return []byte("/usr/bin/orders\x00--secret=x")
	case pathMetrics:
		text := fmt.Sprintf("go_info{version=\"go1.26.8\"} 1\ngo_memstats_heap_inuse_bytes 1e6\ngo_goroutines %d\n"+
			"go_gc_duration_seconds_count %d\ngo_memstats_alloc_bytes_total %d\ngo_memstats_mallocs_total %d\n",
			p.goroutines, p.numGC, p.totalAlloc, p.mallocs)
		if !f.tellsNot {
			text += fmt.Sprintf("process_start_time_seconds %f\n", float64(p.start.UnixNano())/1e9)
		}
		return []byte(text)
	case pathVars:
		return fmt.Appendf(nil, `{"memstats": {"HeapInuse": 1000000, "NumGC": %d, "TotalAlloc": %d, "Mallocs": %d}}`, p.numGC, p.totalAlloc, p.mallocs)
	case pathTrailer:
		return fmt.Appendf(nil, "heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# HeapInuse = 1000000\n# TotalAlloc = %d\n# Mallocs = %d\n# NumGC = %d\n",
			p.totalAlloc, p.mallocs, p.numGC)
	case pathGoroutine:
		return encode(f.t, p.goroutineProfile("goroutine"))
	case pathLeak:
		return encode(f.t, p.goroutineProfile("goroutineleak"))
	case pathDump:
		return p.dump()
	}
	return encode(f.t, p.heapProfile())
}

func indexPage(counts map[string]int64) []byte {
	var b bytes.Buffer
	b.WriteString("<html><table>")
	for name, n := range counts {
		fmt.Fprintf(&b, "<tr><td>%d</td><td><a href='%s?debug=1'>%s</a></td></tr>\n", n, name, name)
	}
	return b.Bytes()
}

func (p process) heapProfile() *profile.Profile {
	out := p.profile("alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes")
	out.PeriodType, out.Period = &profile.ValueType{Type: "space", Unit: "bytes"}, p.period
	out.Sample[0].Value = []int64{p.allocs, 64 * p.allocs, p.live, 64 * p.live}
	return out
}

// dump writes the first hundred goroutines, which have a frame each.
func (p process) dump() []byte {
	var b bytes.Buffer
	for i := range min(p.goroutines, 100) {
		fmt.Fprintf(&b, "goroutine %d [chan send, 2 minutes]:\norders.keep(0x1)\n\t/src/orders.go:7 +0x1\n\n", i+1)
	}
	return b.Bytes()
}

func (p process) goroutineProfile(name string) *profile.Profile {
	out := p.profile(name + "/count")
	out.Sample[0].Value = []int64{p.goroutines}
	return out
}

// profile returns one of a single stack.
func (p process) profile(types ...string) *profile.Profile {
	fn := &profile.Function{ID: 1, Name: "orders.keep", Filename: "/src/orders.go"}
	location := &profile.Location{ID: 1, Address: p.mappings + 16, Line: []profile.Line{{Function: fn, Line: 7}}}
	out := &profile.Profile{PeriodType: &profile.ValueType{}, Function: []*profile.Function{fn},
		Location: []*profile.Location{location}, Sample: []*profile.Sample{{Location: []*profile.Location{location}}}}
	if p.mappings != 0 {
		location.Mapping = &profile.Mapping{ID: 1, Start: p.mappings, Limit: p.mappings + 1<<20, File: "/usr/bin/orders"}
		out.Mapping = []*profile.Mapping{location.Mapping}
	}
	for _, text := range types {
		name, unit, _ := strings.Cut(text, "/")
		out.SampleType = append(out.SampleType, &profile.ValueType{Type: name, Unit: unit})
	}
	return out
}

func encode(t *testing.T, p *profile.Profile) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteUncompressed(&b); err != nil { // gzip writers cost a megabyte each
		t.Error(err)
	}
	return b.Bytes()
}

// asked returns when a page was asked for.
func (f *fake) asked(page string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []time.Time
	for _, r := range f.requests {
		if r.url == page {
			out = append(out, r.begun)
		}
	}
	return out
}

// total returns how many requests there were so far.
func (f *fake) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}

// busy returns how long requests were under way so far.
func (f *fake) busy() (d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		d += r.ended.Sub(r.begun)
	}
	return d
}
