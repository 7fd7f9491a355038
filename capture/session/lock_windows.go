package session

import (
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock marks a file as being written; false where another process does. The mark
// goes with the process, however that ends. It is on a byte far behind the end,
// because Windows lets nobody read what is locked.
func lock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, markAt())
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return false, nil
	}
	return err == nil, err
}

// locked reports whether a process is writing the file.
func locked(f *os.File) bool {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, markAt())
	if err == nil {
		_ = windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, markAt()) // else it is unlocked as it is closed
	}
	return err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING
}

func markAt() *windows.Overlapped {
	return &windows.Overlapped{OffsetHigh: math.MaxInt32}
}
