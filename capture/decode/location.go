package decode

import (
	"cmp"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/snapshot"
)

// unknownFunction stands for a function that the profile has no name for.
const unknownFunction = "<unknown>"

// places are the locations of a profile, resolved: the location with index i is
// part i of the batch.
type places struct {
	ids   ids
	batch *snapshot.Batch
	cuts  []cut // by index; nil where no location has one
}

// resolver turns locations into places.
type resolver struct {
	*proto
	table     *snapshot.Table
	drop      *pruner
	functions ids
	known     []snapshot.FunctionID // by index, 0 for one that is not interned yet
	mapped    ids
	names     []string // of mappings
	text      int      // bytes of names so far
	lines     []line   // of the location at hand, reused
	frames    []snapshot.FrameID
}

// location is one location as the profile has it.
type location struct{ id, mapping, address uint64 }

// line is one function of a location, by its index.
type line struct {
	function uint32
	line     int64
}

func resolve(p *proto, table *snapshot.Table) (*places, error) {
	r := resolver{proto: p, table: table, known: make([]snapshot.FunctionID, len(p.functions)), functions: newIDs(len(p.functions)), mapped: newIDs(len(p.mappings))}
	for i, f := range p.functions {
		if err := r.functions.add(f.id, i, "functions"); err != nil {
			return nil, err
		}
		r.count(i)
	}
	for i, m := range p.mappings {
		if err := r.mapped.add(m.id, i, "mappings"); err != nil {
			return nil, err
		}
		r.text += int(p.strings[m.file].n)
	}
	if err := r.bound(); err != nil {
		return nil, err
	}
	r.names = p.mappingNames()
	var err error
	if r.drop, err = newPruner(string(p.raw(p.head[fieldDropFrames])), string(p.raw(p.head[fieldKeepFrames]))); err != nil {
		return nil, err
	}
	return r.places()
}

func (r *resolver) places() (*places, error) {
	out := &places{ids: newIDs(len(r.locations)), batch: r.table.NewBatch(len(r.locations), r.samples)}
	if r.drop.drop != nil {
		out.cuts = make([]cut, len(r.locations))
	}
	for i, at := range r.locations {
		l, err := r.read(r.data[at.from : at.from+at.n])
		if err == nil {
			err = out.ids.add(l.id, i, "locations")
		}
		if err != nil {
			return nil, err
		}
		c, lines, err := r.drop.location(r.proto, r.lines)
		if err != nil {
			return nil, err
		}
		if c != cutNothing {
			out.cuts[i] = c
		}
		out.batch.Part(r.intern(l, lines))
	}
	return out, nil
}

// count adds the names of a function to the text that frames have. Many frames
// may share one long name, and would take too long to compare.
func (r *resolver) count(function int) {
	f := r.proto.functions[function]
	r.text += int(r.strings[f.name].n) + int(r.strings[f.system].n) + int(r.strings[f.file].n)
}

func (r *resolver) bound() error {
	if r.text > maxFrameText {
		return tooMuch(fmt.Sprintf("the names of its frames add up to more than %s", size(maxFrameText)))
	}
	return nil
}

// read reads one location, and its lines into r.lines.
func (r *resolver) read(message []byte) (location, error) {
	var numbers [6]uint64 // by field
	r.lines = r.lines[:0]
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return location{}, err
		}
		message = rest
		switch {
		case int(f.num) >= len(numbers):
		case f.num == 4 && f.typ == protowire.BytesType:
			if err := r.line(f.body); err != nil {
				return location{}, err
			}
		case f.num == 4 || f.typ != protowire.VarintType:
			return location{}, errWireType
		default:
			numbers[f.num] = f.value
		}
	}
	return location{id: numbers[1], mapping: numbers[2], address: numbers[3]}, r.bound()
}

func (r *resolver) line(message []byte) error {
	var v [4]uint64 // function id, line, column
	if err := scalars(message, v[:]); err != nil {
		return err
	}
	i, ok := r.functions.find(v[1])
	if !ok {
		return damage(fmt.Sprintf("it has no function with the id %d", v[1]))
	}
	r.count(int(i))
	r.lines = append(r.lines, line{i, int64(v[2])})
	return nil
}

// intern interns the frames of one location, leaf first. Of its lines, the first
// is the innermost inlined function and the last the one that really has a frame.
func (r *resolver) intern(l location, lines []line) []snapshot.FrameID {
	r.frames = r.frames[:0]
	if len(lines) == 0 {
		return append(r.frames, r.table.InternFrame(snapshot.Frame{Function: r.address(l)}))
	}
	for i, at := range lines {
		r.frames = append(r.frames, r.table.InternLine(r.function(at.function), lineNumber(at.line), i < len(lines)-1))
	}
	return r.frames
}

// function interns a function, each once.
func (r *resolver) function(i uint32) snapshot.FunctionID {
	if r.known[i] == 0 {
		f := &r.proto.functions[i]
		name := f.name
		if r.proto.strings[name].n == 0 {
			name = f.system
		}
		r.known[i] = r.table.InternFunction(cmp.Or(r.proto.text(uint64(name)), unknownFunction), r.proto.text(uint64(f.file)), f.startLine)
	}
	return r.known[i]
}

// address names a frame that nobody symbolized: "0x46c5e7 libc.so.6".
func (r *resolver) address(l location) string {
	mapping := ""
	if i, ok := r.mapped.find(l.mapping); ok {
		mapping = r.names[i]
	}
	switch {
	case l.address == 0 && mapping == "":
		return unknownFunction
	case mapping == "":
		return fmt.Sprintf("%#x", l.address)
	}
	return fmt.Sprintf("%#x %s", l.address, mapping)
}

// lineNumber is n where it can be a line number, else 0, unknown.
func lineNumber(n int64) int {
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}
