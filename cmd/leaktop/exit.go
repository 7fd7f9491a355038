package main

import (
	"errors"

	"leaktop/capture/clean"
	"leaktop/capture/target"
)

// The exit codes that scripts rely on. 1 and 4 come with the judged commands.
const (
	exitClean       = 0
	exitUsage       = 2 // a wrong command line, or no terminal for a screen
	exitUnreachable = 3 // a target that cannot be reached, or input that cannot be read
)

// usageError is a command line that cannot be right.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitCode maps an error to its code.
func exitCode(err error) int {
	var usage usageError
	var unclear *target.UsageError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &usage), errors.As(err, &unclear):
		return exitUsage
	}
	return exitUnreachable
}

// oneLine returns an error as one line that is safe to print: arguments that
// the user typed or pasted come back in it.
func oneLine(err error) string { return clean.Line(err.Error(), 1000) }
