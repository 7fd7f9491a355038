package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"leaktop/capture/clean"
)

// Restored says that the file of a run was removed or moved away while it was
// written, and that it has been put back with everything in it.
type Restored struct{ path string }

func (r Restored) Error() string {
	return clean.Text(r.path) + ": it was removed or moved away while it was being written; it has been put back with everything in it"
}

// errReplaced says that another file has the path of the one that is written.
var errReplaced = errors.New("another file was put in its place while it was being written")

// inPlace looks whether the file is still found at its path, and puts it there
// again if nothing is. A file that was put in its place stays.
func (w *Writer) inPlace() error {
	switch err := w.moved(); {
	case err == nil:
		return nil
	case errors.Is(err, errReplaced):
		return fmt.Errorf("%s: %w; what is recorded from now on is in the file that was moved away, if that still exists; record to another file", clean.Text(w.path), err)
	case !errors.Is(err, fs.ErrNotExist):
		return nil // writing tells
	}
	if err := w.copyWithout(nil, w.end, w.link); err != nil {
		return fmt.Errorf("%s: it was removed while it was being written, and cannot be put back (%w); create its directory again, or record to another file", clean.Text(w.path), cause(err))
	}
	return Restored{w.path}
}

// moved tells what is at the path instead of the file: errReplaced for another
// one, fs.ErrNotExist for nothing.
func (w *Writer) moved() error {
	at, err := os.Stat(w.path)
	if err != nil {
		return err
	}
	own, err := w.file.Stat()
	if err == nil && !os.SameFile(at, own) {
		return errReplaced
	}
	return nil
}

// link gives an open file the path where nothing is. Unlike renaming it replaces
// nothing that came there meanwhile.
func (w *Writer) link(f *os.File, name string) (*os.File, error) {
	if runtime.GOOS == "windows" {
		return w.rename(f, name)
	}
	err := os.Link(name, w.path)
	if errors.Is(err, fs.ErrExist) {
		return f, errReplaced
	}
	if err != nil { // file systems without links
		return f, os.Rename(name, w.path)
	}
	return f, os.Remove(name)
}
