package decode

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
)

// TestRefused holds every way in which an input is no profile, with the one
// line that a person gets to read.
func TestRefused(t *testing.T) {
	heap := fixture(t, "go-heap.pb.gz")
	plain, err := gunzip(heap, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	mismatch := newMaker([2]string{"space", "bytes"})
	mismatch.sample([]int64{1, 2}, mismatch.location("main"))
	deep := newMaker([2]string{"space", "bytes"})
	frame := deep.location("main")
	stack := make([]*profile.Location, maxDepth+1)
	for i := range stack {
		stack[i] = frame
	}
	deep.sample([]int64{1}, stack...)
	columns := newMaker(make([][2]string, maxTypes+1)...)
	dropped := newMaker([2]string{"space", "bytes"})
	dropped.p.DropFrames = strings.Repeat("(a{1000})", 20)
	small := Limits{MaxBytes: 1 << 10, MaxUnpacked: 1 << 10}

	inputs := []struct {
		what   string
		data   []byte
		limits Limits
	}{
		{"empty", nil, DefaultLimits()},
		{"empty gzip", gzipped(t, nil), DefaultLimits()},
		{"HTML", []byte("\n <!DOCTYPE html><html><body>sign in</body></html>"), DefaultLimits()},
		{"index page", fixture(t, "go-index.html"), DefaultLimits()},
		{"JSON", fixture(t, "go-vars.json"), DefaultLimits()},
		{"metrics", fixture(t, "prometheus-metrics.txt"), DefaultLimits()},
		{"text", []byte("Unknown profile\n"), DefaultLimits()},
		{"full dump", fixture(t, "go-goroutine-debug2.txt"), DefaultLimits()},
		{"full dump with pointers", []byte("goroutine 1 gp=0xc0 m=0 mp=0x1 [running]:\n"), DefaultLimits()},
		{"ELF", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 64)...), DefaultLimits()},
		{"zip", []byte("PK\x03\x04\x14\x00\x00\x00"), DefaultLimits()},
		{"zeros", make([]byte, 1000), DefaultLimits()},
		{"gzip in gzip", gzipped(t, heap), DefaultLimits()},
		{"cut gzip", heap[:len(heap)/2], DefaultLimits()},
		{"cut protobuf", plain[:len(plain)/2], DefaultLimits()},
		{"damaged gzip", append([]byte{0x1f, 0x8b, 0xff}, heap[3:]...), DefaultLimits()},
		{"two profiles in one", append(append([]byte{}, plain...), plain...), DefaultLimits()},
		{"no sample types", encode(t, newMaker().p), DefaultLimits()},
		{"too many sample types", encode(t, columns.p), DefaultLimits()},
		{"values without a column", encode(t, mismatch.p), DefaultLimits()},
		{"endless stack", encode(t, deep.p), DefaultLimits()},
		{"costly drop_frames", encode(t, dropped.p), DefaultLimits()},
		{"over the cap", fixture(t, "go-heap-debug1.txt"), small},
		{"over the cap unpacked", manyStacks(t, 100)[:], Limits{MaxBytes: 1 << 20, MaxUnpacked: 1 << 10}},
		{"plain over the cap unpacked", fixture(t, "go-heap-debug1.txt"), Limits{MaxBytes: 1 << 20, MaxUnpacked: 1 << 10}},
		{"bad sample line", []byte("heap profile: 1: 2 [1: 2] @ heap/1048576\n1: \x1b[2J\n"), DefaultLimits()},
		{"endless line", []byte("goroutine profile: total 1\n1 @" + strings.Repeat(" 0x1", 1<<16) + "\n"), DefaultLimits()},
	}
	var b strings.Builder
	for _, in := range inputs {
		p, err := Profile(in.data, "dir/heap\x1b[2J.pb.gz", snapshot.NewTable(), in.limits)
		if err == nil {
			t.Errorf("%s: taken as a profile of %d records", in.what, len(p.Keys))
			continue
		}
		text := err.Error()
		if strings.ContainsAny(text, "\n\x1b") || !strings.HasPrefix(text, "dir/heap\uFFFD[2J.pb.gz: ") || !strings.Contains(text, "; ") {
			t.Errorf("%s: not of the form WHAT: WHY; WHAT TO DO, on one line: %q", in.what, text)
		}
		fmt.Fprintf(&b, "%s\n  %s\n", in.what, text)
	}
	golden.RequireEqual(t, b.String())
}

func TestUnits(t *testing.T) {
	for unit, want := range map[string]int64{
		"bytes": 1, "Byte": 1, "B": 1, "kb": 1 << 10, "KiB": 1 << 10, "kilobytes": 1 << 10, "MB": 1 << 20, "mebibytes": 1 << 20,
		"GB": 1 << 30, "TiB": 1 << 40, "petabytes": 1 << 50, "count": 0, "nanoseconds": 0, "": 0, "s": 0, "bits": 0,
	} {
		if got, ok := bytesPer(unit); got != want || ok != (want > 0) {
			t.Errorf("bytesPer(%q) = %d, %v, want %d", unit, got, ok, want)
		}
	}
	tests := []struct{ v, factor, want int64 }{
		{3, 1, 3}, {3, 1024, 3072}, {-3, 1024, -3072}, {0, 1 << 50, 0},
		{1 << 62, 1 << 10, math.MaxInt64}, {-1 << 62, 1 << 10, math.MinInt64},
		{math.MinInt64, 1 << 50, math.MinInt64}, {1 << 62, 2, math.MaxInt64},
		{math.MaxInt64, 1, math.MaxInt64}, {1<<53 - 1, 1 << 10, (1<<53 - 1) << 10},
	}
	for _, tt := range tests {
		if got := scale(tt.v, tt.factor); got != tt.want {
			t.Errorf("scale(%d, %d) = %d, want %d", tt.v, tt.factor, got, tt.want)
		}
	}
}
