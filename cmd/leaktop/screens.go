package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// needTerminal refuses a screen where there is nothing to show it on, and names
// the command that does without.
func needTerminal(std streams, instead string) error {
	for _, end := range []struct {
		name string
		file any
	}{{"standard output", std.out}, {"standard input", std.in}} {
		if _, ok := terminal(end.file); !ok {
			return usageError{fmt.Errorf("%s: it is not a terminal, and the screens need one; run leaktop in a terminal, or %s without one (see leaktop --help)", end.name, instead)}
		}
	}
	if dumb() {
		return usageError{fmt.Errorf("terminal: TERM=dumb says that it cannot move its cursor, and the screens need that; use another terminal, or %s without one (see leaktop --help)", instead)}
	}
	return nil
}

// dumb reports whether the terminal says of itself that it cannot do more than
// print lines.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// runScreens runs the program until the user quits or the context ends, which
// is no error: a signal asked for it. Panics end it with an error. Whatever
// way it ends, is stopped or goes on, the terminal is as it was before to
// whoever has it then.
func runScreens(ctx context.Context, std streams, model tea.Model, crash *crash) error {
	in, _ := terminal(std.in) // needTerminal has seen to it that they are
	out, _ := terminal(std.out)
	if _, plain := std.out.(*plainTerminal); plain {
		model = plainModel{model}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	screen := newScreen(in, out)
	control := &jobControl{ctx: ctx, end: cancel, screen: screen}
	control.program = tea.NewProgram(&guardedModel{ctx, model, crash}, tea.WithInput(in), tea.WithOutput(screen),
		tea.WithFilter(control.filter), tea.WithoutSignalHandler())
	release := control.watch()
	ended := make(chan struct{})
	var ending sync.WaitGroup
	ending.Go(func() { quitWith(ctx, control.program, ended) })
	_, err := control.program.Run()
	close(ended)
	ending.Wait()
	release()
	switch crashed := crash.err(); {
	case crashed != nil:
		return crashed
	case err == nil, ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return fmt.Errorf("terminal: %w; run leaktop in an interactive terminal", err)
}

// longestEnd is how long the screens may take to end when they are told to.
const longestEnd = 5 * time.Second

// quitWith has the program quit when the context ends. Bubble Tea, given the
// context, would not wait for who reads from the terminal, and close what they
// read from.
func quitWith(ctx context.Context, program *tea.Program, ended <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-ended:
		return
	}
	late := time.AfterFunc(longestEnd, program.Kill)
	defer late.Stop()
	program.Quit()
	<-ended
}
