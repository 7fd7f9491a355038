package export

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"leaktop/capture/snapshot"
	"leaktop/diff"
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
	if d.Alone && value == Both {
		value = after
	}
	if value != Both {
		i := slices.IndexFunc(sides(), func(s side) bool { return s.name == value })
		if i < 0 {
			return fmt.Errorf("value %q: folded stacks have no such value; use %s", value, strings.Join(FoldedValues(), ", "))
		}
		columns = sides()[i : i+1]
	}
	out := bufio.NewWriter(w)
	if c.index < 0 {
		return nil
	}
	line := make([]byte, 0, 1<<10)
	for path := range diff.NewPaths(c.Comparison).All(c.index) {
		line = appendFolded(line[:0], path.Functions)
		some := false
		for _, column := range columns {
			n := column.value(path.Change)
			some = some || n != 0
			line = strconv.AppendInt(append(line, ' '), n, 10)
		}
		if some {
			out.Write(append(line, '\n'))
		}
	}
	return out.Flush()
}

// foldedPath is the path of one stack.
func foldedPath(t *snapshot.Table, id snapshot.StackID) string {
	var names []string
	for f := range t.Frames(id) {
		names = append(names, functionName(f))
	}
	slices.Reverse(names)
	return string(appendFolded(nil, names))
}

// appendFolded appends a path of functions, root first.
func appendFolded(to []byte, names []string) []byte {
	if len(names) == 0 {
		return append(to, functionName(snapshot.Frame{})...)
	}
	for i, name := range names {
		if i > 0 {
			to = append(to, ';')
		}
		for _, r := range name {
			switch {
			case r == ';':
				r = ':'
			case unicode.IsSpace(r):
				r = '_'
			}
			to = utf8.AppendRune(to, r)
		}
	}
	return to
}
