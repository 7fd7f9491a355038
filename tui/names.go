package tui

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// shortName drops the directories of a function's package:
// "net/http.(*conn).serve" reads "http.(*conn).serve". Type arguments have
// paths of their own and stay as they are.
func shortName(function string) string {
	name, arguments := function, ""
	if i := strings.IndexByte(function, '['); i >= 0 {
		name, arguments = function[:i], function[i:]
	}
	return name[strings.LastIndexByte(name, '/')+1:] + arguments
}

// frameName is the short name of a frame's function. Some goroutines come
// without a stack, such as those that were just started.
func frameName(f snapshot.Frame) string {
	if f.Function == "" {
		return "(no stack)"
	}
	return shortName(f.Function)
}

// tellingFrame is the frame that names a stack: the first of own code from the
// leaf, without one the leaf.
func tellingFrame(table *snapshot.Table, own []string, id snapshot.StackID) snapshot.Frame {
	for f := range table.Frames(id) {
		if diff.IsOwn(f, own) {
			return f
		}
	}
	return table.Leaf(id)
}

// position is where a frame stands, as file:line without the directory; "" where unknown.
func position(file string, line int) string {
	switch {
	case file == "":
		return ""
	case line <= 0:
		return path.Base(file)
	}
	return fmt.Sprintf("%s:%d", path.Base(file), line)
}

// stackText is a stack as plain text, leaf first, for the clipboard.
func stackText(frames []snapshot.Frame) string {
	var b strings.Builder
	for _, f := range frames {
		fmt.Fprintf(&b, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
