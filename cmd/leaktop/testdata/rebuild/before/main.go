// Command before keeps some bytes and starts some goroutines, writes its
// profiles to the directory that it is given, and ends. Its other build, after,
// is the same code moved about, with one real change.
package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

func init() { runtime.MemProfileRate = 1 }

// kept holds what the profile is to show.
var kept [][]byte

type store struct{ rows [][]byte }

func (s *store) put(n int) {
	s.rows = append(s.rows, make([]byte, n))
}

func load(s *store) {
	for range 4 {
		s.put(64 << 10)
	}
	each(3, func() {
		kept = append(kept, make([]byte, 32<<10))
	})
	each(2, func() {
		kept = append(kept, make([]byte, 128<<10))
		kept = append(kept, make([]byte, 16<<10))
	})
}

//go:noinline
func each(n int, do func()) {
	for range n {
		do()
	}
}

func serve(stop chan struct{}, jobs chan int) {
	for range 5 {
		go func() {
			<-stop
		}()
	}
	for range 7 {
		go func() {
			jobs <- 1
		}()
	}
	go tick()
}

func tick() {
	time.Sleep(time.Hour)
}

func main() {
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
