package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Speedscope writes a file for speedscope.app with four profiles of one sample
// type: before, after, growth and shrink, of which after is shown first; of a
// snapshot by itself with one. The
// format is speedscope's file-format-spec.ts. It has no negative weights, which
// is why growth and shrink are apart. Frames are functions with their file and
// the line of their func keyword, where that is known: calls from several lines
// of a function are one. A sample type that the profiles do not have is an
// error, before anything is written.
func Speedscope(w io.Writer, d Diff, o Options) error {
	c, err := d.column(o.SampleType)
	if err != nil {
		return err
	}
	j := &jsonWriter{w: bufio.NewWriter(w)}
	j.enc = json.NewEncoder(&j.buffer)
	j.enc.SetEscapeHTML(false)
	j.raw(`{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"leaktop","name":`)
	name, shown, active := "leaktop diff: ", sides(), 1
	if d.Alone {
		name, shown, active = "leaktop: ", shown[1:2], 0
	}
	j.value(name + c.title())
	j.raw(fmt.Sprintf(`,"activeProfileIndex":%d,"profiles":[`, active))
	var rows []diff.Row
	frames := speedscopeFrames{index: make(map[speedscopeFrame]int)}
	if c.index >= 0 {
		rows, frames.table = c.ByStack(c.index, nil), c.Table
	}
	for i, side := range shown {
		if i > 0 {
			j.raw(",")
		}
		frames.profile(j, c, side, rows)
	}
	// The frames stand last, for by now all of them are known.
	j.raw(`],"shared":{"frames":`)
	j.value(list(frames.list))
	j.raw("}}\n")
	if j.err != nil {
		return j.err
	}
	return j.w.Flush()
}

type speedscopeFrame struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// speedscopeFrames numbers the frames in the order in which they come.
type speedscopeFrames struct {
	table *snapshot.Table
	list  []speedscopeFrame
	index map[speedscopeFrame]int
	path  []int
}

// profile writes one side of the difference, stack by stack: a large one takes
// no more memory than a small one.
func (s *speedscopeFrames) profile(j *jsonWriter, c column, side side, rows []diff.Row) {
	j.raw(`{"type":"sampled","name":`)
	j.value(c.title() + ", " + side.name)
	j.raw(`,"unit":`)
	j.value(speedscopeUnit(c.sampleType().Unit))
	j.raw(`,"samples":[`)
	weights, sum := []int64{}, int64(0)
	for _, row := range rows {
		if n := side.value(row.Flat); n > 0 {
			j.element(len(weights), s.of(row.Stack))
			weights, sum = append(weights, n), snapshot.AddSaturating(sum, n)
		}
	}
	j.raw(`],"weights":`)
	j.value(weights)
	j.raw(`,"startValue":0,"endValue":`)
	j.value(sum)
	j.raw("}")
}

// of returns the numbers of a stack's frames, root first; valid until the next call.
func (s *speedscopeFrames) of(id snapshot.StackID) []int {
	s.path = list(s.path[:0])
	for f := range s.table.Frames(id) {
		frame := speedscopeFrame{Name: functionName(f), File: f.File, Line: f.StartLine}
		i, ok := s.index[frame]
		if !ok {
			i = len(s.list)
			s.index[frame], s.list = i, append(s.list, frame)
		}
		s.path = append(s.path, i)
	}
	slices.Reverse(s.path)
	return s.path
}

// speedscopeUnit is the unit as the format names it: one of six.
func speedscopeUnit(unit string) string {
	switch unit {
	case "bytes", "nanoseconds", "microseconds", "milliseconds", "seconds":
		return unit
	}
	return "none"
}
