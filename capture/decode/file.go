package decode

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// maxHead is how much of a file is looked at to tell what it is.
const maxHead = 64 << 10

// Content is what a file holds: a profile or a dump.
type Content struct {
	Profile *snapshot.Profile
	// Figures are what the text of a heap profile tells of the process besides, without
	// a time; none in other files.
	Figures snapshot.Vitals
	Dump    *snapshot.GroupedDump
	// Number is which of several profiles in one text it is, from 1 on, and Count
	// how many there are; 0 for a profile that is no text. Of dumps,
	// [snapshot.GroupedDump] tells.
	Number, Count int
	// Unread counts the goroutines, or of a heap the records, that the text of a
	// profile tells of, and that could not be read.
	Unread int64
	// Headless says that the text of a profile has no first line: whether it is all of
	// it is not known, nor of a heap its sampling rate, so that nothing is scaled.
	Headless bool
}

// Source is what a file is, besides its bytes.
type Source struct {
	Name   string // stands for it in errors
	Length int64  // in bytes, where that is known, else 0
	// Nth is which of several dumps or profiles in one text is taken, from 1 on; 0
	// is the last.
	Nth int
}

// File decodes what a file may hold, packed with gzip or not: a profile, see
// [Profile], or the text of a full goroutine dump, see [GroupedGoroutines], or of
// a profile (debug=1), with whatever stands before and behind it and whatever a
// log, a terminal or a page has made of its lines.
//
// The limits hold for a profile. A dump is read as a stream and may have any size;
// what stands before its first goroutine, as in a log, is bounded by them.
func File(r io.Reader, from Source, table *snapshot.Table, limits Limits) (Content, error) {
	name := from.Name
	in := bufio.NewReaderSize(r, maxHead)
	head, err := in.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return Content{}, unreadable(name, err)
	}
	packed := isGzip(head)
	if packed {
		head = gunzipHead(head)
	}
	order := utf16Order(head)
	if order == nil && (isBinaryCPU(head) || !mayBeText(head)) {
		if from.Nth > 1 {
			return Content{}, refuse(name, fmt.Sprintf("it holds one profile, so there is no #%d", from.Nth), "leave the number out")
		}
		data, err := readWhole(in, from.Length, name, limits.MaxBytes)
		if err != nil {
			return Content{}, err
		}
		p, err := Profile(data, name, table, limits)
		return Content{Profile: p}, err
	}
	text, lead := textReader{r: in}, limits.MaxBytes
	if packed {
		if text.r, err = gzip.NewReader(in); err != nil {
			return Content{}, refuseGzip(name, gzipError(err), limits)
		}
		lead = limits.MaxUnpacked
	}
	s := newScanner(textOf(&text, head, order, int64(lead)), table)
	s.lead = int64(lead)
	s.records = &records{limit: limits.MaxUnpacked}
	c, err := textContent(s, name, head, limits, from.Nth)
	if errors.Is(s.text.raw.err, errZeros) {
		bound := "--max-filesize"
		if packed {
			bound = "--max-unpacked"
		}
		return Content{}, refuse(name, "it holds more than "+size(lead)+" of zeros", "cut them off, or raise the cap with "+bound)
	}
	if c.Dump != nil {
		c.Dump.Cut = c.Dump.Cut || text.cut
	}
	return c, err
}

// textContent is what a text holds that starts so.
func textContent(s *scanner, name string, head []byte, limits Limits, nth int) (Content, error) {
	d, err := groupDump(s, name, nth)
	switch {
	case s.heading:
		return textProfile(s, name, limits, nth)
	case errors.As(err, new(noDump)):
		if refused := refuseText(name, startOf(head), ", and holds neither a profile nor a goroutine dump"); refused != nil {
			return Content{}, refused
		}
		return Content{}, refuse(name, "it is text, but neither a profile that pprof knows nor a goroutine dump", howToFetch)
	case err != nil:
		return Content{}, err
	}
	return Content{Dump: d}, nil
}

func unreadable(name string, err error) error {
	return refuse(name, "it cannot be read ("+clean.Line(err.Error(), maxName)+")", "try it again")
}

// readWhole reads all there is, which must be no more than limit.
func readWhole(r io.Reader, length int64, name string, limit int) ([]byte, error) {
	var data bytes.Buffer
	if length <= int64(limit) {
		data.Grow(int(length) + bytes.MinRead) // so that it does not grow while it is read
		if _, err := data.ReadFrom(io.LimitReader(r, int64(limit)+1)); err != nil {
			return nil, unreadable(name, err)
		}
	}
	if max(length, int64(data.Len())) > int64(limit) {
		return nil, refuse(name, "it is larger than the cap of "+size(limit), "name a smaller profile, or raise the cap with --max-filesize")
	}
	return data.Bytes(), nil
}

// gunzipHead unpacks as much of the start of a packed file as it holds.
func gunzipHead(head []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	out := make([]byte, maxHead)
	n, _ := io.ReadFull(r, out) // it ends in the middle, as head does
	return out[:n]
}

// textReader reads a text that may be packed. Where the packed data ends in the
// middle, so does the text.
type textReader struct {
	r   io.Reader
	cut bool
}

func (t *textReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		t.cut, err = true, io.EOF
	}
	return n, err
}

// otherText matches how the text forms of a profile start that google/pprof knows
// and Go does not write, behind comments.
var otherText = regexp.MustCompile(`^(\s*(#[^\n]*)?\n)*(\S+ profile: |--- ?(threadz|Thread|heapz|contention|mutex))`)

// mayBeText reports whether a file that starts so may be the text of a dump or of
// a profile that Go writes, or a log with one in it.
func mayBeText(head []byte) bool {
	text := bytes.TrimLeft(head, "\x00 \t\r\n\ufeff")
	switch {
	case len(text) == 0:
		return len(head) == maxHead // what a log has lost, as it was copied and truncated
	case mayBeProto(head), isBinary(text):
		return false
	case !otherText.Match(text):
		return true
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(withoutControls(line)); len(line) > 0 && line[0] != '#' {
			return isTextHeading(line)
		}
	}
	return true
}

// mayBeProto reports whether what starts so may be a profile in the standard form:
// it is made of fields that one has, a message or a string among them.
func mayBeProto(head []byte) bool {
	messages := 0
	for len(head) > 0 {
		f, rest, err := nextField(head)
		if err != nil {
			return messages > 0 && errors.Is(err, errProtoCut)
		}
		switch {
		case f.typ == protowire.BytesType && f.num <= fieldString:
			messages++
		case f.typ != protowire.VarintType && f.typ != protowire.BytesType || f.num > fieldDocURL:
			return false
		}
		head = rest
	}
	return messages > 0
}

// isBinary reports whether what starts so is no text. A text may have control
// characters in it, but not many.
func isBinary(head []byte) bool {
	const share = 20 // one in so many bytes
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1b && c != 0 || c == 0x7f {
			odd++
		}
	}
	return odd > 1+len(head)/share || !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) && odd > 0
}
