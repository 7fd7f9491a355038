package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"leaktop/capture/snapshot"
)

// What was not read of a file, and which of several dumps it is, is told on the
// screens, too.
func TestWhatAFileLacksIsOnTheScreens(t *testing.T) {
	const dump = "goroutine 1 [select]:\nmain.f()\nmain.g()\n\t/a.go:1 +0x1\n\ngoroutine 7 [select]:\nmain.f()\n\t/a.go:1 +0x1\n"
	path := put(t, "lost.txt", []byte(dump+"\n"+dump))
	from, err := openSource(t.Context(), snapshot.NewTable(), path, newSizeLimits(t))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	got := from.State().Damage
	for _, want := range []string{"it holds 2 dumps, and this is the last; ", "1 goroutine could not be read and has been left out: lines are missing or mangled"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screens are told %q, which lacks %q", got, want)
		}
	}
}

// newSizeLimits are those of an empty command line.
func newSizeLimits(t *testing.T) sizeLimits {
	t.Helper()
	var limits sizeLimits
	limits.add(pflag.NewFlagSet("", pflag.ContinueOnError))
	return limits
}
