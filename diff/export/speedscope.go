package export

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"

	"leaktop/capture/snapshot"
)

// Speedscope writes a file for speedscope.app with four profiles of one sample
// type: before, after, growth and shrink, of which after is shown first. The
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
	frames := speedscopeFrames{index: make(map[speedscopeFrame]int)}
	stacks := c.stacks()
	paths := make([][]int, len(stacks))
	for i, s := range stacks {
		paths[i] = frames.of(c.Table, s.stack)
	}
	file := speedscopeFile{
		Schema:   "https://www.speedscope.app/file-format-schema.json",
		Name:     "leaktop diff: " + c.title(),
		Active:   1,
		Exporter: "leaktop",
	}
	for _, side := range sides() {
		p := speedscopeProfile{Type: "sampled", Name: c.title() + ", " + side.name, Unit: speedscopeUnit(c.sampleType().Unit), Samples: [][]int{}, Weights: []int64{}}
		for i, s := range stacks {
			if n := side.value(s); n > 0 {
				p.Samples, p.Weights = append(p.Samples, paths[i]), append(p.Weights, n)
				p.EndValue = snapshot.AddSaturating(p.EndValue, n)
			}
		}
		file.Profiles = append(file.Profiles, p)
	}
	file.Shared.Frames = list(frames.list)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(file); err != nil {
		return err
	}
	return out.Flush()
}

type speedscopeFile struct {
	Schema string `json:"$schema"`
	Shared struct {
		Frames []speedscopeFrame `json:"frames"`
	} `json:"shared"`
	Profiles []speedscopeProfile `json:"profiles"`
	Name     string              `json:"name"`
	Active   int                 `json:"activeProfileIndex"`
	Exporter string              `json:"exporter"`
}

type speedscopeFrame struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type speedscopeProfile struct {
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	StartValue int64   `json:"startValue"`
	EndValue   int64   `json:"endValue"` // the sum of the weights
	Samples    [][]int `json:"samples"`  // indexes of frames, root first
	Weights    []int64 `json:"weights"`
}

// speedscopeFrames numbers the frames in the order in which they come.
type speedscopeFrames struct {
	list  []speedscopeFrame
	index map[speedscopeFrame]int
}

// of returns the numbers of a stack's frames, root first.
func (s *speedscopeFrames) of(t *snapshot.Table, id snapshot.StackID) []int {
	path := []int{}
	for f := range t.Frames(id) {
		frame := speedscopeFrame{Name: functionName(f), File: f.File, Line: f.StartLine}
		i, ok := s.index[frame]
		if !ok {
			i = len(s.list)
			s.index[frame], s.list = i, append(s.list, frame)
		}
		path = append(path, i)
	}
	slices.Reverse(path)
	return path
}

// speedscopeUnit is the unit as the format names it: one of six.
func speedscopeUnit(unit string) string {
	switch unit {
	case "bytes", "nanoseconds", "microseconds", "milliseconds", "seconds":
		return unit
	}
	return "none"
}
