package trend_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// A large program: 100,000 stacks over 100 snapshots, of which each changes one
// in ten. One in a hundred of those that change leaks.
const (
	benchStacks    = 100_000
	benchSnapshots = 100
)

// busyStacks makes profiles one after another.
type busyStacks struct {
	table  *snapshot.Table
	random *rand.Rand
	keys   []snapshot.Key
	values []int64
	leaks  int // of the stacks that change at each snapshot
}

func newBusyStacks(leaks int) *busyStacks {
	b := &busyStacks{table: snapshot.NewTable(), random: rand.New(rand.NewPCG(3, 4)), leaks: leaks}
	root := b.table.InternFrame(snapshot.Frame{Function: "main.main", File: "/src/main.go", Line: 9})
	for i := range benchStacks {
		frames := []snapshot.FrameID{root}
		for depth := range 8 {
			f := snapshot.Frame{Function: fmt.Sprintf("example.com/app/p%d.F%d", depth, i>>(2*depth)), File: "/src/a.go", Line: i % 97}
			frames = append([]snapshot.FrameID{b.table.InternFrame(f)}, frames...)
		}
		b.keys = append(b.keys, snapshot.Key{Stack: b.table.InternStack(frames), Size: 64 << (i % 8)})
		live := int64(1+b.random.IntN(20)) * samplingRate
		objects := live / b.keys[i].Size
		b.values = append(b.values, objects*3, live*3, objects, live)
	}
	return b
}

// next changes one stack in ten, at random, and the leaks.
func (b *busyStacks) next(seq int) *snapshot.Snapshot {
	b.values = append([]int64(nil), b.values...)
	change := func(i int, leaks bool) {
		size := b.keys[i].Size
		allocated := int64(b.random.IntN(3)) * samplingRate
		freed := min(int64(b.random.IntN(3))*samplingRate, b.values[4*i+3])
		if leaks {
			allocated, freed = samplingRate+allocated, 0
		}
		v := b.values[4*i : 4*i+4]
		v[1] += allocated
		v[3] += allocated - freed
		v[0], v[2] = v[1]/size, v[3]/size
	}
	for range benchStacks/10 - b.leaks {
		change(b.leaks+b.random.IntN(benchStacks-b.leaks), false)
	}
	for i := range b.leaks {
		change(i, true)
	}
	return &snapshot.Snapshot{
		Seq: seq, Time: start.Add(seconds(float64(seq) * 15)), Advanced: true,
		Heap: &snapshot.Profile{
			Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: samplingRate, Keys: b.keys, Values: b.values,
		},
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkSnapshot takes in one more snapshot after a hundred and weighs what
// grew. It reports the bytes that the observer keeps for each stack, besides
// the first and the newest profile, which the history keeps too.
func BenchmarkSnapshot(b *testing.B) {
	for _, c := range []struct {
		name  string
		leaks int
	}{
		{"one in a hundred of the changing leaks", benchStacks / 1000},
		{"all of the changing leak", benchStacks / 10},
	} {
		b.Run(c.name, func(b *testing.B) {
			made := newBusyStacks(c.leaks)
			o := trend.NewObserver(made.table, 0)
			seq := 0
			before := heapInUse()
			for ; seq < benchSnapshots; seq++ {
				o.Add(made.next(seq))
			}
			kept := heapInUse() - before
			profiles := 2 * uint64(len(made.values)) * 8 // the keys are shared
			var found int
			for b.Loop() {
				b.StopTimer()
				next := made.next(seq)
				seq++
				b.StartTimer()
				o.Add(next)
				found = 0
				records, _ := o.Renew(nil, nil)
				for _, r := range records {
					if r.Births-r.Deaths > 5 && o.Factor([]trend.RecordID{r.ID}, 12) > 12 {
						found++
					}
				}
			}
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(float64(kept-profiles)/benchStacks, "B/stack")
			runtime.KeepAlive(made)
		})
	}
}
