package main

import (
	"os"
	"runtime/debug"
)

// watchingGC is how much garbage there may be while a target is watched, in
// percent of what lives. What is kept of a day is mostly packed numbers, which
// cost next to nothing to mark, and comes with little garbage every half minute:
// at Go's 100 half of what is resident would be garbage.
const watchingGC = 20

// watchSmall has the garbage collector run as often as keeps a program small
// that watches for days, unless the user set GOGC. A diff runs for moments, and
// is as fast as can be.
func watchSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(watchingGC)
	}
}
