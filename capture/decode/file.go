package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"

	"github.com/klauspost/compress/gzip"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// maxHead is how much of a file is looked at to tell what it is.
const maxHead = 64 << 10

// Content is what a file holds: one of the two.
type Content struct {
	Profile *snapshot.Profile
	Dump    *snapshot.GroupedDump
}

// File decodes what a file may hold, packed with gzip or not: a profile, see
// [Profile], or the text of a full goroutine dump, see [GroupedGoroutines]. The
// limits hold for a profile. A dump is read as a stream and may have any size;
// what stands before its first goroutine, as in a log, is bounded by them.
// length is how long the file is where that is known, else 0.
func File(r io.Reader, length int64, name string, table *snapshot.Table, limits Limits) (Content, error) {
	in := bufio.NewReaderSize(r, maxHead)
	head, err := in.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return Content{}, unreadable(name, err)
	}
	packed := isGzip(head)
	if packed {
		head = gunzipHead(head)
	}
	if !mayBeDump(head) {
		data, err := readWhole(in, length, name, limits.MaxBytes)
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
	d, err := GroupedGoroutines(&text, name, table, int64(lead))
	if errors.As(err, new(noDump)) {
		return Content{}, refuse(name, "it is text, but neither a profile that pprof knows nor a goroutine dump", howToFetch)
	}
	if err != nil {
		return Content{}, err
	}
	d.Cut = d.Cut || text.cut
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

var (
	// headerLine matches the first line of a goroutine, whatever stands before it.
	headerLine = regexp.MustCompile(`(?m)` + headerPattern + `\r?$`)
	// olderText matches how the text forms of a profile start that google/pprof
	// knows, behind comments.
	olderText = regexp.MustCompile(`^(\s*(#[^\n]*)?\n)*(\S+ profile: |--- ?(threadz|Thread|heapz|contention|mutex))`)
	// jsonStart tells JSON from a line of a log that starts with a square bracket.
	jsonStart = regexp.MustCompile(`^(\{|\[\s*[\[{"\]])`)
	htmlStart = regexp.MustCompile(`^<[^0-9]`) // "<14>" is how a line of a syslog starts
)

// mayBeDump reports whether a file that starts so may be the text of a full
// dump, or a log with one in it.
func mayBeDump(head []byte) bool {
	for _, c := range head {
		// Escape colours the lines of a log.
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\x1b' || c == 0x7f {
			return false
		}
	}
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	switch {
	case len(text) == 0, olderText.Match(text):
		return false
	case headerLine.Match(text):
		return true
	}
	return !jsonStart.Match(text) && !htmlStart.Match(text)
}
