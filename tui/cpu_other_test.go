//go:build !unix

package tui

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
