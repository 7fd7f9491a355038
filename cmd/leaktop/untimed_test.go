package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// Where it is not known when something was taken, nothing says a time: no year
// 1, no rate, and no growth is judged; nor between two of one time.
func TestTimeUnknown(t *testing.T) {
	t.Parallel()
	more := put(t, "more.txt", blocked(500))
	heap := func(kept int) string {
		return put(t, "heap.txt", fmt.Appendf(nil, "heap profile: %[1]d: %[2]d [%[1]d: %[2]d] @ heap/1048576\n%[1]d: %[2]d [%[1]d: %[2]d] @ 0x4e1f00 0x46e7e1\n#\t0x4e1eff\tmain.keep+0x1f\t/src/main.go:70\n", kept, kept<<20))
	}
	few := put(t, "few.txt", blocked(20))
	for _, pair := range [][2]string{
		{reportedFile("plain.b.txt"), reportedFile("plain.c.txt")},
		{reportedFile("h1plain.b.txt"), reportedFile("h1plain.c.txt")},
		{reportedFile("lab.b.pb.gz"), reportedFile("lab.c.pb.gz")},
		{reportedFile("plain.b.txt"), "../../fixtures/profiles/go-goroutine.pb.gz"},
		{few, more},
		{heap(5), heap(90)},
		{heap(90), heap(5)},
	} {
		for _, format := range []string{"text", "json", "markdown", "html", "csv"} {
			p := leaktop(t, "diff", pair[0], pair[1], "--fail-on", "growing", "--format", format)
			for _, wrong := range []string{"0001-01-01", "in 0s", " 0s ", "can be called a leak in"} {
				if strings.Contains(p.stdout, wrong) {
					t.Errorf("%s of %s and %s says %q:\n%s", format, pair[0], pair[1], wrong, p.stdout)
				}
			}
			if p.code != exitInconclusive {
				t.Errorf("%s and %s end with %d, want %d", pair[0], pair[1], p.code, exitInconclusive)
			}
		}
		for _, args := range [][]string{{"diff", pair[0], pair[1]}, {"show", pair[0]}} {
			var report struct{ Window struct{ From, To *string } }
			out := leaktop(t, append(args, "--format", "json")...).stdout
			if err := json.Unmarshal([]byte(out), &report); err != nil {
				t.Fatal(err)
			}
			if timed := strings.HasSuffix(pair[0], "lab.b.pb.gz"); !timed && report.Window.From != nil {
				t.Errorf("%q has a window from %v", args, *report.Window.From)
			}
		}
	}
}

// blocked is a dump of goroutines that wait for a lock as they do in a hung program.
func blocked(n int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "goroutine 1 [IO wait]:\nmain.main()\n\t/src/main.go:1 +0x1d\n\n")
	for i := range n {
		fmt.Fprintf(&b, "goroutine %d [chan send, 2 minutes]:\nmain.push(0xc000000001)\n\t/src/main.go:88 +0x1d\ncreated by main.main in goroutine 1\n\t/src/main.go:30 +0x1d\n\n", i+10)
	}
	return b.Bytes()
}

// A heap profile of another language is judged as a live one: it is not said that
// there is none.
func TestOtherLanguagesAreJudged(t *testing.T) {
	t.Parallel()
	pairs := map[string][2]string{
		"resident":  {held(t, 1, "resident", "bytes"), held(t, 50, "resident", "bytes")},
		"retention": {held(t, 1, "retained", "kilobytes"), held(t, 50, "retained", "kilobytes")},
	}
	for _, name := range []string{"dotnetdd", "jfrlive", "jfrlivespace", "memray", "pydd", "rubyheap"} {
		pairs[name] = [2]string{reportedFile("o_" + name + ".b.pb.gz"), reportedFile("o_" + name + ".c.pb.gz")}
	}
	for name, of := range pairs {
		p := leaktop(t, "diff", of[0], of[1], "--fail-on", "leak")
		if p.code != exitInconclusive || strings.Contains(p.stdout, "no heap profile") || !strings.Contains(p.stdout, "10m: 2 snapshots") {
			t.Errorf("%s ends with %d:\n%s", name, p.code, p.stdout)
		}
	}
}

// held is a profile of one sample type with so much in it: with more than one,
// ten minutes later.
func held(t *testing.T, n int64, name, unit string) string {
	t.Helper()
	function := &profile.Function{ID: 1, Name: "keep", Filename: "keep.x"}
	at := &profile.Location{ID: 1, Line: []profile.Line{{Function: function, Line: 7}}}
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: name, Unit: unit}},
		TimeNanos:  time.Date(2026, 3, 1, 12, int(10*min(n-1, 1)), 0, 0, time.UTC).UnixNano(),
		Sample:     []*profile.Sample{{Location: []*profile.Location{at}, Value: []int64{n << 20}}},
		Location:   []*profile.Location{at}, Function: []*profile.Function{function},
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return put(t, "held.pb.gz", out.Bytes())
}
