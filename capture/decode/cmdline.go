package decode

import (
	"strings"

	"leaktop/capture/clean"
)

// maxCmdline bounds how much of a command line is looked at; Linux allows 2 MiB by default.
const maxCmdline = 1 << 20

// Cmdline takes the body of /debug/pprof/cmdline apart: the program's
// arguments, separated by NUL. Arguments may hold secrets: show only the base
// name of the first.
func Cmdline(body []byte) []string {
	text := string(body[:min(len(body), maxCmdline)])
	if text == "" {
		return nil
	}
	args := strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	for i, arg := range args {
		args[i] = clean.Text(arg)
	}
	return args
}
