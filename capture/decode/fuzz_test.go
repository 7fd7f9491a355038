package decode

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// largestSeed bounds what fuzzing begins with: it makes inputs smaller by leaving
// out parts one after the other, which of a large one takes all its time.
const largestSeed = 1 << 10

// beginning is the begin of a text that is too large for a seed, up to an empty
// line or the end of a line.
func beginning(text []byte) []byte {
	if len(text) <= largestSeed {
		return text
	}
	text = text[:largestSeed]
	if end := bytes.LastIndex(text, []byte("\n\n")); end >= 0 {
		return text[:end+1]
	}
	return text[:bytes.LastIndexByte(text, '\n')+1]
}

// FuzzProfile holds what is promised of a decoded profile, whatever the input:
// clean strings, ordered keys, one value a column, and the same rows as
// google/pprof has.
func FuzzProfile(f *testing.F) {
	for _, data := range allForms(f) {
		if len(data) <= largestSeed {
			f.Add(data)
		}
	}
	for _, shape := range hostile {
		f.Add(shape(3))
	}
	for _, name := range []string{"go-goroutine-debug2.txt", "go-goroutine-debug1.txt", "go-heap-debug1.txt"} {
		f.Add(beginning(fixture(f, name)))
	}
	for _, w := range cpuForms() {
		f.Add(binaryCPU(w, 10_000, cpuMap, cpuStack{7, []uint64{0x401010, 0x402020}}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table := snapshot.NewTable()
		p, err := Profile(data, "fuzz", table, Limits{MaxBytes: 1 << 20, MaxUnpacked: 4 << 20})
		if err != nil {
			if text := err.Error(); clean.Text(text) != text || !strings.HasPrefix(text, "fuzz: ") {
				t.Fatalf("error %q", text)
			}
			return
		}
		checkProfile(t, p, table)
		checkRows(t, p, table, data)
	})
}

func checkProfile(t *testing.T, p *snapshot.Profile, table *snapshot.Table) {
	isClean := func(texts ...string) {
		for _, s := range texts {
			if clean.Text(s) != s {
				t.Fatalf("%q reached the outside", s)
			}
		}
	}
	if len(p.Types) == 0 || len(p.Values) != len(p.Keys)*len(p.Types) {
		t.Fatalf("%d values for %d keys and %d types", len(p.Values), len(p.Keys), len(p.Types))
	}
	isClean(p.BuildID, p.Mappings)
	for _, ty := range p.Types {
		isClean(ty.Name, ty.Unit)
	}
	for i, k := range p.Keys {
		if i > 0 && p.Keys[i-1].Compare(k) >= 0 {
			t.Fatalf("key %v after %v", k, p.Keys[i-1])
		}
		for f := range table.Frames(k.Stack) {
			isClean(f.Function, f.File)
			if f.Function == "" || f.Line < 0 || f.StartLine < 0 {
				t.Fatalf("frame %+v", f)
			}
		}
		for _, l := range table.Labels(k.Labels) {
			isClean(l.Key, l.Value)
		}
	}
}

// checkRows compares with google/pprof, where no sum can saturate: it depends on
// the order then.
func checkRows(t *testing.T, p *snapshot.Profile, table *snapshot.Table, data []byte) {
	for _, v := range p.Values {
		if v > 1<<40 || v < -1<<40 {
			return
		}
	}
	if isGzip(data) {
		var err error
		if data, err = gunzip(data, 4<<20); err != nil {
			t.Fatal(err)
		}
	}
	if isText(data) { // google/pprof loses the names of a text
		compareTotals(t, data, p)
		return
	}
	compare(t, data, p, table)
}

func compareTotals(t *testing.T, data []byte, p *snapshot.Profile) {
	oracle, err := byPprof(data)
	if err != nil {
		t.Fatalf("decoded what google/pprof refuses: %v", err)
	}
	for column, ty := range oracle.SampleType {
		if per, ok := bytesPer(ty.Unit); ok && per != 1 {
			continue
		}
		var want int64
		for _, s := range oracle.Sample {
			want = snapshot.AddSaturating(want, s.Value[column])
		}
		if got := p.Total(column); got != want {
			t.Fatalf("column %d adds up to %d, want %d", column, got, want)
		}
	}
}

// FuzzGoroutines holds what is promised of a full dump, whatever the text:
// clean strings, goroutines in order, and the same however the text comes in.
func FuzzGoroutines(f *testing.F) {
	f.Add(string(beginning(fixture(f, "go-goroutine-debug2.txt"))))
	f.Add("goroutine 3 gp=0x1 m=nil [chan receive (leaked) (scan) (durable), 2 minutes, locked to thread, synctest bubble 1 labels:{\"a\": \"]:\\n\"}]:\r\n" +
		"main.f[...](...)\n\t/a b.go:1\n...3 frames elided...\npanic({0x1?, _})\n\t?:0 +0x1 fp=0x1 sp=0x2 pc=0x3\nnon-Go function at pc=1\nC.f(int)\n\tpc=0x1\n" +
		"created by main.g in goroutine 2\n\t/a.go:2 +0x1\n[originating from goroutine 2]:\nmain.g(...)\n\t/a.go:2 +0x1\n...additional frames elided...\n")
	f.Add(lockDump)
	f.Add("goroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n\ngoroutine 1 [a\x1b]:\n\x1b(\u202e0x1)\n\t\x07:9")
	f.Fuzz(func(t *testing.T, text string) {
		table := snapshot.NewTable()
		d, err := Goroutines(strings.NewReader(text), "fuzz", table)
		other, errOther := Goroutines(iotest.OneByteReader(strings.NewReader(text)), "fuzz", table)
		if !reflect.DeepEqual(d, other) || (err == nil) != (errOther == nil) {
			t.Fatalf("byte by byte it is %+v, %v; else %+v, %v", other, errOther, d, err)
		}
		if err != nil {
			if text := err.Error(); clean.Text(text) != text || !strings.HasPrefix(text, "fuzz: ") {
				t.Fatalf("error %q", text)
			}
			return
		}
		checkDump(t, d, table, text)
		grouped, err := GroupedGoroutines(strings.NewReader(text), "fuzz", table, 0, math.MaxInt64)
		if err != nil {
			if !slices.ContainsFunc(d.Goroutines, func(g snapshot.DumpedGoroutine) bool { return g.ID != 0 }) {
				return
			}
			t.Fatalf("grouped: %v", err)
		}
		checkGrouped(t, grouped, d)
		slow, err := GroupedGoroutines(iotest.OneByteReader(strings.NewReader(text)), "fuzz", table, 0, math.MaxInt64)
		if err != nil || !reflect.DeepEqual(slow, grouped) {
			t.Fatalf("byte by byte it is grouped as %+v (%v); else as %+v", slow, err, grouped)
		}
	})
}

// checkGrouped compares the goroutines of a dump that were counted as they were
// read with those that were kept.
func checkGrouped(t *testing.T, grouped *snapshot.GroupedDump, d *snapshot.Dump) {
	t.Helper()
	type key struct {
		status  string
		stack   snapshot.StackID
		labels  snapshot.LabelsID
		creator snapshot.FrameID
		leaked  bool
	}
	type counts struct{ all, long, locked int64 }
	want := make(map[key]counts)
	for _, g := range d.Goroutines {
		if g.ID != 0 {
			k := key{g.Status, g.Stack, g.Labels, g.Creator, g.Leaked}
			n := want[k]
			n.all++
			if g.Minutes >= snapshot.LongWait {
				n.long++
			}
			if g.Lock != 0 {
				n.locked++
			}
			want[k] = n
		}
	}
	if grouped.Cut && !d.Cut || d.Cut && !grouped.Cut && !grouped.Truncated {
		t.Errorf("cut is %v, truncated %v; kept one by one cut is %v", grouped.Cut, grouped.Truncated, d.Cut)
	}
	if grouped.Dumps > 1 {
		return // one of them is grouped
	}
	left := int64(0)
	for _, g := range grouped.Groups {
		if g.Least < 0 || g.Most < g.Least || g.Count < 1 {
			t.Errorf("a group is %+v", g)
		}
		got := counts{all: g.Count, long: g.Long}
		for _, l := range g.Locks {
			got.locked += l.Count
		}
		k := key{g.Status, g.Stack, g.Labels, g.Creator, g.Leaked}
		// What could not be read looks like what could not be printed.
		if want[k] != got && (g.Stack != snapshot.NoStack || got.all > want[k].all) {
			t.Errorf("%+v of %+v, want %+v", got, g, want[k])
		}
		left += want[k].all - got.all
		delete(want, k)
	}
	for _, n := range want {
		left += n.all
	}
	if left > grouped.Unread {
		t.Errorf("%d are in no group, and %d are counted as unread", left, grouped.Unread)
	}
}

// FuzzFile hands in what a file may hold, packed and not, and wants the same of
// both: a profile, a dump, or one clear line.
func FuzzFile(f *testing.F) {
	for _, name := range append([]string{"go-goroutine-debug2.txt", "go-vars.json", "go-index.html"}, recordedProfiles...) {
		switch data := fixture(f, name); {
		case len(data) <= largestSeed:
			f.Add(data)
		case !isGzip(data):
			f.Add(beginning(data))
		}
	}
	f.Add([]byte("2026/01/02 15:04:05 starting\npanic: oh no\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\nexit status 2\n"))
	// Each way in which a text is mangled, on a text that is short.
	for _, text := range []string{
		"goroutine 7 [select, 2 minutes labels:{\"a\": \"b\"}]:\nmain.f(0x1, {0x2?})\n\t<autogenerated>:1 +0x1\ncreated by main.g in goroutine 1\n\t/g.go:2 +0x2\n",
		"goroutine profile: total 3\n2 @ 0x12 0x34\n# labels: {\"a\":\"b\"}\n#\t0x11\tmain.f+0x1\t/f.go:1\n\n1 @ 0x12\n",
		"1: 16 [3: 48] @ 0x12 0x34\n#\t0x11\tmain.f+0x1\t/f.go:1\n\n2: 32 [4: 64] @ 0x12 0x56\n#\t0x11\tmain.f+0x1\t/f.go:1\n",
	} {
		for i, stage := range stages() {
			for _, m := range stage {
				f.Add([]byte(m.do(rand.New(rand.NewPCG(uint64(i), 4)), text)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, limits := snapshot.NewTable(), Limits{MaxBytes: 1 << 20, MaxUnpacked: 4 << 20}
		c, err := File(bytes.NewReader(data), Source{Name: "fuzz", Length: int64(len(data))}, table, limits)
		if err != nil {
			if text := err.Error(); clean.Text(text) != text || !strings.HasPrefix(text, "fuzz: ") {
				t.Fatalf("error %q", text)
			}
		} else if (c.Profile == nil) == (c.Dump == nil) {
			t.Fatalf("it is %+v", c)
		}
		if c.Dump != nil {
			checkProfile(t, c.Dump.Profile(table), table)
		}
		if isGzip(data) || len(data) == 0 {
			return
		}
		packed, errPacked := File(iotest.HalfReader(bytes.NewReader(gzipped(t, data))), Source{Name: "fuzz"}, table, limits)
		if (errPacked == nil) != (err == nil) || !reflect.DeepEqual(packed, c) {
			t.Fatalf("packed it is %+v, %v; else %+v, %v", packed, errPacked, c, err)
		}
	})
}

func checkDump(t *testing.T, d *snapshot.Dump, table *snapshot.Table, text string) {
	if n := len(d.Goroutines); n > len(text)/len("goroutine 1 []:\n")+1 || d.Elided > n || d.Unavailable > n {
		t.Fatalf("%d goroutines, %d elided, %d unavailable, in %d bytes", n, d.Elided, d.Unavailable, len(text))
	}
	for i, g := range d.Goroutines {
		if i > 0 && d.Goroutines[i-1].ID > g.ID || g.ID < 0 || g.CreatorID < 0 || g.Minutes < 0 || g.Status == "" {
			t.Fatalf("goroutine %+v", g)
		}
		if text := printed(g, table); clean.Text(text) != strings.ReplaceAll(text, "\n", " ") || strings.Count(text, "\n") > 2*maxDepth {
			t.Fatalf("%q reached the outside", text)
		}
		for _, stack := range []snapshot.StackID{g.Stack, g.Origin} {
			for f := range table.Frames(stack) {
				if f.Function == "" || f.Line < 0 || f.StartLine != 0 {
					t.Fatalf("frame %+v", f)
				}
			}
		}
	}
}

// known fails if a figure is negative, which no vital can be.
func known(t *testing.T, v snapshot.Vitals) {
	for vital, name := range vitalNames {
		if n, ok := v.Get(vital); ok && n < 0 {
			t.Fatalf("%s is %d", name, n)
		}
	}
}

func FuzzMemStats(f *testing.F) {
	f.Add(fixture(f, "go-heap-debug1.txt"))
	f.Add([]byte(trailerStart + "# Stack = 1 / 2\n# NumGC = 3\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if v, err := MemStats(body); err == nil {
			known(t, v)
		}
	})
}

func FuzzExpvar(f *testing.F) {
	f.Add(fixture(f, "go-vars.json"))
	f.Add([]byte(`{"memstats": {"HeapAlloc": 1, "NumGC": 2}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if v, err := Expvar(body); err == nil {
			known(t, v)
		}
	})
}

func FuzzPrometheus(f *testing.F) {
	f.Add(fixture(f, "prometheus-metrics.txt"))
	f.Add([]byte("go_info{a=\"}\",version=\"go1.26\"} 1\ngo_goroutines{} 7 123\nprocess_start_time_seconds 1.7e9\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := Prometheus(body)
		if err != nil {
			return
		}
		known(t, m.Vitals)
		if m.Vitals == (snapshot.Vitals{}) || clean.Text(m.GoVersion) != m.GoVersion {
			t.Fatalf("%+v", m)
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add(fixture(f, "go-index.html"))
	f.Add([]byte(`<td align=right>7<td><a href="goroutine?debug=1">goroutine</a>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		counts, err := Index(body)
		if (err == nil) != (len(counts) > 0) {
			t.Fatalf("%v with error %v", counts, err)
		}
		for name, n := range counts {
			if n < 0 || name == "" || clean.Text(name) != name {
				t.Fatalf("%q: %d", name, n)
			}
		}
	})
}

func FuzzCmdline(f *testing.F) {
	f.Add(fixture(f, "go-cmdline.bin"))
	f.Add([]byte("/bin/x\x00--flag\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if args := Cmdline(body); slices.ContainsFunc(args, func(s string) bool { return clean.Text(s) != s }) {
			t.Fatalf("%q", args)
		}
	})
}
