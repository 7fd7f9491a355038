package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/units"
	"leaktop/tui"
)

// openFlags say how a recorded run is shown.
type openFlags struct {
	base   string
	limits sizeLimits
	judge  judgeFlags
	screen screenFlags
}

func newOpen(std streams) *cobra.Command {
	var flags openFlags
	cmd := &cobra.Command{
		Use:   "open [FILE]",
		Short: "Show a recorded run, or a profile, on the screens",
		Long: `open shows on the screens a session file, which leaktop record and every live run
write, or a pprof file or goroutine dump, compressed or in an archive as with
leaktop show. A session that is still being written is followed, from any other
terminal. Without FILE you pick one of the recent sessions. Without a terminal these
are listed, and a FILE is printed as by leaktop show.

A session is judged by the --handler, --own, --limit and --warmup that it holds,
unless they are given here. Nothing is asked of the target, and the file is not changed.`,
		Example: `leaktop open
leaktop open run.leaktop
leaktop open heap.pb.gz --base before.pb.gz`,
		Args: atMostOne("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return openRecent(cmd.Context(), std, flags)
			}
			return openFile(cmd.Context(), std, args[0], flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.base, "base", "", baseUsage)
	flags.limits.add(f)
	flags.judge.add(f)
	f.Lookup("warmup").DefValue = recordedWarmup
	flags.screen.add(f)
	offer(cmd, nil)
	return cmd
}

const baseUsage = "compare everything with this `FILE`: a profile, a goroutine dump, or a session's FILE#3"

// opens reports whether an argument in a target's place is a file to open: one
// that is there, or that a file alone is named like. A port is one, whatever
// files there are.
func opens(arg string) bool {
	if strings.Contains(arg, "://") || strings.Trim(arg, ":0123456789") == "" {
		return false
	}
	if _, ok, err := sessionRefOf(arg); ok || err != nil {
		return true
	}
	if ref := fileRefOf(arg); arg == standardInput || ref.path != arg {
		return true
	}
	if info, err := os.Stat(arg); err == nil {
		return info.Mode().IsRegular() || info.Mode()&os.ModeNamedPipe != 0
	}
	return namedAsFile(arg)
}

// onlyShowing refuses flags that say how to watch a target where there is none.
func onlyShowing(cmd *cobra.Command, file string) error {
	open := newOpen(streams{}).Flags()
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if open.Lookup(f.Name) == nil && err == nil {
			err = usageError{fmt.Errorf("--%s: it says how to watch a target, and %s is a file; leave it out", f.Name, target.Name(file))}
		}
	})
	return err
}

// atMostOne wants one argument or none.
func atMostOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= 1 {
			return nil
		}
		return usageError{fmt.Errorf("%s: %s takes one %s, or none; see %s --help", units.Plural(len(args), "argument"), cmd.CommandPath(), name, cmd.CommandPath())}
	}
}

// check refuses what cannot be meant.
func (o *openFlags) check() error {
	if err := o.judge.check(); err != nil {
		return err
	}
	return o.screen.check()
}

// source is what events come from until it ends.
type source interface {
	Run(ctx context.Context, emit func(snapshot.Event)) error
}

// recordedSource is a source that is a file.
type recordedSource interface {
	source
	tui.Recorded
	io.Closer
	// settings are what the file says that its run is judged by.
	settings() session.Settings
	// until hands over what Run did up to a snapshot again; false where it cannot.
	until(ctx context.Context, seq int, yield func(snapshot.Event)) bool
}

// openFile shows the screens on a file.
func openFile(ctx context.Context, std streams, path string, flags openFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	if path == standardInput || needTerminal(std, "leaktop show") != nil {
		return showInstead(ctx, std, path, flags)
	}
	files, err := newSourceFiles(flags.screen.sourceRoot, path, flags.base)
	if err != nil {
		return err
	}
	table := snapshot.NewTable()
	from, err := openSource(ctx, table, path, flags.limits)
	if err != nil {
		return err
	}
	defer from.Close()
	base, in, err := readBase(ctx, table, flags.base, flags.limits)
	if err != nil {
		return err
	}
	if profile, ok := from.(*still); ok && base != nil {
		if err := nothingToCompare(in, profile.in); err != nil {
			return err
		}
	}
	if base != nil && base.Name == from.Name() { // before/heap.pb.gz, after/heap.pb.gz
		base.Name = clean.Text(flags.base)
	}
	cfg, err := judgedScreens(table, flags.judge.over(from.settings()))
	if err != nil {
		return err
	}
	watchSmall()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	crash := newCrash(cancel)
	live := watchLive(ctx, crash.source(from))
	cfg.Context = ctx
	cfg.Events = live.events
	cfg.Recorded = from
	cfg.Base = base
	cfg.Replay = from.until
	cfg.Files = files
	cfg.Alert = tui.Alert(flags.screen.alert)
	model := tui.New(cfg)
	err = runScreens(ctx, std, model, crash)
	cancel()
	model.Wait()
	for range live.events { // until the source has ended
	}
	if ended := live.wait(); ended != nil && !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, ended)
	}
	return err
}

// openSource opens a session file, or reads a profile or dump.
func openSource(ctx context.Context, table *snapshot.Table, path string, limits sizeLimits) (recordedSource, error) {
	ref, ok, err := sessionRefOf(path)
	switch {
	case err != nil:
		return nil, err
	case ok && !ref.whole():
		return nil, usageError{fmt.Errorf("%s: it names one snapshot, and open shows them all; give %s, and go to it with ← on the Overview", clean.Text(path), clean.Text(ref.path))}
	case ok:
		return newReplay(ref.path, table)
	}
	if !fileRefOf(path).there() {
		return nil, fmt.Errorf("%s: there is no such file; name a session file, a pprof file or a goroutine dump (leaktop open lists the recent sessions)", target.Name(path))
	}
	in, err := readInput(ctx, nil, table, reachFlags{limits: limits}, path)
	if err != nil {
		return nil, err
	}
	return newStill(in, path), nil
}

// readBase reads what a run is compared with, nil for nothing, as the screens
// have it and as the input that it is.
func readBase(ctx context.Context, table *snapshot.Table, path string, limits sizeLimits) (*tui.Base, input, error) {
	if path == "" {
		return nil, input{}, nil
	}
	if _, ok, err := sessionRefOf(path); err != nil {
		return nil, input{}, err
	} else if !ok && !fileRefOf(path).there() {
		return nil, input{}, fmt.Errorf("--base %s: there is no such file; name a pprof file, a goroutine dump, or a session's FILE#3", target.Name(path))
	}
	in, err := readInput(ctx, nil, table, reachFlags{limits: limits}, path)
	if err != nil {
		return nil, input{}, err
	}
	return &tui.Base{Name: shortName(in.name), Snapshot: in.snapshot()}, in, nil
}

// openRecent lets the user pick one of the recent runs, or lists them where
// there is no terminal to pick on.
func openRecent(ctx context.Context, std streams, flags openFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	dir, err := session.Dir()
	if err != nil {
		return err
	}
	recent, err := session.Recent(dir)
	if err != nil {
		return err
	}
	if needTerminal(std, "leaktop show") != nil {
		return listRecent(ctx, std.out, recent, flags.judge)
	}
	if len(recent) == 0 {
		return fmt.Errorf("%s: no run is recorded there yet; watch a target with leaktop TARGET, or name a file", clean.Text(dir))
	}
	path, err := pickRecent(ctx, std, recent, flags.judge)
	if err != nil || path == "" {
		return err
	}
	return openFile(ctx, std, path, flags)
}
