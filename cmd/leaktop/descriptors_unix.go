//go:build unix

package main

import "syscall"

// enoughFiles reports why the program cannot open the files that it needs. It
// asks the system itself: package os ends the program where there are none.
func enoughFiles() error {
	var spare []int
	defer func() {
		for _, fd := range spare {
			_ = syscall.Close(fd)
		}
	}()
	for range spareFiles {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		switch err {
		case nil:
			spare = append(spare, fd)
		case syscall.EMFILE, syscall.ENFILE:
			return tooFewFiles(err)
		}
	}
	return nil
}
