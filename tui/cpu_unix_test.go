//go:build unix

package tui

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that the process took so far, which tells on a
// busy machine what the clock does not.
func cpuTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
