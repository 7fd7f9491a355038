package main

import (
	"os"
	"syscall"
)

// peakMemory is the largest resident memory of a process that has ended, in
// KiB. Linux counts that of the process which started it, too, as it was then.
func peakMemory(state *os.ProcessState) (kib int64, known bool) {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	return usage.Maxrss, true
}
