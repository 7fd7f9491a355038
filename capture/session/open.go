package session

import (
	"errors"
	"fmt"
	"os"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// openFile is an open file as a source.
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
		return nil, refuse(path, "it is not a regular file")
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
	return fmt.Errorf("%s: it cannot be read (%w); name a file that leaktop record or a live run wrote", target.Name(path), cause(err))
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
		return 0, refuse(r.path, "it is not a leaktop session file")
	case p.version > version:
		return 0, fmt.Errorf("%s: it was written by a newer leaktop (format %d, and this one reads up to %d); open it with that version or a later one", clean.Text(r.path), p.version, version)
	case size > maxFile:
		return 0, refuse(r.path, fmt.Sprintf("it has %d bytes, and no session file has more than %d", size, int64(maxFile)))
	}
	r.salt = p.salt
	return size, nil
}

// survey reads the header, the settings and all stacks, and passes over all else.
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
		if !found.kind.first() {
			continue
		}
		if err := r.readTable(found); err != nil {
			return cannotRead(r.path, err)
		}
	}
}

// first reports whether records of this kind are read before the events: what
// they hold is needed to make anything of those.
func (k kind) first() bool { return k == kindHeader || k == kindSettings || k == kindTable }

// readTable takes in the header, the settings, or a record of stacks.
func (r *Reader) readTable(found found) error {
	r.tables = max(r.tables, found.number)
	b, err := r.payload(found)
	if err != nil && !errors.Is(err, errBadRecord) {
		return err
	}
	if err != nil || !r.takeIn(found.kind, b) {
		r.damage.record(found.kind)
	}
	return nil
}

// takeIn takes in the payload of such a record; false where it is none.
func (r *Reader) takeIn(k kind, b []byte) bool {
	p := parser{b: b}
	switch k {
	case kindHeader:
		h := p.header()
		if !p.whole() {
			return false
		}
		h.Judge = r.header.Judge
		r.header = h
		return true
	case kindSettings:
		s, ok := p.settings()
		if ok {
			r.header.Judge = s
		}
		return ok
	}
	return r.stacks.read(b) == nil
}
