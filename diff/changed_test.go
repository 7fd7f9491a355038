package diff_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// TestChangedFunctionsAreThoseOfByFunction compares the short way with the long
// one, on random stacks: recursive ones, empty ones, such as did not change or
// have nothing in the column, and values whose sums saturate.
func TestChangedFunctionsAreThoseOfByFunction(t *testing.T) {
	for _, largest := range []int64{3, 1000, math.MaxInt64} {
		for seed := range uint64(60) {
			rng := rand.New(rand.NewPCG(seed, uint64(largest)))
			tab := snapshot.NewTable()
			c := diff.Compare(tab, arbitraryHeap(rng, tab, largest), arbitraryHeap(rng, tab, largest))
			for column := range c.Types {
				got, want := c.ChangedFunctions(column), changedByFunction(c, column)
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("values to %d, seed %d, %s: got\n%+v\nwant\n%+v", largest, seed, c.Types[column].Name, got, want)
				}
			}
		}
	}
}

func arbitraryHeap(rng *rand.Rand, tab *snapshot.Table, largest int64) *snapshot.Profile {
	var samples []sample
	for i := range 12 {
		var stack []string
		for range rng.IntN(6) {
			stack = append(stack, fmt.Sprintf("a.f%d", rng.IntN(8)))
		}
		values := []int64{int64(i), int64(8 * i), int64(i), int64(8 * i)}
		if i%2 == 0 {
			for j := range values {
				values[j] = max(0, rng.Int64N(largest)-largest/4)
			}
		}
		if i == 4 && largest == math.MaxInt64 {
			values[3] = math.MinInt64
		}
		samples = append(samples, sample{stack: strings.Join(stack, " "), size: 8 * int64(1+i%2), values: values})
	}
	return heap(tab, samples...)
}

// changedByFunction is what ChangedFunctions gives, made of all rows.
func changedByFunction(c *diff.Comparison, column int) diff.FunctionChanges {
	rows := c.ByFunction(column)
	out := diff.FunctionChanges{Total: c.Total(column), Functions: len(rows)}
	for _, r := range rows {
		if r.Flat.Delta != 0 || r.Cum.Delta != 0 {
			out.Rows = append(out.Rows, diff.FunctionChange{Name: r.Name, Flat: r.Flat, CumDelta: r.Cum.Delta, Status: r.Status})
		}
	}
	slices.SortFunc(out.Rows, func(a, b diff.FunctionChange) int {
		return cmp.Or(cmp.Compare(magnitude(b.Flat.Delta), magnitude(a.Flat.Delta)), strings.Compare(a.Name, b.Name))
	})
	return out
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
