// Leaker serves pprof, with goroutines that are leaked and some that are not.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"
)

// each is how many goroutines there are of every kind.
const each = 7

// kept is what goroutines wait for that a global variable still reaches.
var kept [each]chan int

func main() {
	for i := range each {
		go leakedSend(make(chan int))
		go leakedReceive(make(chan int))
		kept[i] = make(chan int)
		go waiting(kept[i])
		go asleep()
	}
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

func leakedSend(c chan int) { c <- 1 }

func leakedReceive(c chan int) { <-c }

func waiting(c chan int) { <-c }

func asleep() { time.Sleep(time.Hour) }
