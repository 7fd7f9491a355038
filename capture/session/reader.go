package session

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"time"

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
	tables  uint32 // that of the last record of stacks that was met, of the header and of the settings
	stacks  *stacks
	chains  unpackers
	noRaw   bool                     // none are read
	raw     map[snapshot.Kind][]byte // of the snapshot that comes
	rawSeq  int
	dump    *snapshot.Dump
	dumpSeq int
	ended   bool
	damage  damage

	// Of the newest snapshot.
	seq, run int
	time     time.Time
	heaps    snapshot.Observations

	packed   []byte
	inflate  io.ReadCloser
	inflated bytes.Buffer
}

// Header returns what the file says of its run; zero is what of that is damaged.
func (r *Reader) Header() Header { return r.header }

// Ended reports whether the end of the run was read: its writer was closed, and nothing follows.
func (r *Reader) Ended() bool { return r.ended }

// LeaveRaw has the snapshots come without their raw profiles, which take most of a
// file, and of which nothing is judged.
func (r *Reader) LeaveRaw() { r.noRaw = true }

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
			// What is in the window may be of a write that failed, and was taken back.
			r.window.buffer = r.window.buffer[:0]
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
			r.heaps.Apply(e)
			return e, nil
		}
	}
}

// read returns the event of a record, nil for a record that is none.
func (r *Reader) read(found found) (snapshot.Event, error) {
	switch {
	case found.kind.first():
		if found.number > r.tables { // it was written since the file was opened
			return nil, r.readTable(found)
		}
		return nil, nil
	case found.kind == kindClosed:
		r.ended = true
		return nil, nil
	case found.kind == kindRaw && r.noRaw:
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
	case kindArguments:
		seq, all := p.arguments(r.stacks)
		if all == nil {
			return nil, errBadRecord
		}
		if r.dump != nil && r.dumpSeq == seq { // else the dump was thinned out, or is damaged
			r.dump.Arguments = all
		}
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
		// The file tells what its writer took for an advance, which may have been wrong.
		s.Advanced = r.heaps.Advances(s)
		return snapshot.Taken{Snapshot: s}, nil
	}
	e := decode(found.kind, b)
	if e == nil && found.kind <= lastKind {
		return nil, errBadRecord
	}
	return e, nil
}

// follows reports whether a snapshot can come after the one before. What works
// on a run relies on its order.
func (r *Reader) follows(s *snapshot.Snapshot) bool {
	if s.Seq <= r.seq || s.Run < r.run || s.Run > math.MaxInt32 || s.Time.Before(r.time) {
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
