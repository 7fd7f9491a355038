package session

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"leaktop/capture/snapshot"
)

// lookEvery is how often a file is looked at for what came.
const lookEvery = 250 * time.Millisecond

// Follow emits the events that are left, then those that are written
// meanwhile. It ends with nil when the run has ended or its writer is gone, and
// with the context's error.
func (r *Reader) Follow(ctx context.Context, emit func(snapshot.Event)) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		// Whether it is written is asked before the rest is read: what was
		// written until its writer was gone is read then.
		alive := r.alive()
		if err := r.drain(ctx, emit); err != nil {
			return err
		}
		if r.ended {
			return nil
		}
		switch moved, err := r.reopen(); {
		case err != nil:
			return err
		case moved:
			continue
		case !alive:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// drain emits all that is there.
func (r *Reader) drain(ctx context.Context, emit func(snapshot.Event)) error {
	for ctx.Err() == nil {
		e, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		emit(e)
	}
	return ctx.Err()
}

// alive reports whether a process is writing the file, as it is at its path.
func (r *Reader) alive() bool {
	f, err := os.Open(r.path)
	if err != nil {
		return false
	}
	defer f.Close()
	return locked(f)
}

// reopen goes on in the file that took the place of this one, as it was thinned.
// Where another run did, this one has ended.
func (r *Reader) reopen() (bool, error) {
	now, err := os.Stat(r.path)
	if err != nil {
		return false, nil // it was removed; what is open can be read on
	}
	old, err := r.file.Stat()
	if err != nil {
		return false, cannotRead(r.path, err)
	}
	if os.SameFile(old, now) || !now.Mode().IsRegular() {
		return false, nil
	}
	f, err := os.Open(r.path)
	if err != nil {
		return false, nil
	}
	w := window{source: openFile{f}}
	first, err := w.bytes(0, 2*preambleSize)
	p, ok := readPreamble(first)
	if err != nil || !ok || p.salt != r.salt {
		f.Close()
		r.ended = true
		return false, nil
	}
	r.file.Close()
	r.file, r.window, r.at = f, w, 2*preambleSize
	return true, nil
}
