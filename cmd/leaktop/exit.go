package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"leaktop/capture/clean"
	"leaktop/capture/target"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// The exit codes that scripts rely on.
const (
	exitClean        = 0
	exitLeak         = 1
	exitUsage        = 2 // a wrong command line, or no terminal for a screen
	exitUnreachable  = 3 // a target that cannot be reached, or input that cannot be read
	exitInconclusive = 4 // too little was seen
	exitCrash        = 5 // leaktop itself failed
)

// usageError is a command line that cannot be right.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// codeError ends a command that did what was asked with a code that says what
// came of it. All there is to say was said: nothing is printed for it.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// codeOf is nil for the code of success.
func codeOf(code int) error {
	if code == exitClean {
		return nil
	}
	return codeError(code)
}

// exitCode maps an error to its code.
func exitCode(err error) int {
	var usage usageError
	var unclear *target.UsageError
	var code codeError
	var crashed *crashError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &crashed):
		return exitCrash
	case errors.As(err, &usage), errors.As(err, &unclear):
		return exitUsage
	case errors.As(err, &code):
		return int(code)
	}
	return exitUnreachable
}

// judgedCode is the code of a run that was judged.
func judgedCode(j *gate.Judged) int {
	switch {
	case j.Failed():
		return exitLeak
	case j.Outcome == leak.Inconclusive:
		return exitInconclusive
	}
	return exitClean
}

// worstCode is the one that a check of several targets ends with.
func worstCode(codes []int) int {
	order := []int{exitClean, exitInconclusive, exitUnreachable, exitCrash, exitLeak}
	return slices.MaxFunc(codes, func(a, b int) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) })
}

// oneLine returns an error as one line that is safe to print: arguments that
// the user typed or pasted come back in it.
func oneLine(err error) string { return shortLine(err.Error()) }

// mostSaid bounds a line on standard error, in characters.
const mostSaid = 1000

// shortLine makes one line of a text, with its end: there stands what to do.
func shortLine(text string) string { return clean.Middle(text, mostSaid) }
