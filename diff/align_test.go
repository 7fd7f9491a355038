package diff

import (
	"fmt"
	"testing"
)

// Lines of one function before and after an edit. Each calls something, a letter.
func TestAlign(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after []int
		calls, now    string
		want          []int // index in after, -1 for none
	}{
		{"nothing moved", []int{3, 5}, []int{3, 5}, "aa", "aa", []int{0, 1}},
		{"all moved alike, onto each other's places", []int{3, 5}, []int{5, 7}, "aa", "aa", []int{0, 1}},
		{"a line was put in between", []int{3, 5}, []int{3, 9}, "aa", "aa", []int{0, 1}},
		{"one more at the end", []int{3, 5}, []int{3, 5, 8}, "aa", "aaa", []int{0, 1}},
		{"one more at the start, which moves the others", []int{20, 30}, []int{20, 24, 34}, "aa", "aaa", []int{1, 2}},
		{"one less", []int{3, 5, 8}, []int{3, 8}, "aaa", "aa", []int{0, -1, 1}},
		{"another call in between", []int{3, 5}, []int{3, 4, 6}, "ab", "acb", []int{0, 2}},
		{"two calls on one line", []int{5, 5, 9}, []int{7, 7, 11}, "aba", "aba", []int{0, 1, 2}},
		{"never crosswise", []int{3, 5}, []int{3, 5}, "ab", "ba", []int{-1, 0}},
		{"nothing alike", []int{3}, []int{3}, "a", "b", []int{-1}},
		{"nothing before", nil, []int{3}, "", "a", []int{}},
		{"nothing after", []int{3}, nil, "a", "", []int{-1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := align(c.before, c.after, moving{1, 0.5}, func(i, j int) float64 {
				if c.calls[i] != c.now[j] {
					return 0
				}
				return 2
			})
			if c.name == "never crosswise" { // either one of the two will do
				if got[0] == 1 && got[1] == 0 {
					t.Errorf("got %v, which crosses", got)
				}
				return
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if align(make([]int, 1<<10), make([]int, 1<<10), moving{}, nil) != nil {
		t.Error("too many places were compared one by one")
	}
}

// Whatever is aligned, no pair crosses another and none is of what does not fit.
func FuzzAlign(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{2, 3, 4})
	f.Add([]byte{}, []byte{0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		places := func(steps []byte) []int {
			out, at := make([]int, len(steps)), 0
			for i, s := range steps {
				at += int(s >> 2)
				out[i] = at
			}
			return out
		}
		fits := func(i, j int) bool { return a[i]&3 == b[j]&3 }
		got := align(places(a), places(b), moving{1, 0.5}, func(i, j int) float64 {
			if !fits(i, j) {
				return 0
			}
			return 2
		})
		last := -1
		for i, j := range got {
			if j < 0 {
				continue
			}
			if j <= last || !fits(i, j) {
				t.Fatalf("%v: pair %d–%d crosses or does not fit", got, i, j)
			}
			last = j
		}
	})
}
