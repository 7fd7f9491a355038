package session

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// maxFile bounds the files that are read.
const maxFile = 4 << 30

// Reader reads the file of a run. It writes nothing to it, whatever is wrong
// with it. It is not safe for concurrent use.
type Reader struct {
	path   string
	file   *os.File
	window window
	salt   [8]byte
	header Header

	at      int64  // where the next record begins
	last    uint32 // the number of the last record that was read
	tables  uint32 // that of the last record of stacks that was met, and of the header
	stacks  *stacks
	chains  unpackers
	raw     map[snapshot.Kind][]byte // of the snapshot that comes
	rawSeq  int
	dump    *snapshot.Dump
	dumpSeq int
	ended   bool
	damage  damage

	// Of the newest snapshot.
	seq, run int
	time     time.Time

	packed   []byte
	inflate  io.ReadCloser
	inflated bytes.Buffer
}

// file is an open file as a source.
type openFile struct{ *os.File }

func (f openFile) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Open opens the file of a run, to be read from its begin. The stacks in it are
// interned in the table, all of them at once: with the same ids as when it was
// written, if the table is empty and nothing of the file is lost.
func Open(path string, table *snapshot.Table) (*Reader, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	r, err := newReader(path, openFile{f}, table)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// openRegular opens a file that may hold a run.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path) // before it is opened: that of a pipe waits for a writer
	if err != nil {
		return nil, cannotRead(path, err)
	}
	switch {
	case info.IsDir():
		return nil, refuse(path, "it is a directory")
	case !info.Mode().IsRegular():
		return nil, refuse(path, "it is no regular file")
	case info.Size() == 0:
		return nil, refuse(path, "it is empty")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, cannotRead(path, err)
	}
	return f, nil
}

func cannotRead(path string, err error) error {
	return fmt.Errorf("%s: it cannot be read (%w); name a file that leaktop record or a live run wrote", clean.Text(path), cause(err))
}

func refuse(path, why string) error {
	return fmt.Errorf("%s: %s; name a file that leaktop record or a live run wrote", clean.Text(path), why)
}

// newReader reads what tells that a source is a session file, and its stacks.
func newReader(path string, s source, table *snapshot.Table) (*Reader, error) {
	r := &Reader{path: path, window: window{source: s}, stacks: newStacks(table), at: 2 * preambleSize}
	size, err := r.recognise()
	if err != nil {
		return nil, err
	}
	if err := r.survey(size); err != nil {
		return nil, err
	}
	return r, nil
}

// recognise reads the preamble, and refuses what is no session file.
func (r *Reader) recognise() (size int64, err error) {
	size, err = r.window.source.size()
	if err != nil {
		return 0, cannotRead(r.path, err)
	}
	first, err := r.window.bytes(0, 2*preambleSize)
	if err != nil {
		return 0, cannotRead(r.path, err)
	}
	p, ok := readPreamble(first)
	switch {
	case !ok:
		return 0, refuse(r.path, "it is no session file of leaktop")
	case p.version > version:
		return 0, fmt.Errorf("%s: it was written by a newer leaktop (format %d, and this one reads up to %d); open it with that version or a later one", clean.Text(r.path), p.version, version)
	case size > maxFile:
		return 0, refuse(r.path, fmt.Sprintf("it takes %d bytes, and no session file takes more than %d", size, int64(maxFile)))
	}
	r.salt = p.salt
	return size, nil
}

// survey reads the header and all stacks, and passes over all else.
func (r *Reader) survey(size int64) error {
	at := r.at
	for {
		found, err := r.find(at, size)
		if err != nil {
			return cannotRead(r.path, err)
		}
		if !found.whole {
			return nil
		}
		at = found.end()
		if found.kind != kindHeader && found.kind != kindTable {
			continue
		}
		if err := r.readTable(found); err != nil {
			return cannotRead(r.path, err)
		}
	}
}

// readTable takes in the header, or a record of stacks.
func (r *Reader) readTable(found found) error {
	r.tables = max(r.tables, found.number)
	b, err := r.payload(found)
	if err != nil && !errors.Is(err, errBadRecord) {
		return err
	}
	if err == nil && found.kind == kindHeader {
		p := parser{b: b}
		if h := p.header(); p.whole() {
			r.header = h
			return nil
		}
	} else if err == nil && r.stacks.read(b) == nil {
		return nil
	}
	r.damage.record(found.kind)
	return nil
}

// Header returns what the file says of its run; the zero Header where that is damaged.
func (r *Reader) Header() Header { return r.header }

// Ended reports whether the end of the run was read: its writer was closed, and nothing follows.
func (r *Reader) Ended() bool { return r.ended }

// Damage says what could not be read so far, in words that complete "PATH: ";
// "" for nothing.
func (r *Reader) Damage() string { return r.damage.String() }

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

// Next returns the next event, and [io.EOF] after the last one that is whole.
// What is damaged is passed over, and told by [Reader.Damage]. More may come
// later where the file is still being written.
func (r *Reader) Next() (snapshot.Event, error) {
	for {
		size, err := r.window.source.size()
		if err != nil {
			return nil, cannotRead(r.path, err)
		}
		found, err := r.find(r.at, min(size, maxFile))
		if err != nil {
			return nil, cannotRead(r.path, err)
		}
		r.damage.tail = 0
		if !found.whole {
			r.damage.tail = size - r.at
			return nil, io.EOF
		}
		r.damage.gap(found.at - r.at)
		r.at = found.end()
		if found.number <= r.last {
			continue // it was read before the file was thinned
		}
		r.last = found.number
		e, err := r.read(found)
		switch {
		case errors.Is(err, errBadRecord):
			r.damage.record(found.kind)
		case err != nil:
			return nil, cannotRead(r.path, err)
		case e != nil:
			return e, nil
		}
	}
}

// read returns the event of a record, nil for a record that is none.
func (r *Reader) read(found found) (snapshot.Event, error) {
	switch found.kind {
	case kindHeader, kindTable:
		if found.number > r.tables { // it was written since the file was opened
			return nil, r.readTable(found)
		}
		return nil, nil
	case kindClosed:
		r.ended = true
		return nil, nil
	}
	b, err := r.payload(found)
	if err != nil {
		return nil, err
	}
	p := parser{b: b}
	switch found.kind {
	case kindRaw:
		return nil, r.readRaw(&p)
	case kindDump:
		seq, d := p.dump(r.stacks)
		if d == nil {
			return nil, errBadRecord
		}
		r.dumpSeq, r.dump = seq, d
		return nil, nil
	case kindSnapshot:
		s, err := p.shot(r.stacks, &r.chains, found.number)
		if err != nil {
			return nil, errBadRecord
		}
		if !r.follows(s) {
			return nil, errBadRecord
		}
		r.complete(s)
		return snapshot.Taken{Snapshot: s}, nil
	}
	e := decode(found.kind, b)
	if e == nil && found.kind <= kindClosed {
		return nil, errBadRecord
	}
	return e, nil
}

// follows reports whether a snapshot can come after the one before. What works
// on a run relies on its order.
func (r *Reader) follows(s *snapshot.Snapshot) bool {
	if s.Seq <= r.seq || s.Run < r.run || s.Time.Before(r.time) {
		return false
	}
	r.seq, r.run, r.time = s.Seq, s.Run, s.Time
	return true
}

// readRaw keeps a raw profile for the snapshot that comes.
func (r *Reader) readRaw(p *parser) error {
	seq, kind, raw := int(p.int()), snapshot.Kind(p.string()), p.bytes()
	if !p.whole() {
		return errBadRecord
	}
	for _, known := range rawKinds() {
		if kind == known {
			if r.raw == nil || r.rawSeq != seq {
				r.rawSeq, r.raw = seq, make(map[snapshot.Kind][]byte)
			}
			r.raw[kind] = bytes.Clone(raw)
		}
	}
	return nil
}

// complete gives a snapshot its raw profiles and its dump.
func (r *Reader) complete(s *snapshot.Snapshot) {
	if r.raw != nil && r.rawSeq == s.Seq {
		s.Raw = r.raw
	}
	if r.dump != nil && r.dumpSeq == s.Seq {
		s.Dump = r.dump
	}
	r.raw, r.dump = nil, nil
}

// errBadRecord says that a record is not what it should be.
var errBadRecord = errors.New("a record is damaged")

// payload reads what a record holds. It is good until the next call.
func (r *Reader) payload(found found) ([]byte, error) {
	// The record is whole, so that its length is not more than what is there.
	if cap(r.packed) < int(found.length) {
		r.packed = make([]byte, found.length)
	}
	r.packed = r.packed[:found.length]
	if n, err := r.window.source.ReadAt(r.packed, found.at+headSize); n < len(r.packed) {
		if err == io.EOF {
			return nil, errBadRecord // it was cut meanwhile
		}
		return nil, err
	}
	if crc32.Checksum(r.packed, crcTable) != found.sum {
		return nil, errBadRecord
	}
	if !found.deflated {
		return r.packed, nil
	}
	return r.inflatePayload()
}

// inflatePayload inflates the payload that was read.
func (r *Reader) inflatePayload() ([]byte, error) {
	in := bytes.NewReader(r.packed)
	if r.inflate == nil {
		r.inflate = flate.NewReader(in)
	} else if err := r.inflate.(flate.Resetter).Reset(in, nil); err != nil {
		return nil, errBadRecord
	}
	r.inflated.Reset()
	n, err := io.Copy(&r.inflated, io.LimitReader(r.inflate, maxPayload+1))
	if err != nil || n > maxPayload {
		return nil, errBadRecord
	}
	return r.inflated.Bytes(), nil
}

// found is a record in a file.
type found struct {
	head
	at    int64 // of its head
	whole bool  // there is one, up to its last byte
}

func (f found) end() int64 { return f.at + headSize + int64(f.length) }

// find returns the first record from a place on whose head is whole, in a file
// of a size. It is not whole where the file ends before it does.
func (r *Reader) find(at, size int64) (found, error) {
	for ; at+headSize <= size; at++ {
		b, err := r.window.bytes(at, headSize)
		if err != nil {
			return found{}, err
		}
		if h, ok := readHead(b, r.salt); ok {
			f := found{head: h, at: at}
			f.whole = f.end() <= size
			return f, nil
		}
	}
	return found{}, nil
}
