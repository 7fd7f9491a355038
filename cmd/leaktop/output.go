package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"leaktop/capture/session"
	"leaktop/capture/target"
)

// output is where a report goes.
type output struct {
	path   string   // "" for standard output
	force  bool     // replace a file that exists
	inputs []string // what the report is made of: none of it is written over
}

// outputTo reads -o, where - and the names that systems have for standard output
// stand for it, as they do without the flag.
func outputTo(path string, force bool, inputs ...string) output {
	if slices.Contains([]string{"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}, path) {
		path = ""
	}
	return output{path: path, force: force, inputs: inputs}
}

// check refuses what cannot be written, or must not be, before the work is done.
func (o output) check() error {
	if o.path == "" {
		return nil
	}
	info, err := os.Stat(o.path)
	switch {
	case err != nil:
		if _, err := os.Stat(filepath.Dir(o.path)); err != nil {
			return cannotWrite(o.path, err)
		}
		return nil
	case info.IsDir():
		return cannotWrite(o.path, errDirectory)
	case !info.Mode().IsRegular():
		return nil
	}
	// The input also by another name: a link to it, hard or symbolic.
	for _, input := range o.inputs {
		if read, err := os.Stat(input); err == nil && os.SameFile(info, read) {
			return usageError{fmt.Errorf("%s: it is %s, which the report is made from; name another file", target.Name(o.path), target.Name(input))}
		}
	}
	switch {
	case isDescriptor(o.path):
		return nil
	case session.InUse(o.path):
		return cannotWrite(o.path, errRecorded)
	case !o.force:
		return cannotWrite(o.path, fs.ErrExist)
	}
	return nil
}

// write writes to the file, or to standard output where none is named, and says
// where a file is that is named by a symbolic link.
func (o output) write(ctx context.Context, std streams, write func(io.Writer) error) error {
	if o.path == "" {
		if err := write(std.out); err != nil {
			return fmt.Errorf("standard output: it cannot be written (%w); write to a file with -o", err)
		}
		return nil
	}
	where, err := o.writeFile(ctx, write)
	if err == nil && where != o.path {
		std.say(target.Name(o.path) + ": it is a symbolic link; the file written is " + target.Name(where))
	}
	return err
}

// Why a file is not written.
var (
	errDirectory = errors.New("it is a directory")
	errRecorded  = errors.New("a run is being recorded in it")
	errLinks     = errors.New("its symbolic links form a loop")
)

// writeFile writes the file whole or not at all: a write that fails leaves what
// was there before. An existing file is replaced only with force, by one of the
// same permissions and owner, and only where it may be written to. Of a symbolic
// link, what it leads to is written, and where that is returned. A path that
// exists and is no regular file, such as /dev/null, is written to as it is.
func (o output) writeFile(ctx context.Context, write func(io.Writer) error) (where string, err error) {
	if err := o.check(); err != nil { // again: it may have come up meanwhile
		return o.path, err
	}
	defer func() {
		if err != nil {
			err = cannotWrite(o.path, err)
		}
	}()
	if info, err := os.Stat(o.path); err == nil && !info.Mode().IsRegular() || isDescriptor(o.path) {
		return o.path, writeDevice(ctx, o.path, write)
	}
	if where, err = followed(o.path); err != nil {
		return o.path, err
	}
	old, err := os.Stat(where)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return where, err
	default:
		if err := mayWriteTo(where); err != nil {
			return where, err
		}
	}
	temp, err := createBeside(where, old)
	if err != nil {
		return where, err
	}
	defer os.Remove(temp.Name())
	if err := fill(temp, write); err != nil {
		return where, err
	}
	if old != nil {
		return where, os.Rename(temp.Name(), where)
	}
	// Linking fails where the file has come up meanwhile; renaming would replace it.
	err = os.Link(temp.Name(), where)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return where, os.Rename(temp.Name(), where) // a file system without hard links
	}
	return where, err
}

// isDescriptor reports whether a path is one that a system has for an open file
// of the process, which is to be written to and not replaced.
func isDescriptor(path string) bool {
	path = filepath.Clean(path)
	return strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/dev/fd/") || slices.Contains([]string{"/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/tty"}, path)
}

// followed is where the symbolic links of a path lead, which need not be there yet.
func followed(path string) (string, error) {
	const most = 40 // as the systems have it
	for range most {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, nil // what is wrong with it shows when it is opened
		}
		to, err := os.Readlink(path)
		if err != nil {
			return path, err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path, errLinks
}

// mayWriteTo asks the system whether an existing file may be written to: that it
// could be replaced all the same, in a directory of the user's, is no leave to.
func mayWriteTo(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// createBeside creates a temporary file beside path, so that the last step is
// atomic. It has the permissions of the file that it is to replace, and never
// more; or those that the user's umask leaves to new files, where there is none.
func createBeside(path string, old fs.FileInfo) (*os.File, error) {
	const (
		tries   = 100
		longest = 200 // of a name, so that what is added to it has room
	)
	base := filepath.Base(path)
	for try := range tries {
		name := fmt.Sprintf(".%s.%d.%d", base[:min(len(base), longest)], os.Getpid(), try)
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, firstMode(old))
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil && old != nil {
			if err = become(f, old); err != nil {
				f.Close()
				os.Remove(f.Name())
			}
		}
		return f, err
	}
	return nil, errors.New("too many temporary files are left beside it")
}

// firstMode is what a file is created with: less than the permissions of the one
// that it replaces, as the group's come once it is the right one.
func firstMode(old fs.FileInfo) fs.FileMode {
	if old == nil {
		return 0o666
	}
	return old.Mode().Perm() & 0o700
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
	name := target.Name(path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: the file exists; name another one, or replace it with --force", name)
	case errors.Is(err, errRecorded):
		return fmt.Errorf("%s: %w; name another file", name, err)
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
	todo := "name a file in a directory that you may write to"
	if errors.Is(cause, syscall.ENOSPC) {
		todo = "make room there, or name a file on another disk"
	}
	return fmt.Errorf("%s: it cannot be written (%w); %s", name, cause, todo)
}
