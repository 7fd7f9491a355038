package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
)

// The CPU profile in the binary form that gperftools writes, and Go wrote before
// 1.9, is words of 4 or 8 bytes in the byte order of the machine: a head of
// five, 0, 3, 0, the microseconds between two samples, and 0; then for each
// stack how often it was seen, how many addresses follow, and these, leaf first;
// then 0, 1, 0, and behind it the memory map as text.

// words reads a binary CPU profile.
type words struct {
	width int
	order binary.ByteOrder
}

// at returns word i; false behind the end.
func (w words) at(data []byte, i int) (uint64, bool) {
	from := i * w.width
	switch {
	case from < 0 || from+w.width > len(data):
		return 0, false
	case w.width == 4:
		return uint64(w.order.Uint32(data[from:])), true
	}
	return w.order.Uint64(data[from:]), true
}

// binaryHead is how many words stand before the first stack.
const binaryHead = 5

// wordsOf finds how the words of a binary CPU profile are written; false for
// anything else.
func wordsOf(data []byte) (words, bool) {
	for _, w := range []words{{8, binary.LittleEndian}, {8, binary.BigEndian}, {4, binary.LittleEndian}, {4, binary.BigEndian}} {
		var head [binaryHead]uint64
		whole := true
		for i := range head {
			var ok bool
			head[i], ok = w.at(data, i)
			whole = whole && ok
		}
		// A year between two samples is none.
		if whole && head[0] == 0 && head[1] == 3 && head[2] == 0 && head[3] > 0 && head[3] < 1<<45 && head[4] == 0 {
			return w, true
		}
	}
	return words{}, false
}

func isBinaryCPU(data []byte) bool {
	_, ok := wordsOf(data)
	return ok
}

// surveyBinary counts the stacks and addresses, and finds where the text behind
// them begins; false where they end in the middle.
func surveyBinary(data []byte, w words) (stacks, addresses int, text []byte, ok bool) {
	for i := binaryHead; ; {
		seen, first := w.at(data, i)
		n, second := w.at(data, i+1)
		if !first || !second || n > uint64(len(data)) {
			return stacks, addresses, nil, false
		}
		if leaf, ok := w.at(data, i+2); ok && seen == 0 && n == 1 && leaf == 0 {
			return stacks, addresses, data[(i+3)*w.width:], true
		}
		stacks, addresses = stacks+1, addresses+int(n)
		i += 2 + int(n)
	}
}

// protoOfBinary turns a binary CPU profile into the standard form, once it was
// looked over. Functions have no names in it.
func protoOfBinary(data []byte, name string) ([]byte, error) {
	const again = "convert it with go tool pprof -proto PROGRAM PROFILE"
	w, _ := wordsOf(data)
	stacks, addresses, text, ok := surveyBinary(data, w)
	if !ok {
		return nil, refuse(name, "it is a CPU profile in the old binary format, and is truncated", "fetch all of it again")
	}
	maps := textSurvey{afterSamples: true, addresses: addresses}
	for line := range bytes.Lines(text) {
		maps.line(bytes.TrimSpace(line))
	}
	why := maps.refusal(len(text))
	if cost := costTextSample*stacks + costTextAddress*addresses; cost > maxCost {
		why = fmt.Sprintf("it has %d stacks and %d addresses, too much to decode", stacks, addresses)
	}
	if why != "" {
		return nil, refuse(name, "it is a CPU profile in the old binary format, and "+why, again)
	}
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, refuse(name, "it is a CPU profile in the old binary format that pprof cannot read ("+clean.Line(err.Error(), maxName)+")", again)
	}
	var proto bytes.Buffer
	if err := p.WriteUncompressed(&proto); err != nil {
		return nil, refuse(name, "it is a CPU profile in the old binary format that pprof cannot convert ("+clean.Line(err.Error(), maxName)+")", again)
	}
	return proto.Bytes(), nil
}
