package session

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/snapshot"
	"leaktop/capture/target"
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

// Create makes the file of a run, whose events have ids of the table, with
// permissions for its user only. It refuses to take the place of a file unless
// that is forced, and of one that another process is writing in any case.
func Create(path string, h Header, table *snapshot.Table, o Options) (*Writer, error) {
	w := &Writer{path: path, table: table, max: o.MaxBytes, told: make(map[string]bool)}
	if w.max <= 0 {
		w.max = DefaultMaxBytes
	}
	if most := int64(maxFile / (eventShare + 1) * eventShare); w.max > most {
		return nil, fmt.Errorf("%s: a session file cannot grow to %s; allow %s at most with --session-max", target.Name(path), size(w.max), size(most))
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
	var settings payload
	settings.settings(h.Judge)
	w.add(kindSettings, settings)
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
		return nil, cannotWrite(path, errors.New("it is not a regular file"))
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
	return fmt.Errorf("%s: another leaktop is writing to it; name another file, or end the other leaktop", target.Name(path))
}

// cannotWrite words a failed write by its cause.
func cannotWrite(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return existsError{path}
	}
	return fmt.Errorf("%s: it cannot be written (%w); name a file in a directory that you may write to and that has room", target.Name(path), cause(err))
}

// existsError says that a file is there already.
type existsError struct{ path string }

func (e existsError) Error() string {
	return target.Name(e.path) + ": the file exists; name another one, or replace it with --force"
}

func (e existsError) Is(target error) bool { return target == fs.ErrExist }

// cause is what the system has against a path, without the path.
func cause(err error) error {
	if inPath := (*fs.PathError)(nil); errors.As(err, &inPath) {
		return inPath.Err
	}
	return err
}
