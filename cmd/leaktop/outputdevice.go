package main

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// writeDevice writes to what exists and is no regular file. A named pipe that
// nobody reads from yet is waited for, and one that is full, until the context ends.
func writeDevice(ctx context.Context, path string, write func(io.Writer) error) error {
	f, err := openDevice(ctx, path)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() {
		_ = f.SetWriteDeadline(time.Now()) // not all devices wait, and those need none
	})
	defer stop()
	err = fill(f, write)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted before all of it was read")
	}
	return err
}

// openDevice opens it at its end: what an open file of the process has already
// got, as in >>, stays.
func openDevice(ctx context.Context, path string) (*os.File, error) {
	const pause = 50 * time.Millisecond
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|openWithoutWaiting, 0)
		info, statErr := os.Stat(path)
		if err == nil || !errors.Is(err, syscall.ENXIO) || statErr != nil || info.Mode()&os.ModeNamedPipe == 0 {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.New("interrupted before anyone read from it")
		case <-time.After(pause):
		}
	}
}
