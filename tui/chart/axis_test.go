package chart

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestTimesAreRoundAndApart(t *testing.T) {
	label := regexp.MustCompile(`^ *((\d\d:\d\d(:\d\d)?|\d\d [A-Z][a-z][a-z])(   +|$))+$`)
	for _, span := range []time.Duration{
		time.Second, 10 * time.Second, time.Minute, 4 * time.Minute, time.Hour, 25 * time.Hour, 30 * 24 * time.Hour, 20 * 365 * 24 * time.Hour,
	} {
		for width := 20; width < 200; width += 7 {
			c := one([]Point{{Time: start(), Value: 1}, {Time: start().Add(span), Value: 2}})
			lines := strings.Split(ansi.Strip(c.Render(width, 8)), "\n")
			axis := lines[len(lines)-2]
			if axis != "" && !label.MatchString(axis) {
				t.Errorf("%v in %d cells: %q", span, width, axis)
			}
			if axis == "" && span > time.Minute && width > 40 {
				t.Errorf("%v in %d cells: no time at all", span, width)
			}
		}
	}
}

func TestTimesAreUnderTheirColumns(t *testing.T) {
	// The value steps up on a whole minute.
	minute := start().Truncate(time.Minute).Add(time.Minute)
	c := one([]Point{{Time: start(), Value: 1}, {Time: minute, Value: 2}, {Time: minute.Add(time.Minute), Value: 2}})
	lines := strings.Split(c.Render(80, 8), "\n")
	top, axis := lines[0], lines[6]
	step := ansi.StringWidth(top[:strings.Index(top, "┏")])
	middle := strings.Index(axis, minute.Format(time.TimeOnly)) + 4
	if step != middle {
		t.Errorf("the step is in cell %d, its time around %d:\n%s", step, middle, strings.Join(lines, "\n"))
	}
}

func TestTimesAreInTheZoneOfTheWindow(t *testing.T) {
	zone := time.FixedZone("half", 5*3600+1800)
	c := one([]Point{{Time: start().In(zone), Value: 1}, {Time: start().Add(4 * time.Hour).In(zone), Value: 2}})
	if out := c.Render(80, 8); !strings.Contains(out, "18:00") || strings.Contains(out, "12:00") {
		t.Errorf("want the hours of %v:\n%s", zone, out)
	}
}

func TestMarks(t *testing.T) {
	at := func(second int) time.Time { return start().Add(time.Duration(second) * time.Second) }
	c := one(every(time.Second, make([]float64, 31)...))
	for _, test := range []struct {
		name  string
		marks []Mark
		want  string
	}{
		{"labels where there is room", []Mark{{Time: at(0), Glyph: SnapshotGlyph, Label: "1"}, {Time: at(15), Glyph: SnapshotGlyph, Label: "2"}, {Time: at(17), Glyph: SnapshotGlyph, Label: "3"}}, "▴1             ▴ ▴3"},
		{"a label never covers a mark", []Mark{{Time: at(3), Glyph: SnapshotGlyph, Label: "12"}, {Time: at(5), Glyph: RestartGlyph}}, "   ▴ ↻"},
		{"the later mark of a cell is seen", []Mark{{Time: at(3), Glyph: SnapshotGlyph}, {Time: at(3), Glyph: ForcedGCGlyph}}, "   g"},
		{"a label may end at the right edge", []Mark{{Time: at(29), Glyph: SnapshotGlyph, Label: "9"}, {Time: at(30), Glyph: SnapshotGlyph, Label: "10"}}, strings.Repeat(" ", 29) + "▴▴"},
		{"outside of the window", []Mark{{Time: at(-1), Glyph: SnapshotGlyph}, {Time: at(31), Glyph: SnapshotGlyph}}, ""},
	} {
		c.Marks = test.marks
		const width = 1 + axisCells + 31 // one digit of label, the axis, a column a second
		lines := strings.Split(c.Render(width, 10), "\n")
		got := lines[7]
		if got != "" {
			got = got[1+axisCells:]
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCursorShowsItsMoment(t *testing.T) {
	c := one(every(time.Second, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100))
	c.Cursor = start().Add(3 * time.Second)
	lines := strings.Split(c.Render(80, 10), "\n")
	if legend := lines[9]; !strings.Contains(legend, "n 40") {
		t.Errorf("legend %q does not show the value at the cursor, 40", legend)
	}
	if axis := lines[8]; !strings.Contains(axis, c.Cursor.Format(time.TimeOnly)) {
		t.Errorf("time axis %q does not show the cursor's time", axis)
	}
	if !strings.Contains(lines[0], "┊") {
		t.Errorf("no line at the cursor: %q", lines[0])
	}
	c.Cursor = start().Add(-time.Hour)
	if out := c.Render(80, 10); strings.Contains(out, "┊") || !strings.Contains(out, "n 100") {
		t.Errorf("a cursor outside of the window is shown:\n%s", out)
	}
}

func TestLegendNeverCutsANumber(t *testing.T) {
	c := service(true)
	for width := leastWidth; width < 140; width++ {
		lines := strings.Split(ansi.Strip(c.Render(width, 10)), "\n")
		legend := lines[9]
		for _, part := range regexp.MustCompile(`\d+( MiB)?`).FindAllString(legend, -1) {
			if !strings.HasSuffix(part, " MiB") || len(part) != len("1402 MiB") {
				t.Errorf("width %d: %q", width, legend)
			}
		}
		if width >= 58 && !strings.Contains(legend, fmt.Sprint("RSS ", mebibytes(c.Series[2].Points[219].Value))) {
			t.Errorf("width %d has room for all three: %q", width, legend)
		}
	}
}
