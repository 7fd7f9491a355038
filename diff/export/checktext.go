package export

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// textWidth is the width of a terminal that everyone has.
	textWidth = 80
	// factWidth is the column that the text of a fact begins in.
	factWidth = 10
)

// CheckText writes what was found in one target for people, wrapped at 80
// columns: the run and its verdict, a block for each finding, those of the
// baseline, what could not be judged, and what levelled off, where it is asked
// for.
func CheckText(w io.Writer, c Check) error {
	// Errors of a bufio.Writer stay: Flush returns the first.
	t := &checkText{w: bufio.NewWriter(w)}
	t.facts("", c.runFacts())
	t.section(c, "", c.news())
	t.section(c, "Known from the baseline", c.known())
	if len(c.Judged.Needs) > 0 {
		t.line("")
		t.line("What would show more")
		for _, need := range c.Judged.Needs {
			t.wrapped("  - ", "    ", need)
		}
	}
	t.section(c, "Levelled off", c.plateaus())
	return t.w.Flush()
}

type checkText struct{ w *bufio.Writer }

// section writes findings below a head, nothing where there are none.
func (t *checkText) section(c Check, head string, findings []listed) {
	if head != "" && len(findings) > 0 {
		t.line("")
		t.line(head)
	}
	for _, l := range findings {
		t.line("")
		t.wrapped("", "  ", l.title())
		t.facts("  ", c.facts(l))
	}
}

// facts writes facts with their names in a column.
func (t *checkText) facts(indent string, all facts) {
	blank := strings.Repeat(" ", len(indent)+factWidth)
	for _, f := range all {
		t.wrapped(indent+f.name+blank[len(indent)+len(f.name):], blank, f.text)
	}
}

// wrapped writes a text behind what stands before its first line and before
// all others. Words are not broken: a name may be longer than a line.
func (t *checkText) wrapped(first, others, text string) {
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth {
			t.line(line)
			line, empty = others, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.line(line)
}

func (t *checkText) line(text string) {
	t.w.WriteString(strings.TrimRight(text, " ") + "\n")
}
