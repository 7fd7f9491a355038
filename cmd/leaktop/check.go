package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/gate"
)

const (
	// defaultFor is how long a check watches.
	defaultFor = 5 * time.Minute
	// mostWarmup is the longest warm-up that nobody asked for; without it, it is
	// a tenth of the time.
	mostWarmup = 30 * time.Second
)

// checkFlags say how long to watch, what fails, and where the report goes.
type checkFlags struct {
	reach   reachFlags
	watch   watchFlags
	judge   judgeFlags
	session sessionFlags

	duration      time.Duration
	untilSure     bool
	onFinding     string
	failOn        string
	ignore        []string
	baseline      string
	maxHeap       sizeValue
	maxGoroutines int64

	format string
	output string
	force  bool
	all    bool
}

func newCheck(std streams) *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check TARGET…",
		Short: "Say whether a process leaks: a report and an exit code",
		Long: `check watches a process for five minutes without a screen, judges what grows and
what is stuck, and writes a report. It exits with 0 if nothing leaks, 1 for a
leak, 2 for wrong usage, 3 for a target that cannot be reached, 4 if too little
was seen to tell, and 5 if leaktop itself failed. Several targets are watched side
by side; the worst code counts, in the order 1, 5, 3, 4, 0.

With --for 0 it watches until it is interrupted, and prints a line when a
finding first becomes a leak or stuck. When interrupted (Ctrl+C), it writes the
report on what it saw.`,
		Example: `leaktop check 6060
leaktop check 6060 --for 10m --until-sure --format junit -o leaks.xml
leaktop check 6060 --format json -o before.json
leaktop check 6060 --baseline before.json --fail-on growing
leaktop check 6060 --for 0 --on-finding 'mail -s leak me@example.com'`,
		Args: someTargets,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("warmup") {
				flags.judge.warmup = defaultWarmup(flags.duration)
			}
			return runCheck(cmd.Context(), std, args, flags)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&flags.duration, "for", defaultFor, "how long to watch, from the first snapshot; 0 for until interrupted")
	flags.watch.add(f, defaultEvery)
	flags.watch.costly.add(f)
	flags.judge.add(f)
	f.Lookup("warmup").DefValue = "a tenth of --for, at most 30s"
	f.BoolVar(&flags.untilSure, "until-sure", false, "end early: once every leak is 95 % sure and nothing else grows; or once nothing leaks in 12 snapshots after a GC and two minutes")
	f.StringVar(&flags.onFinding, "on-finding", "", "run this `COMMAND` when a finding first becomes a leak or stuck, with its JSON on standard input and the target in LEAKTOP_TARGET")
	f.StringVar(&flags.failOn, "fail-on", failOnLeak, "the `VERDICT` that fails: leak or stuck, which mean the same; or growing, which includes all that grows")
	f.StringArrayVar(&flags.ignore, "ignore", nil, "ignore findings where this `REGEXP` matches a function of the stack, the check or the id")
	f.StringVar(&flags.baseline, "baseline", "", "findings in this earlier JSON report, a `FILE`, are known and fail nothing")
	f.Var(&flags.maxHeap, "max-heap-growth", "fail if the live heap surely grows by more than this")
	f.Lookup("max-heap-growth").DefValue = "" // none
	f.Int64Var(&flags.maxGoroutines, "max-goroutine-growth", -1, "fail if more goroutines than this are added; -1 for any number")
	f.StringVar(&flags.format, "format", "text", "the `FORMAT` of the report: "+strings.Join(checkFormats(), ", "))
	f.StringVarP(&flags.output, "output", "o", "", "write to this `FILE` instead of standard output")
	f.BoolVar(&flags.force, "force", false, "replace the file if it exists")
	f.BoolVar(&flags.all, "all", false, "also list what grew and levelled off")
	flags.session.add(f)
	flags.reach.add(f)
	offer(cmd, checkFormats())
	return cmd
}

// defaultWarmup is that of a check that takes so long, 0 for without end.
func defaultWarmup(duration time.Duration) time.Duration {
	if duration == 0 {
		return mostWarmup
	}
	return min(duration/10, mostWarmup)
}

// someTargets refuses what cannot be targets before anything is asked of anyone.
func someTargets(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("no target: there is nothing to check; name one such as 6060 or http://host/debug/pprof (see leaktop check --help)")}
	}
	for _, arg := range args {
		if _, err := target.Parse(arg); err != nil {
			if isFile(arg) {
				return usageError{fmt.Errorf("%s: it is a file, and a check watches a process; judge it with leaktop show FILE --fail-on leak, or two with leaktop diff BASE CURRENT --fail-on leak", target.Name(arg))}
			}
			return err
		}
	}
	return nil
}

// check refuses what cannot be meant.
func (c *checkFlags) check() error {
	if c.duration < 0 {
		return usageError{fmt.Errorf("--for %s: it cannot be negative; give it as 5m, or 0 for no end", c.duration)}
	}
	if err := c.watch.check(); err != nil {
		return err
	}
	if err := c.judge.check(); err != nil {
		return err
	}
	switch {
	case c.duration > 0 && c.judge.warmup >= c.duration:
		return usageError{fmt.Errorf("--warmup %s: nothing is left of the %s of --for; make it shorter", c.judge.warmup, c.duration)}
	case !slices.Contains(checkFormats(), c.format):
		return usageError{fmt.Errorf("--format %s: there is no such format; use %s", target.Quote(c.format), strings.Join(checkFormats(), ", "))}
	case c.maxGoroutines < -1:
		return usageError{fmt.Errorf("--max-goroutine-growth %d: it cannot be negative; give a number such as 100", c.maxGoroutines)}
	}
	return checkFailOn(c.failOn)
}

// What --fail-on takes. What is stuck fails a run as a leak does, so that only the
// last one changes anything.
const (
	failOnLeak    = "leak"
	failOnStuck   = "stuck"
	failOnGrowing = "growing"
)

func failOns() []string { return []string{failOnLeak, failOnStuck, failOnGrowing} }

func checkFailOn(verdict string) error {
	if slices.Contains(failOns(), verdict) {
		return nil
	}
	return usageError{fmt.Errorf("--fail-on %s: there is no such verdict to fail on; use leak, stuck or growing", target.Quote(verdict))}
}

// policy is what may pass.
func (c *checkFlags) policy() (gate.Policy, error) {
	p := gate.Policy{FailOnGrowing: c.failOn == failOnGrowing}
	for _, text := range c.ignore {
		pattern, err := regexp.Compile(text)
		if err != nil {
			return p, usageError{fmt.Errorf("--ignore %q: %w; give a regular expression over functions, such as ^main\\.worker$", text, err)}
		}
		p.Ignore = append(p.Ignore, pattern)
	}
	if c.maxHeap > 0 {
		p.MaxHeap = snapshot.Known(int64(c.maxHeap))
	}
	if c.maxGoroutines >= 0 {
		p.MaxGoroutines = snapshot.Known(c.maxGoroutines)
	}
	if c.baseline != "" {
		known, err := readBaseline(c.baseline)
		if err != nil {
			return p, err
		}
		p.Known = known
	}
	return p, nil
}
