package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"leaktop/capture/clean"
	"leaktop/capture/target"
	"leaktop/fixtures/leaky"
)

func newDemo(std streams) *cobra.Command {
	var watch watchFlags
	var keep sessionFlags
	var serve string
	var list bool
	var modes []string
	var rate float64
	limit := sizeValue(leaky.DefaultLimit)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch a built-in service that leaks",
		Long: `demo starts a small HTTP service in a child process, and attaches the screens to
it. The service leaks in several ways, and in others only seems to. It ends with
the screens. Its leaks pause when its live heap reaches the limit.`,
		Example: `leaktop demo
leaktop demo --modes task,lru
leaktop demo --modes all
leaktop demo --serve 127.0.0.1:6060
leaktop demo --list`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := leaky.Select(modes); err != nil {
				return usageError{err}
			}
			for _, flag := range []string{"every", "wait", "allow", "no-session", "session-max"} {
				if (list || serve != "") && cmd.Flags().Changed(flag) {
					return usageError{fmt.Errorf("--%s: it says how to watch, and with --serve or --list nothing is watched; leave it out", flag)}
				}
			}
			if list && serve != "" {
				return usageError{errors.New("--list and --serve: they exclude each other; give only one of them")}
			}
			if !(rate >= 0.01 && rate <= 1000) { // nor is it no number
				return usageError{fmt.Errorf("--rate %g: the modes cannot run at that rate; give a number from 0.01 to 1000", rate)}
			}
			if _, port, err := net.SplitHostPort(serve); serve != "" && (err != nil || strings.Trim(port, "0123456789") != "") {
				return usageError{fmt.Errorf("--serve %s: it is not an address to listen on; give HOST:PORT, such as 127.0.0.1:6060", target.Quote(serve))}
			}
			options := leaky.Options{Addr: serve, Modes: modes, Limit: int64(limit), Rate: rate}
			switch {
			case list:
				return listModes(std)
			case serve != "":
				return serveDemo(cmd.Context(), std, options)
			}
			return watchDemo(cmd.Context(), std, watch, keep, options)
		},
	}
	f := cmd.Flags()
	watch.add(f, demoEvery)
	keep.add(f)
	f.StringVar(&serve, "serve", "", "only serve, on this `HOST:PORT`; until standard input closes, if it is a pipe")
	f.BoolVar(&list, "list", false, "list all modes and what each of them does")
	f.StringSliceVar(&modes, "modes", nil, "run these `MODES` instead of those of the demo; all for every one")
	f.Var(&limit, "limit", "live heap at which the leaks pause")
	f.Float64Var(&rate, "rate", 1, "drive the modes this many times as often")
	f.Lookup("rate").Hidden = true // for tests that cannot wait
	offer(cmd, nil)
	return cmd
}

// listModes prints the table of modes with the truth about each.
func listModes(std streams) error {
	w := tabwriter.NewWriter(std.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MODE\tLEAKS\tIN DEMO\tWHAT IT DOES")
	for _, m := range leaky.Modes() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, yesOrNo(m.Leak), yesOrNo(m.Demo), m.Sentence)
	}
	return w.Flush()
}

func yesOrNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// serveDemo only serves. As a child it ends when the pipe from its parent
// closes, whatever way the parent went.
func serveDemo(ctx context.Context, std streams, options leaky.Options) error {
	if fromPipe(std.in) {
		ctx = leaky.EndWithInput(ctx, std.in)
	}
	// The service is to behave as services do: with room for garbage.
	debug.SetMemoryLimit(max(memoryLimit, 2*options.Limit))
	options.Announce, options.Log = std.out, std.err
	return leaky.Serve(ctx, options)
}

// fromPipe reports whether an input is the end of a pipe. A service that was
// started in the background has /dev/null instead, which is at its end at once.
func fromPipe(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return true
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
}

// watchDemo starts the service as a child of the same binary and attaches to it.
func watchDemo(ctx context.Context, std streams, watch watchFlags, keep sessionFlags, options leaky.Options) error {
	if err := watch.check(); err != nil {
		return err
	}
	if err := needTerminal(std, "leaktop check"); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("demo service: leaktop's own executable cannot be found (%w); run it by its path", err)
	}
	args := []string{"demo", "--serve", "127.0.0.1:0", "--limit", fmt.Sprint(options.Limit), "--rate", fmt.Sprint(options.Rate)}
	if len(options.Modes) > 0 {
		args = append(args, "--modes", strings.Join(options.Modes, ","))
	}
	child, err := leaky.Start(ctx, exe, args)
	if err != nil {
		return err
	}
	var reach reachFlags
	reach.setDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	words := wordsOf(ctx, child)
	err = attach(ctx, std, child.Address, reach, watch, judgeFlags{warmup: usualWarmup}, screenFlags{}, keep, "", words)
	cancel()
	for range words { // until it has ended
	}
	return errors.Join(err, child.Stop())
}

// wordsOf hands on what the service says, such as that its leaks pause: its
// standard error cannot be seen behind the screens.
func wordsOf(ctx context.Context, child *leaky.Child) <-chan string {
	words := make(chan string)
	go func() {
		defer close(words)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		told := ""
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			said := child.Stderr()
			for line := range strings.Lines(strings.TrimPrefix(said, told)) {
				select {
				case words <- "the demo service says: " + clean.Line(line, 200):
				case <-ctx.Done():
					return
				}
			}
			told = said
		}
	}()
	return words
}
