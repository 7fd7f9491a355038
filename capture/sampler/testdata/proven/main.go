// Proven serves pprof, with goroutines under a label that are leaked, and others
// that are leaked until /recall is asked for.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/pprof"
	"weak"
)

// each is how many goroutines there are of every kind.
const each = 7

// line is what goroutines wait for.
type line struct {
	c     chan int
	calls int
}

// A weak pointer keeps nothing: the lines are found again as long as those who
// wait for them are there.
var (
	hidden   [each]weak.Pointer[line]
	recalled [each]*line
)

func main() {
	pprof.Do(context.Background(), pprof.Labels("route", "/orders ]:"), func(context.Context) {
		for range each {
			go forgotten(make(chan int))
		}
	})
	for i := range each {
		l := &line{c: make(chan int)}
		hidden[i] = weak.Make(l)
		go waiting(l)
	}
	http.HandleFunc("/recall", func(http.ResponseWriter, *http.Request) {
		for i := range hidden {
			recalled[i] = hidden[i].Value()
		}
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(ln, nil))
}

func forgotten(c chan int) { c <- 1 }

func waiting(l *line) {
	for range l.c {
		l.calls++
	}
}
