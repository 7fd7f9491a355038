package leak

import (
	"fmt"

	"leaktop/capture/snapshot"
)

// How much of the heap must be idle to be told.
const (
	leastIdle = 16 << 20
	shareIdle = 0.2 // of what the runtime has obtained and not returned
)

// IdleHeap is heap that holds nothing and that the runtime has not returned to the
// system, by its own figures; the zero Fact where that is not much or not known. It is
// the commonest answer to why a process takes so much more memory than its heap
// profile shows: HeapIdle less HeapReleased of runtime.MemStats, of which HeapIdle is
// HeapSys less HeapInuse.
func IdleHeap(v *snapshot.Vitals) Fact {
	sys, knowsSys := v.Get(snapshot.HeapSys)
	inuse, knowsInuse := v.Get(snapshot.HeapInuse)
	released, knowsReleased := v.Get(snapshot.HeapReleased)
	idle := sys - inuse - released
	if !knowsSys || !knowsInuse || !knowsReleased || idle < leastIdle || float64(idle) < shareIdle*float64(sys-released) {
		return Fact{}
	}
	f := Fact{Kind: IdleNotReturned}.With("idle", float64(idle), Bytes).With("in-use", float64(inuse), Bytes)
	if rss, known := v.Get(snapshot.RSS); known {
		f = f.With("rss", float64(rss), Bytes)
	}
	return f
}

// idle is that of the newest point which tells it.
func (c *curves) idle() Fact {
	for i := len(c.points) - 1; i >= 0; i-- {
		if _, known := c.points[i].Get(snapshot.HeapSys); known {
			return IdleHeap(&c.points[i])
		}
	}
	return Fact{}
}

// idle is the fact in words.
func (f Fact) idle() string {
	text := fmt.Sprintf("%s of the heap is idle and not returned to the system, besides %s in use", f.bytes("idle"), f.bytes("in-use"))
	if _, known := f.Value("rss"); known {
		text += " and an RSS of " + f.bytes("rss")
	}
	return text + ": the system charges the process for it, and no profile shows it; the runtime returns it bit by bit, or at once with debug.FreeOSMemory()"
}
