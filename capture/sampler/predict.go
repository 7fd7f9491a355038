package sampler

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"leaktop/capture/snapshot"
)

const (
	// Predictions for a goroutine profile at debug=0, per goroutine (measured:
	// 217–393 ms of CPU at 100k; 83 MB of garbage there, with stacks of 11 frames,
	// since the runtime writes each stack out to count them).
	cpuPerGoroutine     = 4 * time.Microsecond
	garbagePerGoroutine = 800 // bytes
	// askAbove is the number of goroutines above which their profile needs an explicit yes.
	askAbove = 250_000
)

const (
	// A full dump stops the world once for each buffer that it tries: of 1, 2,
	// 4 … 64 MiB, until all fits. Each time takes 5–8 µs for a goroutine of 8
	// frames (measured, with 100 to 50,000 goroutines).
	pausePerFrame           = time.Microsecond
	firstBuffer, lastBuffer = 1 << 20, 64 << 20
	// bytesPerFrame is what a frame takes, until a dump tells that it is more.
	bytesPerFrame = 110
	// smallFrames and smallBytes bound a dump that needs no question: one buffer,
	// and so one pause, of 10 ms on a slow machine.
	smallFrames, smallBytes = 8_000, 900_000
)

const (
	// leakMaxGoroutines is the number of goroutines above which goroutineleak
	// needs an explicit yes.
	leakMaxGoroutines = 20_000
	// Its pause (measured: 42 ms at 100k), and the most CPU that its GC takes for
	// each GiB of live heap.
	leakPause = 420 * time.Nanosecond
	gcCPU     = 700 * time.Millisecond
)

// What nobody has to be told exactly, and the number of goroutines above which the
// target is not believed without a word: they would take 200 GB for their stacks.
const (
	longSeconds = 24 * 60 * 60
	longText    = "a day or more"
	hugeBytes   = 1 << 40
	hugeText    = "1 TiB or more"
	believable  = 100_000_000
)

// listCost is what a goroutine profile costs.
func listCost(goroutines int64) string {
	n := float64(goroutines)
	garbage := fmt.Sprintf("%.0f MiB", n*garbagePerGoroutine/(1<<20))
	if n*garbagePerGoroutine > hugeBytes {
		garbage = hugeText
	}
	return fmt.Sprintf("about %s of CPU and %s of garbage, for %s", roughly(n*cpuPerGoroutine.Seconds()), garbage, claimed(goroutines))
}

// claimed names a number of goroutines, which an index page or a profile may put
// at anything.
func claimed(n int64) string {
	if n > believable {
		return "the " + grouped(n) + " goroutines that the target claims to have"
	}
	return grouped(n) + " goroutines"
}

// leakCost is what a goroutineleak profile costs.
func leakCost(goroutines int64, liveHeap snapshot.Value) string {
	gc := "a GC"
	if live, known := liveHeap.Get(); known {
		gib := float64(live) / (1 << 30)
		gc += fmt.Sprintf(" of up to %s of CPU", roughly(gcCPU.Seconds()*gib))
	}
	return fmt.Sprintf("%s and a pause of about %s, for %s", gc, roughly(leakPause.Seconds()*float64(goroutines)), claimed(goroutines))
}

// dumpCost is what a full dump costs. It counts in floating point, because the
// numbers of a profile may be any.
type dumpCost struct{ goroutines, frames, bytes float64 }

// predictDump reckons with the goroutines that a profile just listed.
func predictDump(p *snapshot.Profile, table *snapshot.Table, frameBytes float64) dumpCost {
	var c dumpCost
	for i, key := range p.Keys {
		depth := 0
		for range table.FrameIDs(key.Stack) {
			depth++
		}
		n := float64(max(0, p.Vector(i)[0]))
		c.goroutines += n
		c.frames += n * float64(max(1, depth))
	}
	c.bytes = c.frames * frameBytes
	return c
}

// small reports whether the dump may be taken without a question, where dumps are allowed.
func (c dumpCost) small() bool { return c.frames <= smallFrames && c.bytes < smallBytes }

// pauses is how many buffers are tried.
func (c dumpCost) pauses() int {
	n := 1
	for size := float64(firstBuffer); size <= c.bytes && size < lastBuffer; size *= 2 {
		n++
	}
	return n
}

func (c dumpCost) String() string {
	n := c.pauses()
	text := "a standstill of about " + roughly(float64(n)*c.frames*pausePerFrame.Seconds())
	if n > 1 {
		text += fmt.Sprintf(" in %d pauses", n)
	}
	return fmt.Sprintf("%s and %s of text, for %s with %s frames",
		text, mebibytes(min(c.bytes, lastBuffer)), claimed(rounded(c.goroutines)), grouped(rounded(c.frames)))
}

// grouped writes a count with a comma after each thousand.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// roughly writes a predicted time.
func roughly(seconds float64) string {
	switch {
	case seconds > longSeconds:
		return longText
	case seconds >= 1:
		return fmt.Sprintf("%.1f s", seconds)
	}
	return fmt.Sprintf("%.0f ms", max(1, 1000*seconds))
}

// mebibytes writes a predicted size.
func mebibytes(n float64) string { return fmt.Sprintf("%.1f MiB", max(0.1, n/(1<<20))) }

// rounded is a count as an integer, at most the largest.
func rounded(n float64) int64 {
	if n >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(n)
}

// duration is a time in nanoseconds, at most the longest there is: what is
// predicted from a count may be any time.
func duration(ns float64) time.Duration { return time.Duration(rounded(ns)) }
