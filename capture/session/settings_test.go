package session

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// Every setting comes back: one that is new, and is not in the file, fails here.
func TestSettingsKeepEveryField(t *testing.T) {
	var f filler
	var want Settings
	f.fill(t, reflect.ValueOf(&want).Elem())
	var p payload
	p.settings(want)
	in := parser{b: p}
	if got, ok := in.settings(); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("they came back as %+v (%v), want %+v", got, ok, want)
	}
	p = append(p, 1, 2, 3)
	in = parser{b: p}
	if got, ok := in.settings(); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("with more from a later version they came back as %+v (%v), want %+v", got, ok, want)
	}
}

// A file of an earlier version has no settings. It is read like any other, and
// the judge is told nothing.
func TestFilesWithoutSettings(t *testing.T) {
	file, records := small(t)
	_, want := read(t, file)
	i := slices.IndexFunc(records, func(f found) bool { return f.kind == kindSettings })
	if i < 0 {
		t.Fatal("no settings are in the file")
	}
	old := slices.Concat(file[:records[i].at], file[records[i].end():])
	r, events := read(t, old)
	if !reflect.DeepEqual(events, want) || r.Damage() != "" {
		t.Errorf("%d events are read, and %q; want the same %d, and no damage", len(events), r.Damage(), len(want))
	}
	if h := r.Header(); !reflect.DeepEqual(h.Judge, Settings{}) || h.Info.Address == "" {
		t.Errorf("the header is %+v, want no settings in it", h)
	}
}

// The settings are at hand when the file is opened, before any event is read, and
// in the file from the first moment on.
func TestSettingsAreReadFirst(t *testing.T) {
	run := newRun()
	path := run.record(t, Options{}, nil)
	r, _ := open(t, path)
	if got := r.Header().Judge; !reflect.DeepEqual(got, run.header().Judge) {
		t.Errorf("the settings are %+v, want %+v", got, run.header().Judge)
	}
}

// Settings that nobody can have meant cost the settings alone, and that is said.
func TestHostileSettings(t *testing.T) {
	for name, s := range map[string]Settings{
		"a pattern that is none":  {Handlers: []string{"("}},
		"patterns without end":    {Handlers: []string{strings.Repeat("a", maxPatterns), "b"}},
		"more strings than bytes": {},
	} {
		var p payload
		if p.settings(s); name == "more strings than bytes" {
			p = payload{0, 0xff, 0xff, 0x03}
		}
		run := newRun()
		var file bytes.Buffer
		w := &Writer{table: run.table, salt: [8]byte{1}}
		file.Write((&preamble{version: version, salt: w.salt}).append(nil))
		var head payload
		head.header(run.header())
		w.addAs(kindHeader, head, false)
		w.addAs(kindSettings, p, false)
		file.Write(w.pending.Bytes())
		r, err := newReader("hostile", memory(file.Bytes()), snapshot.NewTable())
		if err != nil {
			t.Fatal(err)
		}
		if h := r.Header(); !reflect.DeepEqual(h.Judge, Settings{}) || h.Leaktop != run.header().Leaktop || !strings.Contains(r.Damage(), "1 damaged record") {
			t.Errorf("%s: the header is %+v, and it says %q", name, h, r.Damage())
		}
	}
	var p payload
	p.settings(Settings{Warmup: -1, Limit: -1})
	in := parser{b: p}
	if got, ok := in.settings(); !ok || got.Warmup != 0 || got.Limit != 0 {
		t.Errorf("negative ones are read as %+v (%v), want none", got, ok)
	}
}
