package snapshot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// TestBatchEqualsInternStack puts random stacks of random parts together both
// ways: small and large frame ids, parts that fit into eight bytes and longer ones.
func TestBatchEqualsInternStack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, frames := range []int{5, 1000, 70_000} {
		t.Run(fmt.Sprint(frames, " frames"), func(t *testing.T) {
			table, other := NewTable(), NewTable()
			for i := range frames {
				f := Frame{Function: "f", Line: i}
				if table.InternFrame(f) != other.InternFrame(f) {
					t.Fatal("two tables give other ids")
				}
			}
			parts := make([][]FrameID, 300)
			batch := table.NewBatch(len(parts), 10)
			for i := range parts {
				for range rng.IntN(9) {
					parts[i] = append(parts[i], FrameID(1+rng.IntN(frames)))
				}
				if got := batch.Part(parts[i]); got != Part(i) {
					t.Fatalf("part %d is the %dth", got, i)
				}
			}
			var stacks [][]FrameID
			var got []StackID
			for i := range 2000 {
				var stack []FrameID
				var of []Part
				for range rng.IntN(6) {
					at := rng.IntN(len(parts))
					stack = append(stack, parts[at]...)
					of = append(of, Part(at))
				}
				if n, _ := batch.Add(of, len(stack)); n != len(stack) {
					t.Fatalf("%d frames, want %d", n, len(stack))
				}
				stacks = append(stacks, stack)
				if i%70 == 0 {
					got = batch.Intern(got)
				}
			}
			got = batch.Intern(got)
			for i, stack := range stacks {
				if want := other.InternStack(stack); got[i] != want {
					t.Fatalf("stack %d has id %d, want %d", i, got[i], want)
				}
				if again := table.InternStack(stack); again != got[i] {
					t.Fatalf("interned again stack %d has id %d, want %d", i, again, got[i])
				}
				if back := table.AppendFrameIDs(nil, got[i]); !slices.Equal(back, stack) {
					t.Fatalf("stack %d reads back as %d, want %d", i, back, stack)
				}
			}
		})
	}
}

// TestOneHashIsNotOneStack gives a stack the hash of another one, and the slot
// that is looked at first: they are told apart by their frames all the same.
func TestOneHashIsNotOneStack(t *testing.T) {
	table := NewTable()
	a, b := table.InternStack([]FrameID{1, 2}), table.InternStack([]FrameID{2, 1})
	clear(table.byStack)
	hash, last := table.hash(table.codeOf(a)), uint32(len(table.byStack)-1)
	table.byStack[hash&last] = slot{hash: hash, id: uint32(b)}
	table.byStack[(hash+1)&last] = slot{hash: hash, id: uint32(a)}
	if got := table.InternStack([]FrameID{1, 2}); got != a {
		t.Errorf("id %d, want %d: a stack was taken for another with its hash", got, a)
	}
}

func TestBatchesFromManyGoroutines(t *testing.T) {
	table := NewTable()
	frames := make([]FrameID, 100)
	for i := range frames {
		frames[i] = table.InternFrame(Frame{Function: "f", Line: i + 1})
	}
	ids := make([][]StackID, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			b := table.NewBatch(len(frames), 0)
			for _, f := range frames {
				b.Add([]Part{b.Part([]FrameID{f})}, 1)
			}
			ids[i] = b.Intern(nil)
		})
	}
	wg.Wait()
	for _, got := range ids {
		if !slices.Equal(got, ids[0]) {
			t.Fatalf("%d and %d for the same stacks", got, ids[0])
		}
	}
	if _, stacks := table.Size(); stacks != len(frames) {
		t.Errorf("%d stacks, want %d", stacks, len(frames))
	}
}

// BenchmarkBatch interns 20,000 stacks of 20 parts: into an empty table, and
// into one that knows them.
func BenchmarkBatch(b *testing.B) {
	fill := func(table *Table, ids []StackID) []StackID {
		batch := table.NewBatch(2000, 20_000)
		for i := range 2000 {
			batch.Part([]FrameID{FrameID(i + 1)})
		}
		var stack [20]Part
		for i := range 20_000 {
			for depth := range stack {
				stack[depth] = Part((depth*100 + i/(depth+1)) % 2000)
			}
			if _, bytes := batch.Add(stack[:], len(stack)); bytes > 1<<15 {
				ids = batch.Intern(ids)
			}
		}
		return batch.Intern(ids)
	}
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fill(NewTable(), nil)
		}
	})
	b.Run("known", func(b *testing.B) {
		table := NewTable()
		ids := fill(table, nil)
		b.ReportAllocs()
		for b.Loop() {
			ids = fill(table, ids[:0])
		}
	})
}
