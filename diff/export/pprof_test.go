package export_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

func TestPprofProfile(t *testing.T) {
	raw := write(t, func(w *bytes.Buffer) error { return export.Pprof(w, growing().Heap) })
	p, err := profile.ParseData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Error(err)
	}
	if want := baseTime.Add(time.Minute).UnixNano(); p.TimeNanos != want || p.DurationNanos != 0 {
		t.Errorf("time and duration: got %d and %d, want %d and 0", p.TimeNanos, p.DurationNanos, want)
	}
	if want := "base: taken 2026-03-01T12:00:00Z"; !slices.Contains(p.Comments, want) {
		t.Errorf("comments: got %q, want %q among them", p.Comments, want)
	}
	if p.Period != 524288 || p.PeriodType == nil || p.PeriodType.Type != "space" || p.PeriodType.Unit != "bytes" {
		t.Errorf("period: got %d %+v", p.Period, p.PeriodType)
	}
	if len(p.Mapping) != 1 || !p.Mapping[0].HasFunctions || !p.Mapping[0].HasInlineFrames {
		t.Errorf("mappings: got %+v", p.Mapping)
	}

	// create's stack changed in what it allocated only: that is not zero in every type.
	want := map[string][]int64{
		"runtime.growslice":            {800, 3276800, 800, 3276800},
		"shop/orders.Create":           {490, 31360, 0, 0},
		"shop/orders.(*Notifier).Push": {0, 0, -1, -1 << 20},
		hostile.Function:               {3, 48, 3, 48},
	}
	for _, s := range p.Sample {
		leaf := s.Location[0].Line[0].Function.Name
		if !slices.Equal(s.Value, want[leaf]) {
			t.Errorf("%s: got %v, want %v", leaf, s.Value, want[leaf])
		}
		delete(want, leaf)
		switch leaf {
		case "runtime.growslice":
			if !slices.Equal(s.NumLabel["bytes"], []int64{4096}) || !slices.Equal(s.NumUnit["bytes"], []string{"bytes"}) {
				t.Errorf("size label: got %v %v", s.NumLabel, s.NumUnit)
			}
			// put is inlined into create, so both are lines of one location.
			if len(s.Location) != 3 || len(s.Location[1].Line) != 2 || s.Location[1].Line[1].Function.Name != "shop/orders.Create" {
				t.Errorf("locations: got %v", s.Location)
			}
		case hostile.Function:
			if !slices.Equal(s.Label["handler"], []string{"/orders"}) {
				t.Errorf("labels: got %v", s.Label)
			}
		}
	}
	for leaf := range maps.Keys(want) {
		t.Errorf("%s is missing", leaf)
	}
}

// What was written reads back as the same records: compared with nothing it
// has the changes of the comparison it came from.
func TestPprofReadsBack(t *testing.T) {
	for name, c := range map[string]*diff.Comparison{
		"heap": growing().Heap, "goroutines": growing().Goroutines, "identical": level().Heap,
	} {
		raw := write(t, func(w *bytes.Buffer) error { return export.Pprof(w, c) })
		back, err := decode.Profile(raw, name, c.Table, decode.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := make(map[snapshot.Key][]int64)
		for key, delta := range c.Deltas() {
			if slices.ContainsFunc(delta, func(v int64) bool { return v != 0 }) {
				want[key] = slices.Clone(delta)
			}
		}
		if len(back.Keys) != len(want) {
			t.Errorf("%s: got %d records, want %d", name, len(back.Keys), len(want))
		}
		for i, key := range back.Keys {
			if !slices.Equal(back.Vector(i), want[key]) {
				t.Errorf("%s: %v: got %v, want %v", name, key, back.Vector(i), want[key])
			}
		}
		if back.Kind != c.Current.Kind || !slices.Equal(back.Types, c.Types) {
			t.Errorf("%s: got a %s profile of %v", name, back.Kind, back.Types)
		}
	}
}

func TestPprofWithoutBase(t *testing.T) {
	tab := snapshot.NewTable()
	current := heapOf(tab, 0, record{stack: []snapshot.Frame{put}, size: 8, values: []int64{1, 8, 1, 8}})
	current.Time, current.DefaultType, current.Period = time.Time{}, 1, 0
	raw := write(t, func(w *bytes.Buffer) error { return export.Pprof(w, diff.Compare(tab, nil, current)) })
	p, err := profile.ParseData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Comments, "\n"); !strings.Contains(got, "base: none") {
		t.Errorf("comments: got %q", got)
	}
	if p.TimeNanos != 0 || p.DefaultSampleType != "alloc_space" || p.PeriodType.Type != "" {
		t.Errorf("got time %d, default %q, period type %v", p.TimeNanos, p.DefaultSampleType, p.PeriodType)
	}
	// A frame inlined into a caller that is not there still has its location.
	if len(p.Sample) != 1 || len(p.Sample[0].Location) != 1 {
		t.Errorf("samples: got %v", p.Sample)
	}
}
