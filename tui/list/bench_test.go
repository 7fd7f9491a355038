package list

import "testing"

// One key press in the largest list: the selection moves and all is drawn anew.
func BenchmarkKeyPress(b *testing.B) {
	l := newList(numbered(100_000))
	l.SortBy(2)
	l.Render(200, 50)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%1000 == 999 {
			l.Home()
		}
		l.Move(1)
		l.Render(200, 50)
	}
}

func BenchmarkSort(b *testing.B) {
	l := newList(numbered(100_000))
	l.Render(200, 50)
	for b.Loop() {
		l.NextSort()
	}
}

func BenchmarkSetRowsSorted(b *testing.B) {
	rows := numbered(100_000)
	l := newList(rows)
	l.SortBy(2)
	l.Render(200, 50)
	for b.Loop() {
		l.SetRows(rows)
	}
}

func BenchmarkFilter(b *testing.B) {
	l := newList(numbered(100_000))
	l.Render(200, 50)
	filter, err := ParseFilter("f0+1.*go")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l.SetFilter(Filter{})
		l.SetFilter(filter)
	}
}
