package snapshot

import (
	"math"
	"slices"
	"testing"
)

func types(names ...string) []SampleType {
	var ts []SampleType
	for _, n := range names {
		unit := "count"
		if n == "rss" || n == "space" || n == "total_bytes" || n == "inuse_space" || n == "alloc_space" {
			unit = "bytes"
		}
		ts = append(ts, SampleType{Name: n, Unit: unit})
	}
	return ts
}

func TestColumnsOfAnyLanguage(t *testing.T) {
	tests := []struct {
		name  string
		types []SampleType
		want  Columns
		order []int
	}{
		{"Go heap", types("alloc_objects", "alloc_space", "inuse_objects", "inuse_space"), Columns{3, 2, 1, 0}, []int{3, 2, 1, 0}},
		{"Rust jemalloc_pprof", types("inuse_space"), Columns{0, -1, -1, -1}, []int{0}},
		{"Node", types("objects", "space"), Columns{1, 0, -1, -1}, []int{1, 0}},
		{"cumulative only", types("alloc_objects", "alloc_space"), Columns{-1, -1, 1, 0}, []int{1, 0}},
		{"another type in bytes", types("count", "total_bytes", "rss"), Columns{2, -1, -1, -1}, []int{2, 0, 1}},
		{"pprof-rs", types("cpu"), Columns{-1, -1, -1, -1}, []int{0}},
		{"nothing", nil, Columns{-1, -1, -1, -1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &Profile{Types: tt.types}
			if got := p.Columns(); got != tt.want {
				t.Errorf("Columns = %+v, want %+v", got, tt.want)
			}
			if got := p.Order(); !slices.Equal(got, tt.order) {
				t.Errorf("Order = %v, want %v", got, tt.order)
			}
		})
	}
}

func TestBuilderSortsAndAddsUp(t *testing.T) {
	b := NewBuilder(Profile{Types: types("inuse_objects", "inuse_space")})
	b.Add(Key{Stack: 2, Size: 64}, []int64{1, 64})
	b.Add(Key{Stack: 1, Size: 32}, []int64{2, 64, 999})
	b.Add(Key{Stack: 2, Size: 16}, []int64{4})
	b.Add(Key{Stack: 2, Size: 64}, []int64{1, math.MaxInt64})
	p := b.Profile()
	wantKeys := []Key{{Stack: 1, Size: 32}, {Stack: 2, Size: 16}, {Stack: 2, Size: 64}}
	if !slices.Equal(p.Keys, wantKeys) {
		t.Errorf("keys = %v, want %v", p.Keys, wantKeys)
	}
	if want := []int64{2, 64, 4, 0, 2, math.MaxInt64}; !slices.Equal(p.Values, want) {
		t.Errorf("values = %v, want %v", p.Values, want)
	}
	if got := p.Total(0); got != 8 {
		t.Errorf("objects add up to %d, want 8", got)
	}
	if got := p.Total(1); got != math.MaxInt64 {
		t.Errorf("bytes add up to %d, want them held at the bound", got)
	}
	if got := p.Total(7); got != 0 {
		t.Errorf("a column that is not there adds up to %d", got)
	}
}

func TestSaturation(t *testing.T) {
	const top, bottom = math.MaxInt64, math.MinInt64
	for _, tt := range []struct{ a, b, sum, diff int64 }{
		{1, 2, 3, -1},
		{top, 1, top, top - 1},
		{bottom, -1, bottom, bottom + 1},
		{bottom, 1, bottom + 1, bottom},
		{1 << 62, 1 << 62, top, 0},
		{0, bottom, bottom, top},
		{bottom, bottom, bottom, 0},
	} {
		if got := AddSaturating(tt.a, tt.b); got != tt.sum {
			t.Errorf("%d + %d = %d, want %d", tt.a, tt.b, got, tt.sum)
		}
		if got := SubSaturating(tt.a, tt.b); got != tt.diff {
			t.Errorf("%d - %d = %d, want %d", tt.a, tt.b, got, tt.diff)
		}
	}
}
