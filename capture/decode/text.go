package decode

import (
	"bytes"
	"fmt"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
)

// Bounds of a profile in one of the older text forms. What they prevent, in the
// parser of google/pprof: each address is compared with each mapping; and a line
// "name=value" after the samples is put in for each $name below it, also within
// later values, so that a few lines can grow without bound.
const (
	maxTextLines    = 32 << 20 // bytes of lines that are no comment
	maxMapText      = 4 << 20  // bytes of the memory map
	maxMapLines     = 10_000
	maxMapCompares  = 1 << 30
	maxMapVariables = 10_000 // uses of $name
	maxMapValues    = 4 << 10

	costTextByte    = 10                        // copies of a line, and its parts
	costTextSample  = 128 + 6*8 + 3*(48+352)    // by google/pprof, with the labels of one
	costTextAddress = 96 + 64 + 6*8 + 3*6*8 + 8 // and the location made of it
)

// textSurvey is what a look over a text profile found.
type textSurvey struct {
	lines, samples, addresses       int // lines: bytes of those that are no comment
	mapText, mapLines, uses, values int
	afterSamples, nested            bool
}

// protoOfText turns the text form of a profile into the standard one, once it
// was looked over.
func protoOfText(data []byte, name string) ([]byte, error) {
	s := surveyText(data)
	if why := s.refusal(len(data)); why != "" {
		return nil, refuse(name, why, "fetch the profile as protobuf, without ?debug=1")
	}
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, refuse(name, "it is text, but not a profile that pprof knows", howToFetch)
	}
	nameText(data, p)
	var proto bytes.Buffer
	if err := p.WriteUncompressed(&proto); err != nil {
		return nil, refuse(name, "it is text that pprof cannot convert to a profile ("+clean.Line(err.Error(), maxName)+")", howToFetch)
	}
	return proto.Bytes(), nil
}

func surveyText(data []byte) textSurvey {
	var s textSurvey
	for line := range bytes.Lines(data) {
		s.line(bytes.TrimSpace(line))
	}
	return s
}

func (s *textSurvey) line(line []byte) {
	switch {
	case s.afterSamples:
		s.mapText += len(line)
		s.mapLines++
		uses := bytes.Count(line, []byte("$"))
		s.uses += uses
		if bytes.ContainsRune(line, '=') {
			s.values += len(line)
			s.nested = s.nested || uses > 0
		}
	case len(line) == 0 || line[0] == '#':
	default:
		s.lines += len(line)
		s.samples++
		s.addresses += bytes.Count(line, []byte("0x"))
		// The two headings that google/pprof looks for.
		s.afterSamples = bytes.Contains(line, []byte("--- Memory map: ---")) || bytes.Contains(line, []byte("MAPPED_LIBRARIES:"))
	}
}

// refusal says why a text of n bytes must not be parsed, "" where it may be.
func (s *textSurvey) refusal(n int) string {
	// Four parsers try their luck with the lines before the first that is no comment.
	cost := 4*n + costTextByte*s.lines + costTextSample*s.samples + costTextAddress*s.addresses
	switch {
	case s.lines > maxTextLines || cost > maxCost:
		return fmt.Sprintf("it is a text of %s with %d sample lines and %d addresses, too much to decode",
			size(n), s.samples, s.addresses)
	case s.mapText > maxMapText || s.mapLines > maxMapLines || s.mapLines*s.addresses > maxMapCompares:
		return fmt.Sprintf("its memory map of %d lines is too long to decode", s.mapLines)
	case s.nested || s.uses > maxMapVariables || s.values > maxMapValues:
		return "its memory map defines too many variables"
	}
	return ""
}
