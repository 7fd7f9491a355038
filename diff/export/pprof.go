package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Pprof writes one gzip'd profile: current minus base for each record and
// sample type. Its time is the current profile's; the base's stands in a
// comment. A record is left out only if it is zero in every type.
//
// go tool pprof reads it like any profile, and its rows equal those of
// -diff_base. All locations belong to one mapping without a file that says its
// functions are known, so that nothing tries to symbolize them.
func Pprof(w io.Writer, c *diff.Comparison) error { return writePprof(w, c, comments(c)) }

// PprofAlone writes the current profile of a comparison that has no base, as
// [Pprof] does a difference. Of a dump it is the goroutine profile.
func PprofAlone(w io.Writer, c *diff.Comparison) error {
	return writePprof(w, c, append([]string{"leaktop: one snapshot by itself"}, c.Notes()...))
}

func writePprof(w io.Writer, c *diff.Comparison, comments []string) error {
	b := newProfileBuilder(c)
	b.out.Comments = comments
	for key, delta := range c.Deltas() {
		b.add(key, delta)
	}
	if err := b.out.Write(w); err != nil {
		return fmt.Errorf("profile: %w; check that there is room to write it", err)
	}
	return nil
}

// profileBuilder turns interned stacks back into the locations of a profile.
type profileBuilder struct {
	table     *snapshot.Table
	out       *profile.Profile
	mapping   *profile.Mapping
	functions map[profile.Function]*profile.Function // by all but the ID
	locations map[string]*profile.Location           // by the ids of its frames, 4 bytes each
	key       []byte                                 // of the location at hand
	sizes     map[int64]map[string][]int64           // labels by the size that they tell
	units     map[string][]string                    // of all of them
}

func newProfileBuilder(c *diff.Comparison) *profileBuilder {
	mapping := &profile.Mapping{ID: 1, HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}
	b := &profileBuilder{
		table:     c.Table,
		out:       &profile.Profile{Mapping: []*profile.Mapping{mapping}},
		mapping:   mapping,
		functions: make(map[profile.Function]*profile.Function),
		locations: make(map[string]*profile.Location),
		sizes:     make(map[int64]map[string][]int64),
		units:     map[string][]string{"bytes": {"bytes"}},
	}
	for _, t := range c.Types {
		b.out.SampleType = append(b.out.SampleType, &profile.ValueType{Type: t.Name, Unit: t.Unit})
	}
	head := c.Current
	if head == nil {
		head = c.Base
	}
	if head != nil {
		b.head(head)
	}
	return b
}

// head takes over what a profile says of itself. The period is that of a heap
// profile where it is known; one of goroutines has period 1, as the Go runtime
// writes it.
func (b *profileBuilder) head(p *snapshot.Profile) {
	if !p.Time.IsZero() {
		b.out.TimeNanos = p.Time.UnixNano()
	}
	if p.DefaultType >= 0 && p.DefaultType < len(p.Types) {
		b.out.DefaultSampleType = p.Types[p.DefaultType].Name
	}
	switch {
	case p.Kind == snapshot.Goroutine:
		b.out.PeriodType, b.out.Period = &profile.ValueType{Type: "goroutine", Unit: "count"}, 1
	case p.Period > 0:
		b.out.PeriodType, b.out.Period = &profile.ValueType{Type: "space", Unit: "bytes"}, p.Period
	}
}

func comments(c *diff.Comparison) []string {
	base := "base: none"
	switch {
	case c.Base == nil:
	case c.Base.Time.IsZero():
		base = "base: taken at an unknown time"
	default:
		base = "base: taken " + c.Base.Time.UTC().Format(time.RFC3339Nano)
	}
	return append([]string{"leaktop diff: current minus base", base}, c.Notes()...)
}

func (b *profileBuilder) add(key snapshot.Key, delta []int64) {
	zero := true
	for _, v := range delta {
		zero = zero && v == 0
	}
	if zero {
		return
	}
	s := &profile.Sample{Location: b.stack(key.Stack), Value: append([]int64(nil), delta...)}
	if key.Size > 0 {
		s.NumLabel, s.NumUnit = b.size(key.Size), b.units
	}
	for _, l := range b.table.Labels(key.Labels) {
		if s.Label == nil {
			s.Label = make(map[string][]string)
		}
		s.Label[l.Key] = append(s.Label[l.Key], l.Value)
	}
	b.out.Sample = append(b.out.Sample, s)
}

// size returns the label for the size of an object. Writing does not change the
// maps, so that samples share them: there are few sizes, and many samples.
func (b *profileBuilder) size(n int64) map[string][]int64 {
	label, ok := b.sizes[n]
	if !ok {
		label = map[string][]int64{"bytes": {n}}
		b.sizes[n] = label
	}
	return label
}

// stack returns the locations of a stack, leaf first: a frame that is not
// inlined ends the location of those that were inlined into it.
func (b *profileBuilder) stack(id snapshot.StackID) []*profile.Location {
	var locations []*profile.Location
	b.key = b.key[:0]
	for f := range b.table.FrameIDs(id) {
		b.key = binary.LittleEndian.AppendUint32(b.key, uint32(f))
		if !b.table.Frame(f).Inlined {
			locations = append(locations, b.location())
		}
	}
	if len(b.key) > 0 { // inlined into a caller that the profile does not have
		locations = append(locations, b.location())
	}
	return locations
}

// location returns that of the frames in the key, and empties the key.
func (b *profileBuilder) location() *profile.Location {
	l, ok := b.locations[string(b.key)]
	if !ok {
		l = &profile.Location{ID: uint64(len(b.out.Location) + 1), Mapping: b.mapping}
		for at := b.key; len(at) > 0; at = at[4:] {
			frame := b.table.Frame(snapshot.FrameID(binary.LittleEndian.Uint32(at)))
			l.Line = append(l.Line, profile.Line{Function: b.function(frame), Line: int64(frame.Line)})
		}
		b.locations[string(b.key)] = l
		b.out.Location = append(b.out.Location, l)
	}
	b.key = b.key[:0]
	return l
}

func (b *profileBuilder) function(f snapshot.Frame) *profile.Function {
	content := profile.Function{Name: f.Function, SystemName: f.Function, Filename: f.File, StartLine: int64(f.StartLine)}
	known, ok := b.functions[content]
	if !ok {
		known = &profile.Function{}
		*known = content
		known.ID = uint64(len(b.out.Function) + 1)
		b.functions[content] = known
		b.out.Function = append(b.out.Function, known)
	}
	return known
}
