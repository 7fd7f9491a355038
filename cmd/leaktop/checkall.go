package main

import (
	"context"
	"io"
	"sync"

	"leaktop/diff/export"
)

// checked is what came of one target: what was judged of it, or why it was not.
type checked struct {
	check export.Check
	err   error
}

// runCheck watches all targets side by side, then writes one report and ends
// with the worst code.
func runCheck(ctx context.Context, std streams, targets []string, flags checkFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	out := outputTo(flags.output, flags.force, flags.baseline)
	if err := out.check(); err != nil {
		return err
	}
	flags.output = out.path
	policy, err := flags.policy()
	if err != nil {
		return err
	}
	progress := newProgress(std.err, flags.duration, len(targets))
	runs := make([]*checkRun, len(targets))
	for i, text := range targets {
		run, err := newCheckRun(text, flags, policy)
		if err != nil {
			return err
		}
		defer run.client.Close()
		run.tellOn(progress.target(i), std.out, flags)
		runs[i] = run
	}
	results := watchAll(ctx, progress, runs)
	if len(results) == 1 && results[0].err != nil {
		return results[0].err
	}
	return report(ctx, std, results, flags, out)
}

// watchAll watches the targets until each of them is done. Of several, the one
// that fails is told of at once, and the others go on.
func watchAll(ctx context.Context, progress *progress, runs []*checkRun) []checked {
	telling, stop := context.WithCancel(ctx)
	var beside, all sync.WaitGroup
	beside.Go(func() { progress.run(telling) })
	results := make([]checked, len(runs))
	for i, run := range runs {
		all.Go(func() {
			results[i] = run.watch(ctx)
			if err := results[i].err; err != nil && len(runs) > 1 {
				progress.say(oneLine(err))
			}
		})
	}
	all.Wait()
	stop()
	beside.Wait()
	progress.clear()
	return results
}

// report writes what came of the targets and tells the worst code of them.
// Where none could be judged there is no report: standard error has it all.
func report(ctx context.Context, std streams, results []checked, flags checkFlags, out output) error {
	var checks []export.Check
	var codes []int
	for _, r := range results {
		if r.err != nil {
			codes = append(codes, exitCode(r.err))
			continue
		}
		checks, codes = append(checks, r.check), append(codes, judgedCode(r.check.Judged))
	}
	if len(checks) > 0 {
		write := func(w io.Writer) error { return writeChecks(w, flags.format, checks) }
		// An interrupt ends the watching, and is no reason to say nothing of it.
		if err := out.write(context.WithoutCancel(ctx), std, write); err != nil {
			return err
		}
	}
	return codeOf(worstCode(codes))
}
