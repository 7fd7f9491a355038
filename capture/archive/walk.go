package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/dustin/go-humanize"
)

// entry is one regular file in an archive, open while it is walked over.
type entry struct {
	index int
	name  string
	size  int64
	meter func() (*meter, error) // of its bytes
}

// errStop ends a walk.
var errStop = errors.New("stop")

// walker goes over the files of an archive, as often as it is asked to.
type walker func(visit func(entry) error) error

// seekable is an archive that can be read twice.
type seekable interface {
	io.ReaderAt
	io.Seeker
}

// walker returns what goes over an archive.
func (a *opener) walker(outer format, buffered io.Reader) (walker, error) {
	file, length := io.ReaderAt(nil), a.Length
	if at, ok := a.Reader.(seekable); ok && length > 0 {
		file = at
	} else {
		data, err := io.ReadAll(io.LimitReader(buffered, a.limits.Spooled+1))
		switch {
		case err != nil:
			return nil, damaged(outer, err)
		case int64(len(data)) > a.limits.Spooled:
			return nil, &refusal{"it is larger than " + humanize.IBytes(uint64(a.limits.Spooled)) + ", and a stream cannot be read twice", "save it and name the file, or unpack it"}
		}
		file, length = bytes.NewReader(data), int64(len(data))
	}
	if outer == zipped {
		return a.zip(file, length)
	}
	return func(visit func(entry) error) error { return a.tar(outer, io.NewSectionReader(file, 0, length), visit) }, nil
}

// maxDirectory bounds the list of files of a zip, in bytes; it is read whole.
const maxDirectory = 4 << 20

// zip reads the list of files of a zip. Those with a password, and what is no
// file, are left out.
func (a *opener) zip(file io.ReaderAt, length int64) (walker, error) {
	counted := &counterAt{r: file, budget: maxDirectory}
	r, err := zip.NewReader(counted, length)
	switch {
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, damaged(zipped, err)
	case len(r.File) > a.limits.Entries:
		return nil, a.tooMany()
	}
	counted.n, counted.budget = 0, 1<<62
	return func(visit func(entry) error) error {
		for i, f := range r.File {
			const encrypted = 1
			if !f.Mode().IsRegular() || f.Flags&encrypted != 0 {
				continue
			}
			var opened io.Closer
			err := visit(entry{i, f.Name, int64(min(f.UncompressedSize64, 1<<62)), func() (*meter, error) {
				content, err := f.Open()
				if err != nil {
					return nil, damaged(zipped, err)
				}
				opened = content
				return &meter{r: content, packed: &counted.n, limits: a.limits, format: zipped}, nil
			}})
			if opened != nil {
				opened.Close() // what unpacks it serves the next one
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (a *opener) tooMany() error {
	return &refusal{fmt.Sprintf("it holds more than %d files", a.limits.Entries), "unpack it, and name one of them"}
}

// tar goes over a tar, packed or not.
func (a *opener) tar(outer format, file io.Reader, visit func(entry) error) error {
	all, unpacked, err := a.unpacked(outer, file) // what is skipped as well
	if err != nil {
		return err
	}
	defer unpacked.Close()
	r := tar.NewReader(all)
	for i := 0; ; i++ {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case all.err != nil:
			return all.err
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return damaged(tarred, err)
		case i >= a.limits.Entries:
			return a.tooMany()
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse:
			continue
		}
		err = visit(entry{i, h.Name, h.Size, func() (*meter, error) {
			// One that is sparse has more bytes than the archive.
			return &meter{r: r, packed: all.packed, limits: a.limits, format: tarred}, nil
		}})
		if err != nil {
			return err
		}
	}
}
