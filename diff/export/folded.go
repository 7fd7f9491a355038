package export

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"leaktop/capture/snapshot"
)

// Both is the value of [Folded] that writes two columns.
const Both = "both"

// FoldedValues are the values that [Folded] can write, the default first.
func FoldedValues() []string {
	names := []string{Both}
	for _, s := range sides() {
		names = append(names, s.name)
	}
	return names
}

// Folded writes one line a call path, in the order of the paths: its functions
// from the root to the leaf with semicolons between them, and behind a space
// what it holds. Both writes what it held before and what it holds after, as
// difffolded.pl does for flamegraph.pl; before, after, growth and shrink write
// one column, as stackcollapse scripts do. No value is negative: the scripts
// take none, and what is negative in a profile of differences counts as 0.
// Paths that would have 0 everywhere are left out, and so are lines and files.
//
// A function's own semicolons become colons, and what is white space in it
// becomes an underscore, so that a line can be taken apart again. A sample type
// or a value that there is not is an error, before anything is written.
func Folded(w io.Writer, d Diff, o Options, value string) error {
	c, err := d.column(o.SampleType)
	if err != nil {
		return err
	}
	columns := sides()[:2]
	if value != Both {
		i := slices.IndexFunc(sides(), func(s side) bool { return s.name == value })
		if i < 0 {
			return fmt.Errorf("value %q: folded stacks have no such one; use %s", value, strings.Join(FoldedValues(), ", "))
		}
		columns = sides()[i : i+1]
	}
	totals := make(map[string][]int64)
	for _, s := range c.stacks() {
		path := foldedPath(c.Table, s.stack)
		sums := totals[path]
		if sums == nil {
			sums = make([]int64, len(columns))
			totals[path] = sums
		}
		for i, column := range columns {
			sums[i] = snapshot.AddSaturating(sums[i], column.value(s))
		}
	}
	out := bufio.NewWriter(w)
	for _, path := range slices.Sorted(maps.Keys(totals)) {
		sums := totals[path]
		if !slices.ContainsFunc(sums, func(n int64) bool { return n != 0 }) {
			continue
		}
		out.WriteString(path)
		for _, n := range sums {
			fmt.Fprintf(out, " %d", n)
		}
		out.WriteByte('\n')
	}
	return out.Flush()
}

func foldedPath(t *snapshot.Table, id snapshot.StackID) string {
	names := rootFirst(t, id)
	if len(names) == 0 {
		return functionName(snapshot.Frame{})
	}
	for i, name := range names {
		names[i] = strings.Map(func(r rune) rune {
			switch {
			case r == ';':
				return ':'
			case unicode.IsSpace(r):
				return '_'
			}
			return r
		}, name)
	}
	return strings.Join(names, ";")
}
