package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"leaktop/capture/clean"
)

// File reads a file of at most limit bytes, which may be a pipe. Every error
// is one line that names the file. It returns when the context ends, even
// while a pipe has nothing to give.
func File(ctx context.Context, path string, limit int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := readFile(path, limit)
		done <- result{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: interrupted; run it again", clean.Text(path))
	case r := <-done:
		return r.data, r.err
	}
}

func readFile(path string, limit int64) ([]byte, error) {
	name := clean.Text(path)
	unreadable := func(err error) error {
		var inPath *fs.PathError
		if errors.As(err, &inPath) {
			err = inPath.Err
		}
		return fmt.Errorf("%s: it cannot be read (%s); name a profile that you may read", name, detail(err))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: it is a directory; name a profile in it", name)
	case info.Mode().IsRegular() && info.Size() > limit:
		return nil, tooLargeFile(name, limit)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case int64(len(data)) > limit:
		return nil, tooLargeFile(name, limit)
	}
	return data, nil
}

func tooLargeFile(name string, limit int64) error {
	return fmt.Errorf("%s: it is larger than the cap of %d bytes; name a smaller profile, or raise the cap with --max-filesize", name, limit)
}
