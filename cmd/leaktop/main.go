// Command leaktop is top for leaks: it attaches to a running process through
// its pprof endpoint, takes timed heap and goroutine snapshots, and shows what
// grows between them.
//
// The package only wires: a source of snapshots to a sink, and errors to exit
// codes. One file holds one subcommand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// memoryLimit is where the garbage collector begins to work harder: the whole
// program is to stay under 900,000 KiB, whatever a profile makes it allocate.
const memoryLimit = 750 << 20

func main() {
	debug.SetMemoryLimit(memoryLimit)
	// net/http has things to say about a broken server, on the terminal that the
	// screens are drawn on. What goes wrong reaches the user as an error.
	log.SetOutput(io.Discard)
	std := standardStreams()
	if err := enoughFiles(); err != nil {
		std.say(err.Error())
		os.Exit(exitUnreachable)
	}
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // which nohup has it, to outlive the terminal
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	// A second signal ends the program at once, whatever it waits for.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], std)
	stop()
	os.Exit(code)
}

// streams are the standard streams, so that a test can hand over its own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// say prints one line on standard error, whatever the text is like.
func (s streams) say(text string) { fmt.Fprintln(s.err, "leaktop: "+shortLine(text)) }

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	root := newRoot(std)
	root.SetArgs(args)
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { styledHelp(ctx, cmd, std) })
	return told(std, args, root.ExecuteContext(ctx))
}

// told says what went wrong with a command line, nil for nothing, and returns the
// exit code for it.
func told(std streams, args []string, err error) int {
	if quiet := codeError(0); err != nil && !errors.As(err, &quiet) {
		std.say(nameArguments(err.Error(), args) + pidHint(args, err))
	}
	if crashed := (*crashError)(nil); errors.As(err, &crashed) {
		fmt.Fprint(std.err, crashed.trace())
	}
	return exitCode(err)
}
