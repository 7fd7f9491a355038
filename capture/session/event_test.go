package session

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// filler gives every field of a value something of its own.
type filler struct{ n int64 }

func (f *filler) fill(t *testing.T, v reflect.Value) {
	t.Helper()
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+f.n, f.n)))
		return
	case snapshot.Vitals:
		vitals := snapshot.Vitals{Time: time.Unix(1_700_000_000, f.n), Source: "/metrics", Gap: true}
		for k := range snapshot.Vital(snapshot.NumVitals) {
			vitals.Set(k, f.n*1_000_003+int64(k))
		}
		v.Set(reflect.ValueOf(vitals))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(t, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem())
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(t, key)
			f.fill(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(t, v.Index(i))
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(f.n * 100)
	case reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		v.SetUint(uint64(f.n % 200))
	default:
		t.Fatalf("nothing fills a %s", v.Type())
	}
}

// Every field of an event comes back: one that is new, and is not in the
// file, fails here.
func TestEventsKeepEveryField(t *testing.T) {
	var f filler
	for _, e := range []snapshot.Event{
		&snapshot.Attached{}, &snapshot.VitalsTaken{}, &snapshot.Unreachable{}, &snapshot.Restarted{},
		&snapshot.Scheduled{}, &snapshot.Warned{}, &snapshot.Noted{}, &snapshot.Interrupted{},
	} {
		v := reflect.ValueOf(e).Elem()
		f.fill(t, v)
		want := v.Interface().(snapshot.Event)
		k, p, ok := encode(want)
		if !ok {
			t.Errorf("%T is not written", want)
			continue
		}
		if got := decode(k, p); !reflect.DeepEqual(got, want) {
			t.Errorf("%T came back as\n%+v, want\n%+v", want, got, want)
		}
	}
}

// The same of a snapshot, its profiles and its dump.
func TestSnapshotsKeepEveryField(t *testing.T) {
	var f filler
	var want snapshot.Snapshot
	v := reflect.ValueOf(&want).Elem()
	for i := range v.NumField() {
		switch v.Type().Field(i).Name {
		case "Raw": // a record each
		case "Alone": // of files that are no session
		default:
			f.fill(t, v.Field(i))
		}
	}
	stacks := newStacks(snapshot.NewTable())
	for range 1000 { // whatever ids there are
		stacks.addFrame(snapshot.FrameID(len(stacks.frames)))
		stacks.addStack(snapshot.StackID(len(stacks.stacks)))
		stacks.addLabels(snapshot.LabelsID(len(stacks.labels)))
	}
	for _, p := range []*snapshot.Profile{want.Heap, want.Goroutines, want.Leaked} {
		p.DefaultType = 1
		p.Keys[1].Stack = p.Keys[0].Stack + 1 // in order
		p.Values = []int64{1, -2, 3, 1 << 62}
		for stack, told := range p.Told { // as a dump of a run has none
			told.Arguments = nil
			p.Told[stack] = told
		}
	}
	var p payload
	p.shot(&want, stacks.extent(), &packers{}, 1)
	parser := parser{b: p}
	got, err := parser.shot(stacks, &unpackers{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var d payload
	d.dump(want.Seq, want.Dump)
	parser.b = d
	if seq, dump := parser.dump(stacks); seq == want.Seq {
		got.Dump = dump
	}
	var given payload
	given.arguments(want.Seq, want.Dump)
	parser.b = given
	if seq, arguments := parser.arguments(stacks); seq == want.Seq {
		got.Dump.Arguments = arguments
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("it came back as\n%+v, want\n%+v", *got, want)
		for _, k := range chained() {
			t.Logf("%s\n%+v, want\n%+v", k, got.Profile(k), want.Profile(k))
		}
	}
}

// Strings that others wrote come out safe to print.
func TestStringsAreCleaned(t *testing.T) {
	const evil, safe = "a\x1b[31mb\u202e\n", "a�[31mb� "
	k, p, _ := encode(snapshot.Warned{Text: evil})
	if got := decode(k, p); got != (snapshot.Warned{Text: safe}) {
		t.Errorf("it reads %q, want %q", got, safe)
	}
	var header payload
	header.header(Header{Leaktop: evil, Info: snapshot.Info{Address: evil, Profiles: map[string]int64{evil: 1}}})
	in := parser{b: header}
	h := in.header()
	if h.Leaktop != safe || h.Info.Address != safe || h.Info.Profiles[safe] != 1 {
		t.Errorf("the header reads %+v", h)
	}
	table := snapshot.NewTable()
	stacks := newStacks(table)
	var added payload
	added.additions(snapshot.Additions{
		Frames: []snapshot.Frame{{Function: evil, File: evil}},
		Stacks: []snapshot.AddedStack{{Frames: []snapshot.FrameID{1}}, {Bare: 1, State: evil}},
		Labels: []snapshot.Labels{{{Key: evil, Value: evil}}},
	}, new(load))
	if err := stacks.read(added); err != nil {
		t.Fatal(err)
	}
	if f := table.Frame(1); f.Function != safe || f.File != safe || table.State(2) != safe || table.Labels(1)[0] != (snapshot.Label{Key: safe, Value: safe}) {
		t.Errorf("the table holds %+v, %q, %q", f, table.State(2), table.Labels(1))
	}
	var profile payload
	(&packer{}).append(&profile, &snapshot.Profile{Kind: evil, BuildID: evil, Mappings: evil, DefaultType: -1, Types: []snapshot.SampleType{{Name: evil, Unit: evil}}}, 1)
	in = parser{b: profile}
	got, err := (&unpacker{}).read(&in, 1)
	if err != nil || got.Kind != safe || got.BuildID != safe || got.Mappings != safe || got.Types[0] != (snapshot.SampleType{Name: safe, Unit: safe}) {
		t.Errorf("the profile reads %+v (%v)", got, err)
	}
}
