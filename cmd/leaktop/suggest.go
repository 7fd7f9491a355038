package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leaktop/capture/target"
)

// suggestDistance is how many letters what was typed may be away from what is
// meant.
const suggestDistance = 2

// mistypedCommand refuses arguments of the root of which the first is nearly a
// command and nothing else; nil for any other.
func mistypedCommand(cmd *cobra.Command, args []string) error {
	if cmd != cmd.Root() || len(args) == 0 || strings.ContainsAny(args[0], ".:/") || opens(args[0]) {
		return nil
	}
	if _, err := target.Parse(args[0]); err == nil {
		return nil
	}
	near := suggestCommand(cmd, args[0])
	if near == "" {
		return nil
	}
	return usageError{fmt.Errorf("%s: it is neither a command nor a target; did you mean leaktop %s? (see leaktop --help)", target.Quote(args[0]), near)}
}

// suggestCommand is the command that a word may be meant for, "" for none.
func suggestCommand(root *cobra.Command, word string) string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return suggest(names, word)
}

// suggestFlag is the flag that a long one which there is not may be meant for, by
// the error about it; "" for none.
func suggestFlag(flags *pflag.FlagSet, err error) string {
	_, word, unknown := strings.Cut(err.Error(), "unknown flag: --")
	if !unknown {
		return ""
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if name := suggest(names, word); name != "" {
		return "--" + name
	}
	return ""
}

// suggest is the name that a word is nearest to, "" where none is near. It is
// cobra that measures, which does so for the commands below one.
func suggest(names []string, word string) string {
	parent := &cobra.Command{SuggestionsMinimumDistance: suggestDistance}
	for _, name := range names {
		parent.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	if near := parent.SuggestionsFor(word); len(near) > 0 {
		return near[0]
	}
	return ""
}
