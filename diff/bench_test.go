package diff_test

import (
	"fmt"
	"slices"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/fixtures/bench/inputs"
)

// syntheticPair is two heap profiles of a large service, of which one stack in
// ten differs.
func syntheticPair(b *testing.B, stacks int) (table *snapshot.Table, base, current *snapshot.Profile) {
	table = snapshot.NewTable()
	var profiles [2]*snapshot.Profile
	rawBase, rawCurrent := inputs.HeapPair(1, stacks)
	for i, raw := range [][]byte{rawBase, rawCurrent} {
		var err error
		if profiles[i], err = decode.Profile(raw, "synthetic", table, decode.DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
	return table, profiles[0], profiles[1]
}

// BenchmarkCompare lays two profiles side by side, which are decoded already.
func BenchmarkCompare(b *testing.B) {
	for _, stacks := range []int{1_000, 20_000, 100_000} {
		b.Run(fmt.Sprint(stacks, " stacks"), func(b *testing.B) {
			table, base, current := syntheticPair(b, stacks)
			b.ReportAllocs()
			for b.Loop() {
				diff.Compare(table, base, current)
			}
		})
	}
}

// BenchmarkRows makes the rows of each view of such a pair.
func BenchmarkRows(b *testing.B) {
	table, base, current := syntheticPair(b, 20_000)
	c := diff.Compare(table, base, current)
	column := c.DefaultColumn()
	b.Run("changed functions", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.ChangedFunctions(column)
		}
	})
	for name, view := range map[string]func() []diff.Row{
		"by stack":    func() []diff.Row { return c.ByStack(column, nil) },
		"by function": func() []diff.Row { return c.ByFunction(column) },
		"by package":  func() []diff.Row { return c.ByPackage(column) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				view()
			}
		})
	}
}

// BenchmarkLabelKeys adds up labels of which each request has one of its own.
func BenchmarkLabelKeys(b *testing.B) {
	table := snapshot.NewTable()
	sets := make([]diff.LabelCount, 100_000)
	for i := range sets {
		id := table.InternLabels([]snapshot.Label{{Key: "request_id", Value: fmt.Sprint("r", i)}, {Key: "route", Value: "/feed"}})
		sets[i] = diff.LabelCount{Labels: table.Labels(id), After: 1}
	}
	b.ReportAllocs()
	for b.Loop() {
		diff.LabelKeys(slices.Values(sets))
	}
}
