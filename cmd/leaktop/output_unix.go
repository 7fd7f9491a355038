//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// openWithoutWaiting opens a pipe at once, although nobody is at its other end.
const openWithoutWaiting = syscall.O_NONBLOCK

// become gives a new file the owner, as far as that is allowed, and the
// permissions of another one. Where it cannot have the group, those of the group
// are no more than everybody's.
func become(f *os.File, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	was, known := old.Sys().(*syscall.Stat_t)
	is, same := info.Sys().(*syscall.Stat_t)
	if !known || !same {
		return f.Chmod(mode)
	}
	if is.Gid != was.Gid && f.Chown(-1, int(was.Gid)) != nil {
		mode &= 0o707 | mode<<3&0o070
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if is.Uid != was.Uid {
		_ = f.Chown(int(was.Uid), -1) // only root may, and else it is whose who writes it
	}
	return nil
}
