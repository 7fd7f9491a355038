// Command after is the build after before: its lines are shifted, inside its
// functions too, its closures have other numbers, and what load's second
// closure keeps and what waits to send a job is more than it was.
package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

func init() { runtime.MemProfileRate = 1 }

// kept holds what the profile is to show. It stands further down than it did,
// as does all that follows.
var kept [][]byte

// checked counts what load looked at first.
var checked int

type store struct{ rows [][]byte }

func (s *store) put(n int) {
	if n == 0 {
		return
	}

	s.rows = append(s.rows, make([]byte, n))
}

func load(s *store) {
	each(1, func() {
		checked++
	})
	for range 4 {
		s.put(64 << 10)
	}
	each(3, func() {
		checked++
		kept = append(kept, make([]byte, 32<<10))
	})
	each(4, func() {
		kept = append(kept, make([]byte, 128<<10))
		if checked == 0 {
			return
		}
		kept = append(kept, make([]byte, 8<<10))
	})
}

func serve(stop chan struct{}, jobs chan int) {
	for range 1 {
		func() {
			defer func() { checked++ }()
			checked++
		}()
	}
	for range 5 {
		go func() {
			<-stop
		}()
	}
	for range 9 {
		go func() {
			checked--

			jobs <- 1
		}()
	}
	go tick()
}

func tick() {
	time.Sleep(time.Hour)
}

//go:noinline
func each(n int, do func()) {
	for range n {
		do()
	}
}

func main() {
	checked = 100
	s := &store{}
	load(s)
	serve(make(chan struct{}), make(chan int))
	time.Sleep(50 * time.Millisecond)
	runtime.GC()
	for _, kind := range []string{"heap", "goroutine"} {
		out, err := os.Create(filepath.Join(os.Args[1], kind+".pb.gz"))
		if err != nil {
			panic(err)
		}
		if err := pprof.Lookup(kind).WriteTo(out, 0); err != nil {
			panic(err)
		}
		out.Close()
	}
	runtime.KeepAlive(s)
}
