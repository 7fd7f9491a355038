package export_test

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

func TestFolded(t *testing.T) {
	for _, value := range export.FoldedValues() {
		t.Run(value, func(t *testing.T) {
			golden.RequireEqual(t, folded(t, growing(), "", value))
		})
	}
	t.Run("goroutines", func(t *testing.T) {
		golden.RequireEqual(t, folded(t, growing(), "goroutine", export.Both))
	})
	t.Run("nothing", func(t *testing.T) {
		golden.RequireEqual(t, folded(t, nothing(), "", export.Both))
	})
}

func folded(t *testing.T, d export.Diff, sampleType, value string) []byte {
	t.Helper()
	return write(t, func(w *bytes.Buffer) error {
		return export.Folded(w, d, export.Options{SampleType: sampleType}, value)
	})
}

// stackLine is how difffolded.pl and flamegraph.pl take a line apart.
var stackLine = regexp.MustCompile(`^(.*)\s+?(\d+(?:\.\d*)?)$`)

// The scripts read what was meant, whatever a function is called: one column
// where there is one, two where there are two, and as many frames as there were.
func TestFlameGraphScriptsReadFolded(t *testing.T) {
	names := []string{"plain", "a;b", "struct { F uintptr; R bool }", "ends with a number 12", "12", "tab\there", "no\u00a0break 7", "-5"}
	var stack []snapshot.Frame
	for _, name := range names {
		stack = append(stack, snapshot.Frame{Function: name})
	}
	table := snapshot.NewTable()
	d := newDiff(table, "", heapOf(table, 0, record{stack: stack, values: []int64{1, 2, 3, 40}}), "", heapOf(table, 0, record{stack: stack, values: []int64{1, 2, 3, 90}}))
	for _, c := range []struct {
		value string
		want  []int
	}{{export.Both, []int{40, 90}}, {"before", []int{40}}, {"after", []int{90}}, {"growth", []int{50}}, {"shrink", nil}} {
		var got []int
		rest := strings.TrimSuffix(string(folded(t, d, "", c.value)), "\n")
		for m := stackLine.FindStringSubmatch(rest); m != nil; m = stackLine.FindStringSubmatch(rest) {
			n, err := strconv.Atoi(m[2])
			if err != nil {
				t.Fatal(err)
			}
			rest, got = m[1], append([]int{n}, got...)
		}
		if len(got) != len(c.want) || len(got) > 0 && (got[0] != c.want[0] || got[len(got)-1] != c.want[len(got)-1]) {
			t.Errorf("%s: the scripts read %v of %q, want %v", c.value, got, rest, c.want)
		}
		if frames := strings.Split(rest, ";"); len(c.want) > 0 && len(frames) != len(names) {
			t.Errorf("%s: the scripts read %d frames, want %d: %q", c.value, len(frames), len(names), frames)
		}
	}
}

// A profile of differences holds negative values, which no script takes.
func TestFoldedIsNeverNegative(t *testing.T) {
	table := snapshot.NewTable()
	minus := heapOf(table, 0, record{stack: []snapshot.Frame{create}, values: []int64{-1, -2, -3, -4}})
	d := export.Diff{Heap: diff.Compare(table, nil, minus)}
	for _, value := range export.FoldedValues() {
		if out := folded(t, d, "", value); bytes.ContainsRune(out, '-') {
			t.Errorf("%s: %s", value, out)
		}
	}
	if out := folded(t, d, "", "shrink"); string(out) != "shop/orders.Create 4\n" {
		t.Errorf("what shrank: %q", out)
	}
}

func TestFoldedRefuses(t *testing.T) {
	var out bytes.Buffer
	for _, c := range []struct{ sampleType, value, says string }{
		{"", "median", "use both, before, after, growth, shrink"},
		{"walltime", export.Both, "do not have it; use alloc_objects"},
	} {
		err := export.Folded(&out, growing(), export.Options{SampleType: c.sampleType}, c.value)
		if err == nil || !strings.Contains(err.Error(), c.says) || out.Len() > 0 {
			t.Errorf("%q of %q: got %v and %d bytes", c.value, c.sampleType, err, out.Len())
		}
	}
}
