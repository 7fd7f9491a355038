package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"leaktop/capture/fetch"
	"leaktop/capture/sampler"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/tui"
)

// attach shows the screens on a live target. What else there is to say to the
// user comes as words, nil for nothing.
func attach(ctx context.Context, std streams, text string, reach reachFlags, watch watchFlags, screen screenFlags, words <-chan string) error {
	if err := watch.check(); err != nil {
		return err
	}
	files, err := newSourceFiles(screen.sourceRoot)
	if err != nil {
		return err
	}
	s, client, table, err := newSampler(text, reach, watch)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := needTerminal(std); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	live := watchLive(ctx, s)
	first, ok := <-live.events
	if !ok {
		return live.wait() // there is nothing to show
	}
	events := merge(ctx, first, live.events, words)
	model := tui.New(tui.Config{
		Context: ctx,
		Table:   table,
		Events:  events,
		Sampler: s,
		Files:   files,
		Own:     screen.own,
		Now:     time.Now,
	})
	err = runScreens(ctx, std, model)
	cancel()
	for range events { // until merge has ended
	}
	return errors.Join(err, live.wait())
}

// newSampler wires a sampler to the target that the user named.
func newSampler(text string, reach reachFlags, watch watchFlags) (*sampler.Sampler, *fetch.Client, *snapshot.Table, error) {
	t, err := target.Parse(text)
	if err != nil {
		return nil, nil, nil, err
	}
	client, err := reach.client(t)
	if err != nil {
		return nil, nil, nil, err
	}
	table := snapshot.NewTable()
	return sampler.New(sampler.Config{
		Target:  t,
		Client:  client,
		Table:   table,
		Limits:  reach.limits.decode(),
		Every:   watch.every,
		Wait:    watch.wait,
		AllowGC: watch.allowsGC(),

		AttachTimeout: reach.options.Timeout / 2,
	}), client, table, nil
}

// liveSource is a sampler that runs.
type liveSource struct {
	events chan snapshot.Event // closed when the sampler has ended
	done   chan error
}

// eventBuffer is how many events wait while a screen is busy drawing.
const eventBuffer = 64

// watchLive starts a sampler. Its events end with the context.
func watchLive(ctx context.Context, s *sampler.Sampler) *liveSource {
	live := &liveSource{events: make(chan snapshot.Event, eventBuffer), done: make(chan error, 1)}
	go func() {
		// A panic here would leave the terminal as the screens have set it.
		defer func() {
			if p := recover(); p != nil {
				live.done <- fmt.Errorf("internal error: %v; please report it with this: %s", p, debug.Stack())
			}
			close(live.events)
		}()
		emit := func(e snapshot.Event) {
			select {
			case live.events <- e:
			case <-ctx.Done():
			}
		}
		began := false
		err := s.Run(ctx, func(e snapshot.Event) {
			began = true
			emit(e)
		})
		if err != nil && began {
			emit(snapshot.Warned{Text: oneLine(err)}) // the screens are open already
		}
		live.done <- err
	}()
	return live
}

// wait returns how the sampler ended.
func (l *liveSource) wait() error { return <-l.done }

// merge puts an event that was already taken back before the others, and
// words among them. It ends with rest.
func merge(ctx context.Context, first snapshot.Event, rest <-chan snapshot.Event, words <-chan string) <-chan snapshot.Event {
	out := make(chan snapshot.Event, eventBuffer)
	out <- first
	go func() {
		defer close(out)
		for {
			var e snapshot.Event
			var ok bool
			select {
			case e, ok = <-rest:
				if !ok {
					return
				}
			case text, ok := <-words:
				if !ok {
					words = nil // nothing more is said
					continue
				}
				e = snapshot.Warned{Text: text}
			case <-ctx.Done():
				return
			}
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// needTerminal refuses a screen where there is nothing to show it on.
func needTerminal(std streams) error {
	for _, end := range []struct {
		name string
		file any
	}{{"standard output", std.out}, {"standard input", std.in}} {
		if file, ok := end.file.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
			return usageError{fmt.Errorf("%s: it is no terminal, and the screens need one; run leaktop in a terminal, or compare two profiles with leaktop diff (see leaktop --help)", end.name)}
		}
	}
	if dumb() {
		return usageError{errors.New("terminal: TERM=dumb says that it cannot move its cursor, and the screens need that; use another terminal, or compare two profiles with leaktop diff (see leaktop --help)")}
	}
	return nil
}

// dumb reports whether the terminal says of itself that it cannot do more than
// print lines.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// runScreens runs the program until the user quits or the context ends, which
// is no error: a signal asked for it.
func runScreens(ctx context.Context, std streams, model *tui.Model) error {
	program := tea.NewProgram(model, tea.WithContext(ctx), tea.WithInput(std.in), tea.WithOutput(std.out), tea.WithoutSignalHandler())
	_, err := program.Run()
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return fmt.Errorf("terminal: %w; run leaktop in an interactive terminal", err)
}
