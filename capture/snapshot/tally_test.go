package snapshot

import "testing"

func TestTally(t *testing.T) {
	const heap, goroutines, counts = 1, 2, 4
	for _, test := range []struct {
		name  string
		shots []int
		want  int
	}{
		{"none", nil, 0},
		{"all there is", []int{heap | goroutines | counts, heap | goroutines | counts}, 2},
		{"no goroutines to be had", []int{heap | counts, heap | counts, counts}, 2},
		{"no heap to be had", []int{goroutines | counts, counts, goroutines | counts}, 2},
		{"one is missing", []int{heap | counts, heap | goroutines | counts, goroutines | counts}, 1},
		{"one is missing in all that count", []int{heap | counts, heap | counts, heap | goroutines}, 0},
		{"nothing at all", []int{counts, counts}, 0},
	} {
		var tally Tally
		for _, s := range test.shots {
			tally.Add(s&heap > 0, s&goroutines > 0, s&counts > 0)
		}
		if got := tally.Whole(); got != test.want {
			t.Errorf("%s: %d are whole, want %d", test.name, got, test.want)
		}
	}
}
