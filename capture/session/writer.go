package session

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// Writer writes the file of a run as it happens. It is safe for concurrent use.
type Writer struct {
	mu       sync.Mutex
	path     string
	file     *os.File // nil once closed
	table    *snapshot.Table
	max      int64
	salt     [8]byte
	end      int64           // where the next record goes
	number   uint32          // of the last record
	extent   snapshot.Extent // of the table, as far as it is written
	next     snapshot.Extent // the same with what is to be written
	load     load            // of the table, as far as it is written
	nextLoad load
	left     []leftOut // what of the event at hand is not kept
	packers  packers
	bulk     []span // what may be thinned out, oldest first
	full     bool   // no more snapshots are written
	noRaw    bool   // no more raw profiles are written
	last     *snapshot.Scheduled
	told     map[string]bool
	pending  bytes.Buffer // what is to be written with the next call
	records  []span       // of it, that may be thinned out
	added    int          // how many records it is
	deflate  *flate.Writer
	packed   bytes.Buffer
}

// span is a record that may be thinned out: where it begins, and its size with its head.
type span struct {
	kind kind
	at   int64
	size int64
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
	w.left = w.left[:0]
	placed := w.inPlace()
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
	err = errors.Join(w.once(placed), w.once(err))
	for _, left := range w.left {
		err = errors.Join(err, w.once(left))
	}
	return err
}

// event writes what is no snapshot.
func (w *Writer) event(e snapshot.Event) error {
	if k, p, ok := encode(e); ok {
		w.add(k, p)
		if err := w.write(w.max + w.max/eventShare); !errors.Is(err, errFullFile) {
			return err
		}
		return fmt.Errorf("%s: it has reached its limit of %s; nothing that happens from now on is recorded; allow more with --session-max", clean.Text(w.path), size(w.max))
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
		err = fmt.Errorf("%s: it has reached its limit of %s; snapshots from now on are not recorded; allow more with --session-max", clean.Text(w.path), size(w.max))
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
	placed := w.once(w.inPlace())
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
		err = w.once(cannotWrite(w.path, err))
	}
	return errors.Join(placed, err)
}

// once returns an error the first time that it comes.
func (w *Writer) once(err error) error {
	if err == nil {
		return nil
	}
	reason := err.Error()
	if left := (leftOut{}); errors.As(err, &left) {
		reason = left.what
	}
	if w.told[reason] {
		return nil
	}
	w.told[reason] = true
	return err
}
