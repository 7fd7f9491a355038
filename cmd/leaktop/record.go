package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/units"
)

// recordFlags say what to record, for how long, and where.
type recordFlags struct {
	reach    reachFlags
	watch    watchFlags
	session  sessionFlags
	duration time.Duration
	output   string
	force    bool
}

func newRecord(std streams) *cobra.Command {
	var flags recordFlags
	cmd := &cobra.Command{
		Use:   "record TARGET -o FILE",
		Short: "Record what happens in a process to a session file",
		Long: `record watches a process without a screen and writes all that it sees to a
session file, as it happens: what is in it stays readable, however the recording
ends. It goes on until it is interrupted (Ctrl+C), or for as long as --for says.
It exits with 0 once what was asked for is written, and 3 if the target cannot
be reached or the file cannot be written.`,
		Example: `leaktop record 6060 -o night.leaktop
leaktop record 6060 -o soak.leaktop --every 1m --for 8h`,
		Args: oneRecorded,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRecord(cmd.Context(), std, args[0], flags)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&flags.duration, "for", 0, "how long to watch, from the first snapshot; 0 for until interrupted")
	flags.watch.add(f, defaultEvery)
	flags.watch.costly.add(f)
	f.StringVarP(&flags.output, "output", "o", "", "the session `FILE` to write")
	f.BoolVar(&flags.force, "force", false, "replace the file if it exists")
	flags.session.addMax(f)
	flags.reach.add(f)
	offer(cmd, nil)
	return cmd
}

// oneRecorded wants one target.
func oneRecorded(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usageError{errors.New("no target: there is nothing to record; name one such as 6060 or http://host/debug/pprof (see leaktop record --help)")}
	case len(args) > 1:
		return usageError{fmt.Errorf("%s: a session file holds the run of one target; record each to a file of its own", units.Plural(len(args), "target"))}
	}
	_, err := target.Parse(args[0])
	if err != nil && isFile(args[0]) {
		return usageError{fmt.Errorf("%s: it is a file, and a recording is of a process; open it with leaktop open", target.Name(args[0]))}
	}
	return err
}

// check refuses what cannot be meant, and what cannot be written.
func (r *recordFlags) check() error {
	switch {
	case r.duration < 0:
		return usageError{fmt.Errorf("--for %s: it cannot be negative; give it as 8h, or 0 for no end", r.duration)}
	case r.output == "":
		return usageError{errors.New("no file: there is nowhere to write to; name one with -o, such as -o night.leaktop")}
	}
	if err := r.watch.check(); err != nil {
		return err
	}
	out := outputTo(r.output, r.force)
	if out.path == "" {
		return usageError{fmt.Errorf("-o %s: a session file is not written from start to end, so it needs a regular file; name one, such as -o night.leaktop", target.Name(r.output))}
	}
	return out.check()
}

// runRecord watches a target and writes down what it sees.
func runRecord(ctx context.Context, std streams, text string, flags recordFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	watchSmall()
	s, client, table, err := newSampler(text, flags.reach, flags.watch)
	if err != nil {
		return err
	}
	defer client.Close()
	rec := recordRun{
		flags:    flags,
		progress: newProgress(std.err, flags.duration, 1),
		queue: newRecordQueue(&recorder{every: flags.watch.every, settings: session.Settings{Warmup: usualWarmup}, create: func(h session.Header) (*session.Writer, error) {
			return session.Create(flags.output, h, table, session.Options{MaxBytes: int64(flags.session.max), Force: flags.force})
		}}),
		span: watchSpan{duration: flags.duration, every: flags.watch.every, patience: flags.reach.options.Timeout},
	}
	rec.target = rec.progress.target(0)
	rec.target.address = target.Name(text)
	return rec.run(ctx, func(ctx context.Context) *liveSource { return watchLive(ctx, s) })
}

// recordRun is the recording of one target.
type recordRun struct {
	flags    recordFlags
	span     watchSpan
	queue    *recordQueue
	progress *progress
	target   *targetProgress
}

func (r *recordRun) run(outer context.Context, watch func(context.Context) *liveSource) error {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	go r.queue.run()
	told := make(chan struct{})
	go func() {
		defer close(told)
		r.progress.run(ctx)
	}()
	live := watch(ctx)
	r.span.follow(ctx, live.events, func(e snapshot.Event) bool { return r.take(ctx, e) })
	cancel()
	for range live.events { // until the sampler has ended
	}
	<-told
	err := live.wait()
	r.queue.close(outer, r.target.news)
	for _, warning := range r.queue.takeWarnings() {
		r.target.once(warning)
	}
	r.progress.clear()
	switch {
	case err != nil:
		return err
	case r.queue.err() != nil:
		return r.queue.err()
	case !r.span.reached:
		return fmt.Errorf("%s: interrupted before it was reached; run leaktop again when the target is up", r.target.address)
	}
	r.target.end(r.size() + " in " + target.Name(r.flags.output))
	if r.target.width != nil { // where the line that said so is gone
		r.target.news(r.target.standing())
	}
	return nil
}

// take has an event written down and tells of it. Where there is no file, there is
// nothing to record.
func (r *recordRun) take(ctx context.Context, e snapshot.Event) (enough bool) {
	r.target.tell(e, r.flags.watch.every)
	r.queue.put(e)
	if _, ok := e.(snapshot.Attached); ok && !r.queue.hasFile() {
		r.queue.sync(ctx)
		if !r.queue.hasFile() {
			return true
		}
	}
	for _, warning := range r.queue.takeWarnings() {
		r.target.once(warning)
	}
	if _, ok := e.(snapshot.Taken); ok {
		r.target.found(r.size())
	}
	return false
}

// size is how large the file is, in words.
func (r *recordRun) size() string {
	info, err := os.Stat(r.flags.output)
	if err != nil {
		return "0 B"
	}
	return humanize.IBytes(uint64(info.Size()))
}
