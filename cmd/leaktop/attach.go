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
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/gate"
	"leaktop/tui"
)

// attach shows the screens on a live target. What else there is to say to the
// user comes as words, nil for nothing. All is compared with the base, a file, ""
// for the first snapshot.
func attach(ctx context.Context, std streams, text string, reach reachFlags, watch watchFlags, judge judgeFlags, screen screenFlags, keep sessionFlags, base string, words <-chan string) error {
	if err := watch.check(); err != nil {
		return err
	}
	if err := judge.check(); err != nil {
		return err
	}
	if err := screen.check(); err != nil {
		return err
	}
	files, err := newSourceFiles(screen.sourceRoot, base)
	if err != nil {
		return err
	}
	watchSmall()
	s, client, table, err := newSampler(text, reach, watch)
	if err != nil {
		return err
	}
	defer client.Close()
	from, _, err := readBase(ctx, table, base, reach.limits)
	if err != nil {
		return err
	}
	settings := judge.settings()
	cfg, err := judgedScreens(table, settings)
	if err != nil {
		return err
	}
	if err := needTerminal(std, "leaktop check"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	live := watchLive(ctx, s)
	first, ok := <-live.events
	if !ok {
		return live.wait() // there is nothing to show
	}
	recorder := liveRecorder(keep, table, watch.every, settings)
	var note func(snapshot.Noted)
	notes := newNoteQueue()
	if recorder != nil {
		note = notes.put
	}
	events := merge(ctx, recorder, first, live.events, notes, words)
	cfg.Context = ctx
	cfg.Events = events
	cfg.Sampler = s
	cfg.Base = from
	cfg.Note = note
	cfg.Replay = recorder.until
	cfg.Files = files
	cfg.Alert = tui.Alert(screen.alert)
	model := tui.New(cfg)
	err = runScreens(ctx, std, model)
	cancel()
	for range events { // until merge has ended
	}
	model.Wait()
	for _, warning := range []string{recorder.applyAll(notes), recorder.close()} {
		if warning != "" {
			std.say(warning)
		}
	}
	return errors.Join(err, live.wait())
}

// judgedScreens is how the screens are configured for a run that is judged by
// settings, whatever its source is.
func judgedScreens(table *snapshot.Table, settings session.Settings) (tui.Config, error) {
	judging, err := newJudging(table, settings, gate.Policy{})
	if err != nil {
		return tui.Config{}, err
	}
	handlers, err := newHandlers(table, settings)
	if err != nil {
		return tui.Config{}, err
	}
	return tui.Config{
		Table: table,
		Judge: judging,
		NewJudge: func() tui.Judge {
			another, _ := newJudging(table, settings, gate.Policy{}) // the settings were good for the first
			return another
		},
		Handlers: handlers,
		Own:      settings.Own,
		Salt:     randomSalt(),
		Now:      time.Now,
	}, nil
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
		Target: t,
		Client: client,
		Table:  table,
		Limits: reach.limits.decode(),
		Every:  watch.every,
		Wait:   watch.wait,

		AllowGC:          watch.allows(allowGC),
		AllowLeakProfile: watch.allows(allowGoroutineLeak),
		AllowDump:        watch.allows(allowDump),
		AllowCostly:      watch.costly.yes,

		AttachTimeout: reach.options.Timeout / 2,
	}), client, table, nil
}

// liveSource is a source that runs.
type liveSource struct {
	events chan snapshot.Event // closed when it has ended
	done   chan error
}

// eventBuffer is how many events wait while a screen is busy drawing.
const eventBuffer = 64

// watchLive starts a source. Its events end with the context.
func watchLive(ctx context.Context, s source) *liveSource {
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
// notes and words among them, and has all of them recorded. It ends with rest.
func merge(ctx context.Context, recorder *recorder, first snapshot.Event, rest <-chan snapshot.Event, notes *noteQueue, words <-chan string) <-chan snapshot.Event {
	out := make(chan snapshot.Event, eventBuffer)
	send := func(e snapshot.Event) bool {
		select {
		case out <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	// What cannot be recorded is no reason not to show it.
	take := func(e snapshot.Event) bool {
		warning := recorder.apply(e)
		return send(e) && (warning == "" || send(snapshot.Warned{Text: warning}))
	}
	go func() {
		defer close(out)
		more := take(first)
		for more {
			select {
			case e, ok := <-rest:
				more = ok && take(e)
			case <-notes.wake:
				for more {
					n, ok := notes.next()
					if !ok {
						break
					}
					more = take(n)
				}
			case text, ok := <-words:
				if !ok {
					words = nil // nothing more is said
					continue
				}
				more = take(snapshot.Warned{Text: text})
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// needTerminal refuses a screen where there is nothing to show it on, and names
// the command that does without.
func needTerminal(std streams, instead string) error {
	for _, end := range []struct {
		name string
		file any
	}{{"standard output", std.out}, {"standard input", std.in}} {
		if file, ok := end.file.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
			return usageError{fmt.Errorf("%s: it is no terminal, and the screens need one; run leaktop in a terminal, or %s without one (see leaktop --help)", end.name, instead)}
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
