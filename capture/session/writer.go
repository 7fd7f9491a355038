package session

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// DefaultMaxBytes bounds a file where nothing else is asked for.
const DefaultMaxBytes = 256 << 20

// Options say how a file is written.
type Options struct {
	// MaxBytes bounds the file, 0 for [DefaultMaxBytes]. Raw profiles take most of
	// it: when it is reached, the oldest of them go, then the oldest full dumps.
	// What was decoded stays. A raw profile of more than 32 MiB is never kept. Where that alone comes to the bound, no more
	// snapshots are written, and a sixteenth of it is left for all else.
	MaxBytes int64
	// Force replaces a file that exists; one that another process is writing stays.
	Force bool
}

// Writer writes the file of a run as it happens. It is safe for concurrent use.
type Writer struct {
	mu      sync.Mutex
	path    string
	file    *os.File // nil once closed
	table   *snapshot.Table
	max     int64
	salt    [8]byte
	end     int64           // where the next record goes
	number  uint32          // of the last record
	extent  snapshot.Extent // of the table, as far as it is written
	next    snapshot.Extent // the same with what is to be written
	packers packers
	bulk    []span // what may be thinned out, oldest first
	full    bool   // no more snapshots are written
	noRaw   bool   // no more raw profiles are written
	last    *snapshot.Scheduled
	told    map[string]bool
	pending bytes.Buffer // what is to be written with the next call
	records []span       // of it, that may be thinned out
	added   int          // how many records it is
	deflate *flate.Writer
	packed  bytes.Buffer
}

// span is a record that may be thinned out: where it begins, and its size with its head.
type span struct {
	kind kind
	at   int64
	size int64
}

// Create makes the file of a run, whose events have ids of the table, with
// permissions for its user only. It refuses to take the place of a file unless
// that is forced, and of one that another process is writing in any case.
func Create(path string, h Header, table *snapshot.Table, o Options) (*Writer, error) {
	w := &Writer{path: path, table: table, max: o.MaxBytes, told: make(map[string]bool)}
	if w.max <= 0 {
		w.max = DefaultMaxBytes
	}
	if _, err := rand.Read(w.salt[:]); err != nil {
		return nil, cannotWrite(path, err)
	}
	deflate, err := flate.NewWriter(&w.packed, flate.DefaultCompression)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	w.deflate = deflate
	if w.file, err = create(path, o.Force); err != nil {
		return nil, err
	}
	p := preamble{version: version, salt: w.salt}
	w.pending.Write(p.append(nil))
	var head payload
	head.header(h)
	w.add(kindHeader, head)
	if err := w.flush(); err != nil {
		w.file.Close()
		_ = os.Remove(path) // there is nothing in it
		return nil, cannotWrite(path, err)
	}
	return w, nil
}

// create opens a new file that is marked as being written.
func create(path string, force bool) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) && force {
		return replace(path)
	}
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	if !mark(f) {
		f.Close()
		return nil, inUse(path)
	}
	return f, nil
}

// mark marks a file as being written; false where another process does. Who
// looks whether one does holds it for a moment, so that it is tried again. Where a
// file system has no locks, the file is written without.
func mark(f *os.File) bool {
	const tries, pause = 10, 10 * time.Millisecond
	for range tries {
		if free, err := lock(f); err != nil || free {
			return true
		}
		time.Sleep(pause)
	}
	return false
}

// replace empties a file that nobody is writing.
func replace(path string) (*os.File, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, cannotWrite(path, err)
	case !info.Mode().IsRegular():
		return nil, cannotWrite(path, errors.New("it is no regular file"))
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	if !mark(f) {
		f.Close()
		return nil, inUse(path)
	}
	if err := errors.Join(f.Truncate(0), f.Chmod(0o600)); err != nil {
		f.Close()
		return nil, cannotWrite(path, err)
	}
	return f, nil
}

func inUse(path string) error {
	return fmt.Errorf("%s: another leaktop is writing it; name another file, or end the other one", clean.Text(path))
}

// cannotWrite words a failed write by its cause.
func cannotWrite(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return existsError{path}
	}
	return fmt.Errorf("%s: it cannot be written (%w); name a file in a directory that you may write to and that has room", clean.Text(path), cause(err))
}

// existsError says that a file is there already.
type existsError struct{ path string }

func (e existsError) Error() string {
	return clean.Text(e.path) + ": the file exists; name another one, or replace it with --force"
}

func (e existsError) Is(target error) bool { return target == fs.ErrExist }

// cause is what the system has against a path, without the path.
func cause(err error) error {
	if inPath := (*fs.PathError)(nil); errors.As(err, &inPath) {
		return inPath.Err
	}
	return err
}

// Path returns the path of the file.
func (w *Writer) Path() string { return w.path }

// Apply writes an event. A run goes on whatever comes of its file, so that an
// error is returned once for each reason; later events are tried all the same,
// since a full disk may have room again.
func (w *Writer) Apply(e snapshot.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	var err error
	switch e := e.(type) {
	case snapshot.Taken:
		err = w.shot(e.Snapshot)
	case snapshot.Scheduled:
		if !w.repeated(e) {
			err = w.event(e)
		}
	default:
		err = w.event(e)
	}
	return w.once(err)
}

// event writes what is no snapshot.
func (w *Writer) event(e snapshot.Event) error {
	if k, p, ok := encode(e); ok {
		w.add(k, p)
		if err := w.write(w.max + w.max/eventShare); !errors.Is(err, errFullFile) {
			return err
		}
		return fmt.Errorf("%s: it has reached the %s that it may take; nothing that happens from now on is in it; allow more with --session-max", clean.Text(w.path), size(w.max))
	}
	return nil
}

// shot writes a snapshot.
func (w *Writer) shot(s *snapshot.Snapshot) error {
	if w.full {
		return nil
	}
	if err := w.addShot(s); err != nil {
		w.drop()
		return err
	}
	err := w.write(w.max)
	if errors.Is(err, errFullFile) {
		w.full = true
		err = fmt.Errorf("%s: it has reached the %s that it may take; the snapshots from now on are not in it; allow more with --session-max", clean.Text(w.path), size(w.max))
	}
	return err
}

// repeated reports whether a schedule tells nothing that a replay needs. The
// newest is kept until the end, for what watching has cost.
func (w *Writer) repeated(s snapshot.Scheduled) bool {
	last := w.last
	w.last = &s
	return last != nil && !s.Paused && !last.Paused && last.Every == s.Every && last.Actual == s.Actual
}

// Close writes what is left and the end of the run.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	if !w.full { // else they are of snapshots that are not in the file
		_, _ = w.addTable() // too many stacks were told of with the last snapshot
	}
	if w.last != nil {
		_, p, _ := encode(*w.last)
		w.add(kindScheduled, p)
	}
	w.add(kindClosed, nil)
	err := errors.Join(w.flush(), w.file.Sync(), w.file.Close())
	w.file = nil
	if err != nil {
		return w.once(cannotWrite(w.path, err))
	}
	return nil
}

// once returns an error the first time that it comes.
func (w *Writer) once(err error) error {
	if err == nil || w.told[err.Error()] {
		return nil
	}
	w.told[err.Error()] = true
	return err
}

// addShot adds all that there is of a snapshot, itself last.
func (w *Writer) addShot(s *snapshot.Snapshot) error {
	end, err := w.addTable()
	if err != nil {
		return err
	}
	if raw := int64(s.Size()); !w.noRaw && w.end+raw > w.max {
		// Where there is little to be gained, raw profiles have had their time.
		w.noRaw = !w.thin(raw, leastGain)
	}
	if !w.noRaw {
		for _, k := range rawKinds() {
			if raw := s.Raw[k]; len(raw) > 0 && len(raw) < maxPayload/2 {
				var p payload
				p.int(int64(s.Seq))
				p.string(string(k))
				p.bytes(raw)
				if isGzip(raw) {
					w.addAs(kindRaw, p, false)
				} else {
					w.add(kindRaw, p)
				}
			}
		}
	}
	if s.Dump != nil && len(s.Dump.Goroutines) <= maxGoroutines {
		var p payload
		p.dump(s.Seq, s.Dump)
		w.add(kindDump, p)
	}
	var p payload
	p.shot(s, end, &w.packers, w.number+1)
	if !w.add(kindSnapshot, p) {
		return fmt.Errorf("%s: #%d has more in it than a session file takes; it is left out", clean.Text(w.path), s.Seq)
	}
	return nil
}

// addTable adds the stacks that came since the last time.
func (w *Writer) addTable() (snapshot.Extent, error) {
	a := w.table.Since(w.extent)
	if end := a.End(); int(end.Frames) > maxFrames || int(end.Stacks) > maxStacks || int(end.Labels) > maxLabels {
		w.full = true
		return w.extent, fmt.Errorf("%s: the program has more stacks than a session file takes; the snapshots from now on are not in it", clean.Text(w.path))
	}
	for part := range parts(a) {
		var p payload
		p.additions(part)
		w.add(kindTable, p)
	}
	w.next = a.End()
	return w.next, nil
}

// minDeflated is from how many bytes on a payload is deflated.
const minDeflated = 256

func isGzip(b []byte) bool { return len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b }

// add appends a record to what is to be written, deflated if that makes it
// smaller. One that is too large to be read again is left out, which gives false.
func (w *Writer) add(k kind, p payload) bool {
	if len(p) > maxPayload {
		return false
	}
	if len(p) >= minDeflated {
		w.packed.Reset()
		w.deflate.Reset(&w.packed)
		_, _ = w.deflate.Write(p) // into memory, which does not fail
		_ = w.deflate.Close()
		if w.packed.Len() < len(p) {
			w.addAs(k, w.packed.Bytes(), true)
			return true
		}
	}
	w.addAs(k, p, false)
	return true
}

// addAs appends a record as it is to stand in the file.
func (w *Writer) addAs(k kind, b []byte, deflated bool) {
	w.number++
	w.added++
	h := head{kind: k, deflated: deflated, number: w.number, length: uint32(len(b)), sum: crc32.Checksum(b, crcTable)}
	if k == kindRaw || k == kindDump {
		w.records = append(w.records, span{kind: k, at: int64(w.pending.Len()), size: int64(headSize + len(b))})
	}
	w.pending.Write(h.append(nil, w.salt))
	w.pending.Write(b)
}

// errFullFile says that what was added would take the file over its bound.
var errFullFile = errors.New("the file has reached its bound")

// write writes what was added, within a bound of the file.
func (w *Writer) write(most int64) error {
	if w.end+int64(w.pending.Len()) > most {
		w.thin(int64(w.pending.Len()), 1)
		if w.end+int64(w.pending.Len()) > most {
			w.drop()
			return errFullFile
		}
	}
	if err := w.flush(); err != nil {
		w.drop()
		return cannotWrite(w.path, err)
	}
	return nil
}

// drop takes back what was added. Profiles begin anew then: none is built on one
// that is not there.
func (w *Writer) drop() {
	w.number -= uint32(w.added)
	w.next, w.packers = w.extent, packers{}
	w.clear()
}

// clear is ready for the next records.
func (w *Writer) clear() {
	w.pending.Reset()
	w.records, w.added = w.records[:0], 0
}

// flush writes what was added with one call.
func (w *Writer) flush() error {
	n, err := w.file.WriteAt(w.pending.Bytes(), w.end)
	if err != nil {
		if n > 0 {
			_ = w.file.Truncate(w.end) // else what comes next is written over it
		}
		return err
	}
	for _, s := range w.records {
		s.at += w.end
		w.bulk = append(w.bulk, s)
	}
	w.end += int64(n)
	w.extent = w.next
	w.clear()
	return nil
}
