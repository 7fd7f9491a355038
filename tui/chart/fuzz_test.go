package chart

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// Whatever the points, the chart has the size that was asked for.
func FuzzRender(f *testing.F) {
	f.Add(80, 12, []byte("0123456789abcdef0123456789abcdef"), int64(time.Minute), "name")
	f.Add(20, 3, []byte(nil), int64(0), "")
	f.Add(58, 10, binary.LittleEndian.AppendUint64(make([]byte, 9), math.Float64bits(math.Inf(1))), int64(-1), "注文\x1b[2J")
	f.Fuzz(func(t *testing.T, width, height int, data []byte, span int64, name string) {
		width, height = min(width, 300), min(height, 100)
		if !isPlain(name) {
			name = "heap"
		}
		th := theme.New(true)
		c := Chart{Theme: th, Format: func(v float64) string { return name + formatPlain(v) }, Cursor: start().Add(time.Duration(span / 2))}
		for i := range 4 {
			c.Series = append(c.Series, Series{Name: name, Paint: th.Series[i]})
		}
		at := start()
		for ; len(data) >= 10; data = data[10:] {
			at = at.Add(time.Duration(int8(data[0])) * time.Duration(span) / 16)
			s := &c.Series[data[1]%4]
			s.Points = append(s.Points, Point{Time: at, Gap: data[1]&0x80 != 0, Value: math.Float64frombits(binary.LittleEndian.Uint64(data[2:]))})
			c.Marks = append(c.Marks, Mark{Time: at, Glyph: rune(data[2]), Label: name})
		}
		if span%2 == 0 {
			c.From, c.To = start(), start().Add(time.Duration(span))
		}
		out := c.Render(width, height)
		if height <= 0 {
			if out != "" {
				t.Fatalf("no lines were asked for, got %q", out)
			}
			return
		}
		lines := strings.Split(out, "\n")
		if len(lines) != height {
			t.Fatalf("%d lines instead of %d", len(lines), height)
		}
		for _, line := range lines {
			if w := ansi.StringWidth(line); w > max(0, width) {
				t.Fatalf("a line of %d cells in a chart of %d: %q", w, width, line)
			}
		}
	})
}

// isPlain leaves out what no name or unit is made of: control characters, and
// those whose width depends on what stands beside them.
func isPlain(s string) bool {
	for _, r := range s {
		if r < ' ' || r > 0x17f || r >= 0x7f && r < 0xa1 || r == 0xad {
			return false
		}
	}
	return utf8.ValidString(s)
}

func FuzzSpark(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), 5)
	f.Fuzz(func(t *testing.T, data []byte, width int) {
		width = min(width, 1000)
		var values []float64
		for ; len(data) >= 8; data = data[8:] {
			values = append(values, math.Float64frombits(binary.LittleEndian.Uint64(data)))
		}
		if got := utf8.RuneCountInString(Spark(values, width)); got != max(0, width) {
			t.Fatalf("%d cells instead of %d", got, width)
		}
	})
}
