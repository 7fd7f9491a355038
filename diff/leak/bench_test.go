package leak_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// BenchmarkSnapshot takes in one more snapshot of 100,000 heap stacks and 2,000
// goroutine groups after a hundred and judges everything. One stack in ten
// changes each time, one in a thousand leaks, under five hundred handlers.
func BenchmarkSnapshot(b *testing.B) {
	const stacks, groups, snapshots = 100_000, 2_000, 100
	table := snapshot.NewTable()
	frame := func(format string, n int) snapshot.FrameID {
		name := fmt.Sprintf(format, n)
		return table.InternFrame(snapshot.Frame{Function: name, File: "/home/dev/a.go", Line: n%89 + 2, StartLine: 1})
	}
	below := []snapshot.FrameID{frame("net/http.HandlerFunc.ServeHTTP", 0), frame("net/http.(*conn).serve", 0)}
	var keys, waits []snapshot.Key
	var values, counts []int64
	for i := range stacks {
		ids := append([]snapshot.FrameID{frame("app/a.F%d", i), frame("app/b.F%d", i/8), frame("app/c.F%d", i/64), frame("app/h.Serve%d", i/200)}, below...)
		keys = append(keys, snapshot.Key{Stack: table.InternStack(ids), Size: 1024})
		values = append(values, 4096, 4<<20, 2048, 2<<20)
	}
	for i := range groups {
		waits = append(waits, snapshot.Key{Stack: table.InternStack([]snapshot.FrameID{frame("runtime.gopark", 0), frame("runtime.chanrecv", 0), frame("app/w.wait%d", i), frame("app/w.run%d", i)})})
		counts = append(counts, 4)
	}
	random := rand.New(rand.NewPCG(5, 6))
	next := func(seq int) snapshot.Event {
		values, counts = slices.Clone(values), slices.Clone(counts)
		for range stacks / 10 {
			v := values[4*random.IntN(stacks):][:4]
			moved := int64(random.IntN(3)-1) << 19
			v[1], v[3] = v[1]+max(moved, 0), max(v[3]+moved, 0)
		}
		for i := 0; i < stacks; i += 1000 {
			v := values[4*i:][:4]
			v[1], v[3] = v[1]+1<<19, v[3]+1<<19
		}
		for i := range groups / 10 {
			counts[i*10] = int64(random.IntN(8))
		}
		heap := &snapshot.Profile{Kind: snapshot.Heap, Period: 512 << 10, Keys: keys, Values: values, Types: []snapshot.SampleType{
			{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"}, {Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}}}
		goroutines := &snapshot.Profile{Kind: snapshot.Goroutine, Keys: waits, Values: counts, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}}
		shot := &snapshot.Snapshot{Seq: seq, Time: noon.Add(time.Duration(seq) * 15 * time.Second), Advanced: true, Heap: heap, Goroutines: goroutines}
		shot.Vitals.Set(snapshot.NextGC, 400<<30+int64(random.IntN(1<<30))) // a level goal, which each growth is compared with
		return snapshot.Taken{Snapshot: shot}
	}
	handlers, err := handler.New(table, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	j := leak.NewJudge(leak.Config{Table: table, Handlers: handlers})
	for seq := range snapshots {
		j.Apply(next(seq + 1))
	}
	seq := snapshots
	for b.Loop() {
		b.StopTimer()
		seq++
		e := next(seq)
		b.StartTimer()
		j.Apply(e)
		j.Result()
	}
	b.ReportMetric(float64(len(j.Result().Findings)), "findings")
}
