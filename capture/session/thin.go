package session

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
)

const (
	// eventShare is what part of its bound a file may take beyond it for what is
	// no snapshot.
	eventShare = 16
	// leastGain is what part of the bound a copy without the oldest raw
	// profiles must free, so that the file is not copied with every snapshot.
	leastGain = 16
)

// thin makes room for so many bytes: a copy of the file without the oldest raw
// profiles takes its place. It frees a quarter of the bound at once if it can.
// False says that it would free less than a part of the bound, and an error that
// the copy could not be written, such as on a full disk, which may have room again.
func (w *Writer) thin(room int64, part int64) (bool, error) {
	gone, gain := w.oldest(w.end + room - w.max*3/4)
	if gain == 0 || gain < w.max/part && part > 1 {
		return false, nil
	}
	if err := w.moved(); errors.Is(err, errReplaced) {
		return false, err
	}
	err := w.copyWithout(gone, w.end-gain, w.rename)
	return err == nil, err
}

// oldest picks what is to go, in the order of the file: the oldest raw profiles,
// then the oldest dumps, until they come to so many bytes.
func (w *Writer) oldest(bytes int64) (gone []span, gain int64) {
	for _, raw := range []bool{true, false} {
		for _, s := range w.bulk {
			if (s.kind == kindRaw) == raw && gain < bytes {
				gone, gain = append(gone, s), gain+s.size
			}
		}
	}
	slices.SortFunc(gone, func(a, b span) int { return int(a.at - b.at) })
	return gone, gain
}

// copyWithout puts a copy of the file in its place, without some records. What
// reads the old one can read on, and finds the new one at its path, where place
// puts it.
func (w *Writer) copyWithout(gone []span, size int64, place func(f *os.File, name string) (*os.File, error)) (err error) {
	name := w.path + thinSuffix
	_ = os.Remove(name) // one that was left there; else opening it tells
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(name)
		}
	}()
	if !mark(f) {
		return errors.New("it is in use")
	}
	from := int64(0)
	for _, s := range append(slices.Clone(gone), span{at: w.end}) {
		if _, err := io.Copy(f, io.NewSectionReader(w.file, from, s.at-from)); err != nil {
			return err
		}
		from = s.at + s.size
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if f, err = place(f, name); err != nil {
		return err
	}
	w.file.Close()
	w.file, w.end = f, size
	w.bulk = without(w.bulk, gone)
	return nil
}

// thinSuffix ends the name of a copy while it is made.
const thinSuffix = ".thin"

// rename puts an open file in the place of the one that is written.
func (w *Writer) rename(f *os.File, name string) (*os.File, error) {
	if runtime.GOOS != "windows" {
		return f, os.Rename(name, w.path)
	}
	// Windows renames nothing that is open, and replaces nothing that is.
	f.Close()
	w.file.Close()
	failed := os.Rename(name, w.path)
	f, err := os.OpenFile(w.path, os.O_RDWR, 0)
	if err == nil {
		mark(f) // nobody else knows of it yet
	}
	if failed != nil && err == nil {
		w.file = f // the old one goes on
		return nil, failed
	}
	return f, err
}

// without returns the spans that are left, where they are when those that go
// are out of the file. Both are in the order of the file.
func without(all, gone []span) []span {
	var left []span
	shift := int64(0)
	for _, s := range all {
		if len(gone) > 0 && s.at == gone[0].at {
			shift, gone = shift+s.size, gone[1:]
			continue
		}
		s.at -= shift
		left = append(left, s)
	}
	return left
}

// size says a number of bytes in words.
func size(n int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.bytes {
			return fmt.Sprintf("%.4g %s", float64(n)/float64(unit.bytes), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
