package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"leaktop/capture/target"
	"leaktop/diff/units"
)

// newRoot returns the command tree. The root itself attaches.
func newRoot(std streams) *cobra.Command {
	var reach reachFlags
	var watch watchFlags
	var judge judgeFlags
	var screen screenFlags
	var keep sessionFlags
	var base string
	root := &cobra.Command{
		Use:   "leaktop TARGET|FILE",
		Short: "top for leaks: what grows in a running process, and why",
		Long: `leaktop attaches to the pprof endpoint that a process already has, takes timed
heap and goroutine snapshots, and shows which stacks grow and which goroutines
pile up.

TARGET is a port (6060, :6060), host:port, an http or https URL with any mount
path, or unix:///path/to.sock. FILE is a recorded session or a profile: it is shown on
the screens, as by leaktop open, or without a terminal printed, as by leaktop show.`,
		Example: `leaktop 6060
leaktop https://orders.internal/debug/pprof -H 'Authorization: Bearer …'
leaktop demo
leaktop 6060 --base yesterday.pb.gz
leaktop heap.pb.gz
leaktop open
leaktop check 6060
leaktop show heap.pb.gz
leaktop diff before.pb.gz after.pb.gz`,
		Args: oneTarget,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !opens(args[0]) {
				return attach(cmd.Context(), std, args[0], reach, watch, judge, screen, keep, base, nil)
			}
			if err := onlyShowing(cmd, args[0]); err != nil {
				return err
			}
			return openFile(cmd.Context(), std, args[0], openFlags{base: base, limits: reach.limits, judge: judge, screen: screen})
		},
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if meant := mistypedCommand(cmd, cmd.Flags().Args()); meant != nil {
			return meant // of which it is a flag
		}
		if near := suggestFlag(cmd.Flags(), err); near != "" {
			return usageError{fmt.Errorf("%w; did you mean %s? (see %s --help)", flagFault(err), near, cmd.CommandPath())}
		}
		return usageError{fmt.Errorf("%w; see %s --help", flagFault(err), cmd.CommandPath())}
	})
	root.Version = version()
	root.SetVersionTemplate(versionLine())
	reach.add(root.Flags())
	watch.add(root.Flags(), defaultEvery)
	judge.add(root.Flags())
	screen.add(root.Flags())
	keep.add(root.Flags())
	root.Flags().StringVar(&base, "base", "", baseUsage)
	offer(root, nil)
	root.SetHelpCommand(&cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Help for a command",
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			topic, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usageError{fmt.Errorf("help %s: there is no such command; see leaktop --help", target.Name(strings.Join(args, " ")))}
			}
			return topic.Help()
		},
	})
	root.AddCommand(newCheck(std), newDemo(std), newDiff(std), newExport(std), newMan(std), newOpen(std), newRecord(std), newShow(std), newVersion(std))
	return root
}

// oneTarget refuses what cannot be a target before anything is asked of anyone.
func oneTarget(root *cobra.Command, args []string) error {
	if meant := mistypedCommand(root, args); meant != nil {
		return meant
	}
	switch {
	case len(args) == 0:
		return usageError{errors.New("no target: there is nothing to attach to; name one such as 6060 or http://host/debug/pprof, or try leaktop demo (see --help)")}
	case len(args) > 1:
		return usageError{fmt.Errorf("%s: the screens show one target; name only one, watch several with leaktop check, or compare two with leaktop diff", units.Plural(len(args), "target"))}
	}
	if opens(args[0]) {
		return nil
	}
	if _, err := target.Parse(args[0]); err != nil && !strings.ContainsAny(args[0], ".:/") {
		return usageError{fmt.Errorf("%s: it is neither a command nor a target; name one such as %s:6060, or see leaktop --help", target.Quote(args[0]), target.Name(args[0]))}
	}
	return nil
}

// exactly wants a number of arguments, and says what they are.
func exactly(n int, names string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if n == 0 {
			return usageError{fmt.Errorf("%s: %s takes no arguments; see %s --help", target.Quote(args[0]), cmd.CommandPath(), cmd.CommandPath())}
		}
		return usageError{fmt.Errorf("%s: %s takes %s; see %s --help", units.Plural(len(args), "argument"), cmd.CommandPath(), names, cmd.CommandPath())}
	}
}
