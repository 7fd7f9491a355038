package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"leaktop/capture/target"
)

// File opens a file, which may be a pipe, and hands it over together with its
// length, 0 where that is not known. An error of opening it is one line that
// names the file; else it returns what read does. It returns when the context
// ends, even while a pipe has nothing to give; then read may still be running.
func File(ctx context.Context, path string, read func(r io.Reader, length int64) error) error {
	return interruptible(ctx, path, func() error {
		f, length, err := open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return read(f, length)
	})
}

// interruptible returns when do does or the context ends.
func interruptible(ctx context.Context, path string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: interrupted; run it again", target.Name(path))
	case err := <-done:
		return err
	}
}

// open opens what can be read, and tells the length of a regular file.
func open(path string) (f *os.File, length int64, err error) {
	name := target.Name(path)
	unreadable := func(err error) error {
		var inPath *fs.PathError
		if errors.As(err, &inPath) {
			err = inPath.Err
		}
		return fmt.Errorf("%s: it cannot be read (%s); name a profile that you may read", name, detail(err))
	}
	if f, err = os.Open(path); err != nil {
		return nil, 0, unreadable(err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = unreadable(err)
	case info.IsDir():
		err = fmt.Errorf("%s: it is a directory; name a profile in it", name)
	case info.Mode().IsRegular():
		length = info.Size()
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, length, nil
}
