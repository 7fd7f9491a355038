package decode

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// The oracle of this package is google/pprof: its parser, its checks and its way
// to take off uninteresting frames. A profile as this package decodes it must
// have the same rows, each with the same stack, labels, size and values.

// byPprof is what google/pprof makes of a profile, packed or not, proto or text.
func byPprof(data []byte) (*profile.Profile, error) {
	p, err := profile.ParseData(data)
	if err == nil {
		err = p.CheckValid()
	}
	if err != nil {
		return nil, err
	}
	// An expression that does not compile drops nothing.
	_ = p.RemoveUninteresting()
	return p, nil
}

// rows are the values of a profile by stack, labels and size, as google/pprof has them.
func rows(p *profile.Profile) map[string][]int64 {
	out := make(map[string][]int64)
	for _, s := range p.Sample {
		var stack []string
		for _, l := range s.Location {
			for i, line := range l.Line {
				f := line.Function
				stack = append(stack, frameLine(snapshot.Frame{
					Function:  clean.Text(cmp.Or(f.Name, f.SystemName, unknownFunction)),
					File:      clean.Text(f.Filename),
					Line:      lineNumber(line.Line),
					StartLine: lineNumber(f.StartLine),
					Inlined:   i < len(l.Line)-1,
				}))
			}
			if len(l.Line) == 0 {
				stack = append(stack, frameLine(snapshot.Frame{Function: addressText(l)}))
			}
		}
		values := slices.Clone(s.Value)
		for i := range values {
			if per, ok := bytesPer(p.SampleType[i].Unit); ok {
				values[i] = scale(values[i], per)
			}
		}
		add(out, rowText(stack, labelText(s), sizeText(s)), values)
	}
	return out
}

func addressText(l *profile.Location) string {
	file := ""
	if l.Mapping != nil {
		file = strings.ReplaceAll(l.Mapping.File, `\`, "/")
	}
	if file != "" {
		file = strings.TrimRight(file, "/")
		file = clean.Line(cmp.Or(file[strings.LastIndex(file, "/")+1:], "/"), maxName)
	}
	if l.Address == 0 && file == "" {
		return unknownFunction
	}
	return strings.TrimSuffix(fmt.Sprintf("%#x %s", l.Address, file), " ")
}

func labelText(s *profile.Sample) string {
	var labels []snapshot.Label
	for key, values := range s.Label {
		for _, v := range values {
			labels = append(labels, snapshot.Label{Key: clean.Text(key), Value: clean.Text(v)})
		}
	}
	for key, values := range s.NumLabel {
		for i, v := range values {
			text := fmt.Sprint(v)
			if units := s.NumUnit[key]; i < len(units) && units[i] != "" {
				text += " " + units[i]
			}
			if key != sizeLabel {
				labels = append(labels, snapshot.Label{Key: clean.Text(key), Value: clean.Text(text)})
			}
		}
	}
	slices.SortFunc(labels, func(a, b snapshot.Label) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Value, b.Value))
	})
	return fmt.Sprintf("%q", labels)
}

func sizeText(s *profile.Sample) int64 {
	sizes, units := s.NumLabel[sizeLabel], s.NumUnit[sizeLabel]
	switch {
	case len(sizes) == 0:
		return 0
	case len(units) == 0:
		return sizeOf(sizes[0], "")
	}
	return sizeOf(sizes[0], units[0])
}

// rowsOf are the same as this package has them.
func rowsOf(p *snapshot.Profile, table *snapshot.Table) map[string][]int64 {
	out := make(map[string][]int64)
	for i, k := range p.Keys {
		var stack []string
		for f := range table.Frames(k.Stack) {
			stack = append(stack, frameLine(f))
		}
		labels := []snapshot.Label(table.Labels(k.Labels))
		add(out, rowText(stack, fmt.Sprintf("%q", labels), k.Size), p.Vector(i))
	}
	return out
}

func frameLine(f snapshot.Frame) string {
	return fmt.Sprintf("%s %s:%d %d %v", f.Function, f.File, f.Line, f.StartLine, f.Inlined)
}

func rowText(stack []string, labels string, size int64) string {
	return fmt.Sprintf("%s\n%s of %d bytes", strings.Join(stack, "\n"), labels, size)
}

func add(rows map[string][]int64, key string, values []int64) {
	if rows[key] == nil {
		rows[key] = make([]int64, len(values))
	}
	for i, v := range values {
		rows[key][i] = snapshot.AddSaturating(rows[key][i], v)
	}
}

// compare holds a decoded profile to have the rows of google/pprof.
func compare(t testing.TB, data []byte, p *snapshot.Profile, table *snapshot.Table) {
	t.Helper()
	oracle, err := byPprof(data)
	if err != nil {
		t.Fatalf("decoded what google/pprof refuses: %v", err)
	}
	want, got := rows(oracle), rowsOf(p, table)
	for row, values := range want {
		if !slices.Equal(got[row], values) {
			t.Errorf("%v, want %v of\n%s", got[row], values, row)
		}
	}
	if len(got) != len(want) || len(p.Keys) != len(want) {
		t.Errorf("%d rows and %d keys, want %d", len(got), len(p.Keys), len(want))
	}
	for i, ty := range oracle.SampleType {
		if p.Types[i].Name != clean.Line(ty.Type, maxName) {
			t.Errorf("column %d is %q, want %q", i, p.Types[i].Name, ty.Type)
		}
	}
	if want := clean.Line(mainBuildID(oracle), maxName); p.BuildID != want {
		t.Errorf("build id %q, want %q", p.BuildID, want)
	}
}

func mainBuildID(p *profile.Profile) string {
	if len(p.Mapping) == 0 {
		return ""
	}
	return p.Mapping[0].BuildID
}

// allForms are profiles of all kinds, in all the forms that they may be encoded in.
func allForms(t testing.TB) map[string][]byte {
	in := map[string][]byte{
		"20 frames, 3,000 stacks": manyStacks(t, 3000),
		"dropped frames":          droppedFrames(t),
		"labels":                  manyLabels(t),
		"inlined":                 manyInlined(t),
	}
	for _, name := range recordedProfiles {
		if data := fixture(t, name); !isText(data) { // google/pprof loses the names of a text
			in[name] = data
		}
	}
	for name, data := range in {
		if !isGzip(data) {
			continue
		}
		plain, err := gunzip(data, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for form, rewrite := range forms {
			in[name+", "+form] = rewrite(t, plain)
		}
	}
	return in
}

// sameValues reports whether two profiles hold the same records, those of zeros too.
func sameValues(p, q *snapshot.Profile) bool {
	return slices.Equal(p.Types, q.Types) && slices.Equal(p.Keys, q.Keys) && slices.Equal(p.Values, q.Values)
}

func TestRowsEqualThoseOfPprof(t *testing.T) {
	for name, data := range allForms(t) {
		t.Run(name, func(t *testing.T) {
			p, table := decoded(t, data)
			compare(t, data, p, table)
			// A table that knows all of it, as that of a second profile does.
			again, err := Profile(data, "test", table, DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			compare(t, data, again, table)
			if !sameValues(again, p) {
				t.Error("decoded again it is another profile")
			}
		})
	}
}

// TestSameRowsElsewhere has a program that was loaded at another address, and
// one that was built again with other ids: their stacks are the same ones.
func TestSameRowsElsewhere(t *testing.T) {
	data := manyInlined(t)
	for name, change := range map[string]func(*profile.Profile){
		"load address": func(p *profile.Profile) {
			for _, l := range p.Location {
				l.Address += 0x5555_0000
			}
		},
		"ids": func(p *profile.Profile) {
			slices.Reverse(p.Location)
			slices.Reverse(p.Function)
			for i, l := range p.Location {
				l.ID = uint64(i + 1)
			}
			for i, f := range p.Function {
				f.ID = uint64(i + 1)
			}
		},
		"order": func(p *profile.Profile) { slices.Reverse(p.Sample) },
	} {
		t.Run(name, func(t *testing.T) {
			p, table := decoded(t, data)
			moved, err := profile.ParseData(data)
			if err != nil {
				t.Fatal(err)
			}
			change(moved)
			other := encode(t, moved)
			q, err := Profile(other, "test", table, DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			compare(t, other, q, table)
			if !sameValues(q, p) {
				t.Error("the same stacks have other ids")
			}
		})
	}
}

// manyLabels makes a profile whose samples have texts, numbers, units and sizes,
// several of one key among them.
func manyLabels(t testing.TB) []byte {
	m := newMaker([2]string{"objects", "count"}, [2]string{"space", "KiB"})
	l := m.location("main.main")
	for i := range 200 {
		s := m.sample([]int64{int64(i), int64(3 * i)}, l)
		n := int64(i)
		if i%2 == 0 {
			s.Label = map[string][]string{"route": []string{"/a", "/b"}[:1+i/2%2], "tab\t": {fmt.Sprint("\x1b", i%7)}}
		}
		if i%3 > 0 {
			s.NumLabel = map[string][]int64{"bytes": {n % 5, 64}, "depth": {n%4 - 1}}
		}
		if i%3 > 1 {
			s.NumUnit = map[string][]string{"bytes": {[]string{"", "kb", "bytes", "s"}[i%4], "MB"}, "depth": {[]string{"", "ms"}[i%2]}}
		}
	}
	return encode(t, m.p)
}

// manyInlined makes a profile of locations with up to seven inlined functions.
func manyInlined(t testing.TB) []byte {
	m := newMaker(heapColumns...)
	var locations []*profile.Location
	for i := range 50 {
		var names []string
		for depth := range 1 + i%7 {
			names = append(names, fmt.Sprintf("example.com/a.F%d", (i*depth+i)%30))
		}
		locations = append(locations, m.location(names...))
	}
	for i := range 500 {
		var stack []*profile.Location
		for depth := range i % 20 {
			stack = append(stack, locations[(i*7+depth*depth)%len(locations)])
		}
		m.sample([]int64{int64(i), int64(2 * i), -int64(i), 1}, stack...)
	}
	return encode(t, m.p)
}

// TestTextsNameTheirFrames compares the text of a profile, which google/pprof
// reads without its names, with the standard form that was fetched of the same
// program. A text tells neither where functions start nor what was inlined, and of
// goroutines not the runtime's frames.
func TestTextsNameTheirFrames(t *testing.T) {
	// What serves the profile stands elsewhere each time.
	serving := func(stack string) bool { return strings.Contains(stack, "net/http") }
	for text, standard := range map[string]string{"go-heap-debug1.txt": "go-heap.pb.gz", "go-goroutine-debug1.txt": "go-goroutine.pb.gz"} {
		t.Run(text, func(t *testing.T) {
			tell := func(name string) map[string][]int64 {
				p, table := decoded(t, fixture(t, name))
				out := make(map[string][]int64)
				for i, k := range p.Keys {
					if p.Kind == snapshot.Goroutine && p.Form == snapshot.AllFrames {
						k.Stack = table.Dumped(k.Stack)
					}
					var stack []string
					for f := range table.Frames(k.Stack) {
						if p.Kind == snapshot.Goroutine && f.Function == "runtime.main" {
							continue
						}
						stack = append(stack, fmt.Sprintf("%s %s:%d", f.Function, f.File, f.Line))
					}
					if row := rowText(stack, table.Labels(k.Labels).String(), k.Size); !serving(row) && p.Vector(i)[len(p.Types)-1] > 0 {
						add(out, row, p.Vector(i))
					}
				}
				return out
			}
			got, want := tell(text), tell(standard)
			if len(want) < 3 || !reflect.DeepEqual(got, want) {
				t.Errorf("the text has\n%v\nwant\n%v", got, want)
			}
		})
	}
	p, table := decoded(t, fixture(t, "go-goroutine-debug1.txt"))
	unknown := 0
	for i, k := range p.Keys {
		if table.State(k.Stack) == snapshot.UnknownState {
			unknown += int(p.Vector(i)[0])
		}
	}
	if p.Form != snapshot.NoLeaf || unknown != 43 {
		t.Errorf("form %d, %d goroutines in a state that is not known; want all but the one in a system call", p.Form, unknown)
	}
}
