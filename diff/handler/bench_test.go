package handler_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

// service returns the profile of a large service: n stacks of 15 to 35 frames
// out of some 12,000, nine in ten under one of 200 handlers.
func service(table *snapshot.Table, n int, live int64) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: 524288})
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		handler := random.IntN(200)
		stack := []string{"net/http.(*conn).serve net/http/server.go:1887:2067", serve, mux, handle,
			"example.com/shop/mw.Log.func1 example.com/shop/mw/log.go:10:14", handle,
			fmt.Sprintf("example.com/shop/api.(*API).Handle%d example.com/shop/api/api.go:%d:%d", handler, handler*40, handler*40+random.IntN(9))}
		if i%10 == 0 {
			stack = []string{fmt.Sprintf("example.com/shop/jobs.(*Job%d).run example.com/shop/jobs/jobs.go:1:%d", random.IntN(40), random.IntN(9))}
		}
		for depth := range 8 + random.IntN(20) {
			callee := random.IntN(60) // of as many as share a depth
			stack = append(stack, fmt.Sprintf("example.com/shop/store%d.(*Store).Step%d example.com/shop/store/s.go:%d:%d", depth, callee, callee*40, callee*40+random.IntN(7)))
		}
		b.Add(snapshot.Key{Stack: intern(table, stack), Size: 64}, []int64{2 * live, 128 * live, live, 64 * live})
	}
	return b.Profile()
}

func BenchmarkFinder(b *testing.B) {
	table := snapshot.NewTable()
	p := service(table, 100_000, 100)
	_, nodes := table.Size()
	frames, _ := table.Size()
	b.Logf("%d stacks, %d frames, %d nodes", len(p.Keys), frames, nodes)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			f, _ := handler.New(table, nil, nil)
			f.Observe(p)
			for _, k := range p.Keys {
				f.Of(k.Stack)
			}
		}
	})
	b.Run("warm", func(b *testing.B) {
		f, _ := handler.New(table, nil, nil)
		f.Observe(p)
		b.ReportAllocs()
		for b.Loop() {
			f.Observe(p)
			for _, k := range p.Keys {
				f.Of(k.Stack)
			}
		}
	})
}

func BenchmarkTotals(b *testing.B) {
	table := snapshot.NewTable()
	c := diff.Compare(table, service(table, 100_000, 100), service(table, 100_000, 110))
	f, _ := handler.New(table, nil, nil)
	f.Observe(c.Current)
	for b.Loop() {
		handler.Totals(c, nil, time.Second, f)
	}
}
