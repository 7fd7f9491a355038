package tui

import (
	"fmt"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// manyStacks is a program on Heap with n stacks, each of which changed.
func manyStacks(b *testing.B, n int) *program {
	p := newProgram(b)
	p.resize(200, 50)
	types := heapTypes()
	for seq := 1; seq <= 8; seq++ {
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
			build := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: types, DefaultType: -1, Period: 524288})
			for i := range n {
				leaf := p.story.table.InternFrame(snapshot.Frame{Function: fmt.Sprintf("example.com/orders/p%d.(*T).Method%d", i%97, i), File: fmt.Sprintf("/home/dev/orders/p%d/f.go", i%97), Line: i, StartLine: 1})
				middle := p.story.table.InternFrame(snapshot.Frame{Function: fmt.Sprintf("example.com/orders/q%d.Call", i%500), File: "/home/dev/orders/q/q.go", Line: 7, StartLine: 1})
				root := p.story.table.InternFrame(snapshot.Frame{Function: "net/http.(*conn).serve", File: "/usr/local/go/src/net/http/server.go", Line: 2109, StartLine: 2000})
				count := int64(10 + seq*(i%7))
				build.Add(snapshot.Key{Stack: p.story.table.InternStack([]snapshot.FrameID{leaf, middle, root}), Size: 4096}, []int64{count, count * 4096, count, count * 4096})
			}
			s.Heap = build.Profile()
		}))
	}
	return p.press("2")
}

// One key press on Heap with 20,000 stacks: the selection moves and all is drawn anew.
func BenchmarkKeyPress(b *testing.B) {
	p := manyStacks(b, 20_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		key := "down"
		if i%1000 == 999 {
			key = "home"
		}
		p.Update(keyPress(key))
		p.View()
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

// A snapshot of 20,000 stacks arrives while Heap is on screen.
func BenchmarkSnapshot(b *testing.B) {
	p := manyStacks(b, 20_000)
	heap := p.data.history.Profile(p.data.history.Newest(), snapshot.Heap)
	seq := 8
	for b.Loop() {
		seq++
		p.Update(eventsMsg{p.story.takenWith(seq, func(s *snapshot.Snapshot) { s.Heap = heap })})
		p.View()
	}
}

// A point of the curves arrives while Overview is on screen.
func BenchmarkVitals(b *testing.B) {
	p := told(b, 200, 50)
	b.ReportAllocs()
	for b.Loop() {
		p.now = p.now.Add(time.Second)
		p.Update(eventsMsg{snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)}})
		p.View()
	}
}

// Sorting 20,000 stacks by each column in turn.
func BenchmarkSort(b *testing.B) {
	p := manyStacks(b, 20_000)
	for b.Loop() {
		p.Update(keyPress("o"))
		p.View()
	}
}
