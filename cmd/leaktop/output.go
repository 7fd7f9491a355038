package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile writes a file whole or not at all: a write that fails leaves what
// was there before. An existing file is replaced only with force. A path that
// exists and is no regular file, such as /dev/null, is written to as it is.
func writeFile(path string, force bool, write func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = cannotWrite(path, err)
		}
	}()
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return errors.New("it is a directory")
	case err == nil && !info.Mode().IsRegular():
		return writeDevice(path, write)
	case err == nil && !force:
		return fs.ErrExist
	}
	temp, err := createBeside(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := fill(temp, write); err != nil {
		return err
	}
	if old, err := os.Stat(path); err == nil && force {
		// Who may read what is replaced does not change.
		if err := os.Chmod(temp.Name(), old.Mode().Perm()); err != nil {
			return err
		}
	}
	if force {
		return os.Rename(temp.Name(), path)
	}
	// Linking fails where the file has come up meanwhile; renaming would replace it.
	err = os.Link(temp.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(temp.Name(), path) // a file system without hard links
	}
	return err
}

// createBeside creates a temporary file beside path, so that the last step is
// atomic, with the permissions that the user's umask leaves to new files.
func createBeside(path string) (*os.File, error) {
	const tries = 100
	for try := range tries {
		name := fmt.Sprintf(".%s.%d.%d", filepath.Base(path), os.Getpid(), try)
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, errors.New("too many temporary files are left beside it")
}

func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return fill(f, write)
}

// fill writes through a buffer and closes the file, which is when some file
// systems say that there was no room.
func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriter(f)
	err := write(w)
	if err == nil {
		err = w.Flush()
	}
	return errors.Join(err, f.Close())
}

// cannotWrite words a failed write. The path error of the system names a
// temporary file that nobody asked for, so only its cause is kept.
func cannotWrite(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: the file exists; name another one, or replace it with --force", path)
	}
	cause := err
	var inPath *fs.PathError
	var inLink *os.LinkError
	switch {
	case errors.As(err, &inPath):
		cause = inPath.Err
	case errors.As(err, &inLink):
		cause = inLink.Err
	}
	return fmt.Errorf("%s: it cannot be written (%w); name a file in a directory that you may write to", path, cause)
}
