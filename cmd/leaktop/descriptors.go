package main

import "fmt"

// spareFiles is how many files and connections more than the standard streams
// must be possible: the target, a session file, the system's event queue, and
// what looking up a name takes. With fewer Go itself ends the program, with the
// stacks of its own goroutines.
const spareFiles = 8

// tooFewFiles says that the system lets the program open too few files.
func tooFewFiles(err error) error {
	return fmt.Errorf("open files: fewer than %d more can be opened (%w); allow more with ulimit -n 64", spareFiles, err)
}
