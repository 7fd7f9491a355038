package tui

import (
	"fmt"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// many is how many rows the largest services have.
const many = 100_000

// manyStacks are n stacks of 24 frames, as those of a service with a router,
// handlers and a store: from the root on they part more and more. No two have
// the same leaf, and they are in no order.
func manyStacks(t *snapshot.Table, n int) []snapshot.StackID {
	frame := func(f string, args ...any) snapshot.FrameID {
		function := fmt.Sprintf(f, args...)
		return t.InternFrame(snapshot.Frame{Function: "example.com/orders/" + function, File: "/home/dev/orders/" + function + ".go", Line: 7, StartLine: 1})
	}
	serve := t.InternFrame(snapshot.Frame{Function: "net/http.(*conn).serve", File: "/usr/local/go/src/net/http/server.go", Line: 2109, StartLine: 2000})
	stacks := make([]snapshot.StackID, n)
	for i := range stacks {
		at := i * 7919 % n // in no order
		frames := []snapshot.FrameID{frame("p%d.(*T).Method%d", at%97, at)}
		for depth := range 21 {
			ways := 40 << (max(0, 21-depth) / 2) // ever less towards the root
			frames = append(frames, frame("q%d.Call%d", depth, at%ways))
		}
		frames = append(frames, frame("api.(*Router).ServeHTTP"), serve)
		stacks[i] = t.InternStack(frames)
	}
	return stacks
}

// noise is a number below n that is the same for the same arguments, and looks
// like none of them.
func noise(n int64, of ...int) int64 {
	h := uint64(14695981039346656037)
	for _, v := range of {
		h = (h ^ uint64(v)) * 1099511628211
		h ^= h >> 29
	}
	return int64(h>>1) % n
}

// big is a program that was told of n heap stacks and n goroutine groups, in two
// snapshots between which a tenth of them changed.
func big(b testing.TB, n int) *program {
	p := newProgram(b)
	p.resize(200, 50)
	stacks := manyStacks(p.story.table, n)
	for seq := 1; seq <= 2; seq++ {
		heap := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes(), DefaultType: -1, Period: 524288})
		routines := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1})
		for i, id := range stacks {
			count, size := 1+noise(500, i), int64(16)<<noise(9, i, 1)
			if i%10 == 0 {
				count += int64(seq) * noise(90, i, 2)
			}
			heap.Add(snapshot.Key{Stack: id, Size: size}, []int64{2 * count, 2 * count * size, count, count * size})
			routines.Add(snapshot.Key{Stack: id}, []int64{count})
		}
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) { s.Heap, s.Goroutines = heap.Profile(), routines.Profile() }))
	}
	return p
}

// Key presses on the screens with 100,000 rows, at 200×50: from the key to the
// new picture, and what the picture takes on the wire. What takes longer than a
// frame comes in later; here is what a person waits for.
func BenchmarkKey(b *testing.B) {
	p := big(b, many)
	for _, screen := range []struct {
		name string
		keys []string
	}{
		{"heap by stack", []string{"2"}},
		{"heap by function", []string{"v"}},
		{"heap by package", []string{"v"}},
		{"heap by handler", []string{"v"}},
		{"heap as tree", []string{"v"}},
		{"heap as flame graph", []string{"v"}},
		{"goroutines", []string{"3"}},
		{"overview", []string{"1"}},
	} {
		p.press(screen.keys...)
		for _, move := range []struct {
			name string
			keys []string
		}{
			{"line", []string{"down"}},
			{"page", []string{"pgdown"}},
			{"ends", []string{"G", "home"}},
		} {
			b.Run(screen.name+"/"+move.name, func(b *testing.B) {
				w := newWire(200, 50)
				p.press("home")
				for range 60 {
					p.press("down") // from there on a line scrolls
				}
				w.draw(p.View())
				bytes, most := 0, 0
				b.ReportAllocs()
				before := cpuTime()
				for i := 0; b.Loop(); i++ {
					p.Update(keyPress(move.keys[i%len(move.keys)]))
					n := w.draw(p.View())
					bytes, most = bytes+n, max(most, n)
				}
				b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(bytes)/float64(b.N), "wire-B/op")
				b.ReportMetric(float64(most), "most-B")
			})
		}
	}
}

// Bubble Tea calls View for every message, also where nothing changed.
func BenchmarkViewUnchanged(b *testing.B) {
	for name, to := range map[string]string{"heap": "2", "overview": "1", "goroutines": "3", "handlers": "4", "snapshots": "5"} {
		b.Run(name, func(b *testing.B) {
			p := told(b, 200, 50).press(to)
			b.ReportAllocs()
			for b.Loop() {
				p.View()
			}
		})
	}
}

// A second passes: the countdown changes, and nothing else.
func BenchmarkTick(b *testing.B) {
	for name, to := range map[string]string{"heap": "2", "overview": "1"} {
		b.Run(name, func(b *testing.B) {
			p, w := told(b, 200, 50).press(to), newWire(200, 50)
			w.draw(p.View())
			bytes := 0
			for i := 0; b.Loop(); i++ {
				p.now = storyEnd.Add(time.Duration(i%10) * time.Second)
				p.Update(tickMsg{})
				bytes += w.draw(p.View())
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "wire-B/op")
		})
	}
}

// A point of the curves arrives while Overview is on screen.
func BenchmarkVitals(b *testing.B) {
	p, w := told(b, 200, 50), newWire(200, 50)
	w.draw(p.View())
	bytes := 0
	b.ReportAllocs()
	for b.Loop() {
		p.now = p.now.Add(time.Second)
		p.tell(snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)})
		bytes += w.draw(p.View())
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "wire-B/op")
}

// What is worked out beside the update loop: 100,000 stacks are sorted by each
// column in turn, filtered, grouped, and a snapshot of them arrives.
func BenchmarkWork(b *testing.B) {
	p := big(b, many).press("2")
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			p.press("o")
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			p.press("/").enter("9").press("esc")
		}
	})
	for _, by := range []grouping{byFunction, byPackage, byHandler, asTree, asFlame, byStack} {
		b.Run(by.String(), func(b *testing.B) {
			for b.Loop() {
				h := p.screens[viewHeap].(*heapScreen)
				h.want.by, h.made = by, madeOf{}
				p.version++
				p.send(nil)
			}
		})
	}
	b.Run("snapshot", func(b *testing.B) {
		h := p.data.history
		heap, routines := h.Profile(h.Newest(), snapshot.Heap), h.Profile(h.Newest(), snapshot.Goroutine)
		for seq := h.Newest().Seq + 1; b.Loop(); seq++ {
			p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) { s.Heap, s.Goroutines = heap, routines }))
		}
	})
}
