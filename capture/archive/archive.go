// Package archive finds the one profile or dump in what support bundles come
// as: zip, tar, tar.gz, tar.xz, tar.zst and tar.bz2, and xz, zstd and bzip2 of a
// single file. What flows in is a file as it is; what flows out is a stream of
// the file inside, with a name for it. A file that is no archive passes through.
//
// Nothing is written to disk, names inside an archive are only compared and
// shown, and what an archive may make of itself is bounded; see [Limits].
package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"leaktop/capture/clean"
)

// Limits bounds what one archive may take.
type Limits struct {
	// Spooled is how many bytes of an archive are kept in memory that cannot be
	// read twice, as on the standard input.
	Spooled int64
	// Unpacked is how many bytes may come out of it.
	Unpacked int64
	// Ratio is how many bytes may come out for each that went in, once
	// much has come out.
	Ratio int64
	// Entries is how many files it may hold.
	Entries int
}

// DefaultLimits are those that hold unless a test asks for others: a dump of a
// million goroutines, 1.8 GB of text that packs well, stays within them.
func DefaultLimits() Limits {
	return Limits{Spooled: 256 << 20, Unpacked: 4 << 30, Ratio: 2000, Entries: 10_000}
}

// Input is a file that may be an archive.
type Input struct {
	Reader io.Reader
	Length int64  // 0 where it is not known
	Name   string // for people
	Path   string // of the file, to name one in it by; "" for a stream
	// Entry names the file inside that is wanted, "" for the only readable one.
	Entry string
	// Readable reports by its first bytes whether a file can be read as what is
	// looked for.
	Readable func(head []byte) bool
}

// Content is a file that was found.
type Content struct {
	Reader *bufio.Reader
	Length int64  // 0 where it is not known
	Name   string // of the archive and the file in it: "bundle.zip:logs/goroutines.txt"
}

// maxHead is how much of a file is looked at to tell what it is.
const maxHead = 64 << 10

// Read hands over what an input holds. An error of the archive is one line that
// names it; else what read returns is returned.
func Read(in Input, limits Limits, read func(Content) error) error {
	a := &opener{Input: in, limits: limits}
	buffered := bufio.NewReaderSize(in.Reader, maxHead)
	head, err := buffered.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return a.refuse("it cannot be read ("+clean.Line(err.Error(), maxReason)+")", "try it again")
	}
	switch outer := formatOf(head); {
	case outer == foreign:
		return a.refuse("it is an archive of a kind that leaktop does not read (7z or RAR)", "unpack it, and name a file in it")
	case outer == zipped || outer == tarred || outer.packs() && formatOf(unpackedHead(outer, head)) == tarred:
		err = a.archive(outer, buffered, read)
	case in.Entry != "":
		return a.refuse("it is not an archive, so there is no "+shown(in.Entry)+" in it", "leave out :"+shown(in.Entry))
	case outer == plain || outer == gzipped: // a reader of profiles unpacks gzip by itself
		return read(Content{Reader: buffered, Length: in.Length, Name: in.Name})
	default:
		err = a.single(outer, buffered, read)
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return a.refuse(refused.why, refused.do)
	}
	return err
}

// opener opens one input.
type opener struct {
	Input
	limits Limits
}

// maxReason bounds what a library says about damaged data.
const maxReason = 200

// refusal is why an archive is not taken, and what to do.
type refusal struct{ why, do string }

func (r *refusal) Error() string { return r.why }

func (a *opener) refuse(why, do string) error {
	return fmt.Errorf("%s: %s; %s", clean.Line(a.Name, maxReason), why, do)
}

// shown is a name from an archive as it is printed.
func shown(name string) string { return clean.Line(name, 80) }

// single reads a file that is packed by itself.
func (a *opener) single(f format, r io.Reader, read func(Content) error) error {
	m, unpacked, err := a.unpacked(f, r)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	return a.content(m, Content{Name: a.Name}, read)
}

// unpacked measures what a file unpacks to. The second result ends it.
func (a *opener) unpacked(f format, r io.Reader) (*meter, io.Closer, error) {
	packed := &counter{r: r}
	unpacked, err := f.unpack(packed)
	if err != nil {
		return nil, nil, damaged(f, err)
	}
	return &meter{r: unpacked, packed: &packed.n, limits: a.limits, format: f}, unpacked, nil
}

// content hands over a file, of which the meter has the bytes, unless it is an
// archive again. What is wrong with the packed data goes before what the reader
// makes of it.
func (a *opener) content(m *meter, c Content, read func(Content) error) error {
	c.Reader = bufio.NewReaderSize(m, maxHead)
	head, _ := c.Reader.Peek(maxHead) // an error comes again
	if m.err != nil {
		return m.err
	}
	inner := formatOf(head)
	if inner == gzipped && formatOf(unpackedHead(gzipped, head)) == tarred || inner == zipped || inner == tarred || inner == foreign {
		return &refusal{"it holds another archive (" + inner.String() + ")", "unpack the outer one, and name the inner one"}
	}
	err := read(c)
	if m.err != nil {
		return m.err
	}
	return err
}

// unpackedHead unpacks as much of the start of a packed file as it holds.
func unpackedHead(f format, head []byte) []byte {
	r, err := f.unpack(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	defer r.Close()
	out := make([]byte, maxHead)
	n, _ := io.ReadFull(r, out) // it ends in the middle, as head does
	return out[:n]
}

// Is reports whether a path leads to a file that looks like an archive of files,
// or like a file that is packed.
func Is(path string) bool {
	info, err := os.Stat(path) // before it is opened: that of a pipe waits for a writer
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, tarHeader)
	n, _ := io.ReadFull(f, head)
	return formatOf(head[:n]) != plain
}
