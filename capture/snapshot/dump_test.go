package snapshot

import (
	"slices"
	"testing"
)

// What the runtime prints of a stack, and what it leaves out.
func TestDumpedStacks(t *testing.T) {
	for _, test := range []struct {
		name      string
		functions []string // leaf first
		want      []string
	}{
		{
			"the runtime's own frames",
			[]string{"runtime.gopark", "runtime.chansend", "runtime.chansend1", "main.wait", "main.main", "runtime.main"},
			[]string{"main.wait", "main.main"},
		},
		{
			"what other packages borrow of the runtime stays",
			[]string{"runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait", "runtime/pprof.writeGoroutine"},
			[]string{"internal/poll.runtime_pollWait", "runtime/pprof.writeGoroutine"},
		},
		{
			"exported functions and methods",
			[]string{"runtime.mcall", "runtime.Gosched", "runtime.(*Func).Name", "runtime.(*mheap).Free", "runtime.Frames.Next", "main.f"},
			[]string{"runtime.Gosched", "runtime.(*Func).Name", "runtime.Frames.Next", "main.f"},
		},
		{
			"a panic between a deferred call and what it broke off",
			[]string{"main.cleanUp", "runtime.gopanic", "main.f"},
			[]string{"main.cleanUp", "runtime.gopanic", "main.f"},
		},
		{"a panic at the leaf", []string{"runtime.gopanic", "main.f"}, []string{"main.f"}},
		{"the one that runs finalizers", []string{"runtime.gopark", "runtime.runFinalizers"}, []string{"runtime.runFinalizers"}},
		{"closures of the runtime", []string{"runtime.main.func2", "main.f"}, []string{"main.f"}},
		{"nothing but the runtime", []string{"runtime.gopark", "runtime.bgsweep"}, []string{"runtime.gopark", "runtime.bgsweep"}},
		{"no frames", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := NewTable()
			var frames []Frame
			for i, f := range test.functions {
				at := frame(f, 20+i)
				at.Inlined = i == 0
				frames = append(frames, at)
			}
			var got []string
			for f := range table.Frames(table.Dumped(table.intern(frames...))) {
				i := slices.Index(test.functions, f.Function)
				if want := (Frame{Function: f.Function, File: f.Function + ".go", Line: 20 + i}); f != want {
					t.Errorf("frame %+v, want %+v", f, want)
				}
				got = append(got, f.Function)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("a dump shows %q, want %q", got, test.want)
			}
		})
	}
}

func TestDumpsAreBounded(t *testing.T) {
	const each = maxDumps / 3
	h := NewHistory(NewTable())
	for seq := range 5 {
		n := each / (&Dump{Goroutines: make([]DumpedGoroutine, 1)}).size()
		h.Apply(Taken{&Snapshot{Seq: seq + 1, Dump: &Dump{Goroutines: make([]DumpedGoroutine, n)}}})
	}
	var kept []int
	for _, s := range h.Snapshots() {
		if s.Dump != nil {
			kept = append(kept, s.Seq)
		}
	}
	if !slices.Equal(kept, []int{3, 4, 5}) {
		t.Errorf("the dumps of %v are kept, want those of 3, 4 and 5", kept)
	}
}
