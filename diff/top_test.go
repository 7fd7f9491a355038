package diff

import (
	"reflect"
	"testing"

	"leaktop/capture/snapshot"
)

// The rows of go tool pprof -top: functions below half a percent are left out,
// a function that is inlined by some or all of its callers is marked, one that
// calls itself counts once, and one without a name goes by its file.
func TestTop(t *testing.T) {
	table := snapshot.NewTable()
	frame := func(name string, inlined bool) snapshot.FrameID {
		return table.InternFrame(snapshot.Frame{Function: name, Inlined: inlined})
	}
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, DefaultType: -1, Types: []snapshot.SampleType{{Name: "space", Unit: "bytes"}}})
	add := func(value int64, frames ...snapshot.FrameID) {
		b.Add(snapshot.Key{Stack: table.InternStack(frames)}, []int64{value})
	}
	main, f, inF, g := frame("main", false), frame("f", false), frame("f", true), frame("g", true)
	add(600, f, main)
	add(300, inF, g, main)
	add(96, f, f, main) // calls itself
	add(3, frame("rare", false), main)
	add(1, frame("rarer", false), main)
	add(0, frame("never", false), main)
	add(-40, frame("0x401010 /usr/lib/libc.so.6", false), main)
	add(40, frame("0x401020 /usr/lib/libc.so.6", false), main)
	add(20, frame("0x77", false), main)
	c := Compare(table, nil, b.Profile())

	want := Top{Total: 1100, Cutoff: 5, Dropped: 2, Rows: []TopRow{
		{Name: "f", Inlined: PartlyInlined, Flat: 996, Cum: 996},
		{Name: "<unknown>", Flat: 20, Cum: 20},
		{Name: "g", Inlined: AllInlined, Cum: 300},
		{Name: "main", Cum: 1020},
	}}
	if got := c.Top(0, false); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	var all []string
	for _, r := range c.Top(0, true).Rows {
		all = append(all, r.Name)
	}
	if want := []string{"f", "<unknown>", "rare", "rarer", "g", "main"}; !reflect.DeepEqual(all, want) {
		t.Errorf("with all of them: %q, want %q", all, want)
	}
	if got := c.Top(7, false); len(got.Rows) != 0 || got.Total != 0 {
		t.Errorf("of no column: %+v", got)
	}
}
