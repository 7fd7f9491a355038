//go:build unix && !aix && !solaris

package session

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock marks a file as being written; false where another process does. The mark
// goes with the process, however that ends.
func lock(f *os.File) (bool, error) { return flock(f, unix.LOCK_EX) }

// locked reports whether a process is writing the file.
func locked(f *os.File) bool {
	free, err := flock(f, unix.LOCK_SH)
	if err == nil && free {
		_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // else it is unlocked as it is closed
	}
	return err == nil && !free
}

func flock(f *os.File, how int) (bool, error) {
	for {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err {
		case nil:
			return true, nil
		case unix.EINTR:
		case unix.EWOULDBLOCK:
			return false, nil
		default:
			return false, err
		}
	}
}
