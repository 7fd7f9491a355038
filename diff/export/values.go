package export

import (
	"strconv"
	"strings"

	"leaktop/diff"
	"leaktop/diff/units"
)

// values writes the numbers of one sample type.
type values struct {
	unit  string
	exact bool // plain integers with an ASCII minus, for programs
}

func (v values) value(n int64) string {
	if v.exact {
		return strconv.FormatInt(n, 10)
	}
	return units.Format(n, v.unit)
}

func (v values) change(n int64) string {
	if v.exact {
		return strconv.FormatInt(n, 10)
	}
	return units.Signed(n, v.unit)
}

// stderr is a standard error, "?" for an unknown one.
func (v values) stderr(n int64) string {
	if n < 0 {
		return "?"
	}
	return v.value(n)
}

// status marks what is new or gone. For programs every row has a word, so that
// each has as many as the others.
func (v values) status(s diff.Status) string {
	switch {
	case v.exact:
		return string(s)
	case s == diff.New || s == diff.Gone:
		return strings.ToUpper(string(s))
	}
	return ""
}

// total is "80.0 MiB → 81.2 MiB, +1.2 MiB ± 30.0 KiB (+1.5%)".
func (v values) total(c diff.Change) string {
	out := v.value(c.Before) + " → " + v.value(c.After) + ", " + v.change(c.Delta)
	if c.Stderr != 0 {
		out += " ± " + v.stderr(c.Stderr)
	}
	if percent := units.Percent(c.Before, c.After); percent != "" {
		out += " (" + percent + ")"
	}
	return out
}
