// Heavy serves pprof and expvar as a service does for which watching is dear:
// one with many heap records, or with many goroutines. It tells what it spent.
package main

import (
	"encoding/json"
	_ "expvar"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"math"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"
)

func main() {
	records := flag.Int("records", 0, "stacks that hold live heap")
	goroutines := flag.Int("goroutines", 0, "goroutines that wait")
	flag.Parse()
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1 // each of these allocations gets its record
	live := make([][]byte, *records)
	for i := range live {
		live[i] = allocate(i)
	}
	runtime.MemProfileRate = rate
	never := make(chan int)
	for i := range *goroutines {
		go wait(never, i)
	}
	for runtime.NumGoroutine() < *goroutines {
		time.Sleep(10 * time.Millisecond)
	}
	go work()
	// A heap profile shows the heap as of a completed GC: two until all is in it.
	runtime.GC()
	runtime.GC()

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	spent := &spending{asked: make(map[string]int)}
	http.HandleFunc("/spent", spent.serve)
	log.Fatal(http.Serve(ln, spent.counted(http.DefaultServeMux)))
	runtime.KeepAlive(live)
}

// depth is how deep the stacks are; each level takes one of four ways.
const depth = 20

// allocate allocates under a stack of its own for each number below 4^10.
func allocate(i int) []byte { return north(i, depth) }

//go:noinline
func north(way, left int) []byte { return turn(way, left) }

//go:noinline
func east(way, left int) []byte { return turn(way, left) }

//go:noinline
func south(way, left int) []byte { return turn(way, left) }

//go:noinline
func west(way, left int) []byte { return turn(way, left) }

// turn is inlined, so that each level is one call with two frames.
func turn(way, left int) []byte {
	if left == 0 {
		return make([]byte, 4096)
	}
	switch way % 4 {
	case 0:
		return north(way/4, left-1)
	case 1:
		return east(way/4, left-1)
	case 2:
		return south(way/4, left-1)
	}
	return west(way/4, left-1)
}

// wait waits for ever, in one of some stacks of about eight frames.
func wait(c chan int, i int) { first(c, i%4, 5) }

//go:noinline
func first(c chan int, way, left int) int { return receive(c, way, left) + 1 }

//go:noinline
func second(c chan int, way, left int) int { return receive(c, way, left) + 2 }

func receive(c chan int, way, left int) int {
	switch {
	case left == 0:
		return <-c
	case way%2 == 0:
		return first(c, way/2, left-1)
	}
	return second(c, way/2, left-1)
}

// garbage is what work makes now.
var garbage []byte

// work is a little load: a megabyte of garbage a second.
func work() {
	for range time.Tick(10 * time.Millisecond) {
		garbage = make([]byte, 10_000)
	}
}

// spending is what the process spent since it was last asked.
type spending struct {
	mu    sync.Mutex
	asked map[string]int // requests by URI, all but those for this
	last  sums
}

// sums only grow.
type sums struct {
	cpu          time.Duration
	garbage, gcs uint64
	stops        [2]*metrics.Float64Histogram // of the world, for a GC and for all else
}

// answer is what /spent tells.
type answer struct {
	CPU     time.Duration  // user and system
	Garbage uint64         // bytes allocated
	GCs     uint64         // completed
	Stop    time.Duration  // the longest time that the world was stopped, by a histogram's upper bound
	Asked   map[string]int // requests by URI
}

// counted counts the requests.
func (s *spending) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/spent" {
			s.mu.Lock()
			s.asked[r.RequestURI]++
			s.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

func (s *spending) serve(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := read()
	out := answer{CPU: now.cpu - s.last.cpu, Garbage: now.garbage - s.last.garbage, GCs: now.gcs - s.last.gcs,
		Stop: longest(now, s.last), Asked: maps.Clone(s.asked)}
	s.last = now
	clear(s.asked)
	_ = json.NewEncoder(w).Encode(out) // to a client that may have gone
}

func read() sums {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(samples)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return sums{
		cpu:     time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
		garbage: samples[0].Value.Uint64(), gcs: samples[1].Value.Uint64(),
		stops: [2]*metrics.Float64Histogram{samples[2].Value.Float64Histogram(), samples[3].Value.Float64Histogram()},
	}
}

// longest is the upper bound of the highest bucket that something came into.
func longest(now, before sums) time.Duration {
	most := 0.0
	for kind, h := range now.stops {
		for i, n := range h.Counts {
			if old := before.stops[kind]; old != nil {
				n -= old.Counts[i]
			}
			if n > 0 && !math.IsInf(h.Buckets[i+1], 1) {
				most = max(most, h.Buckets[i+1])
			}
		}
	}
	return time.Duration(most * float64(time.Second))
}
