package main

import (
	"context"
	"errors"
	"time"

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
	cfg.Sampler = s
	cfg.Base = from
	cfg.Files = files
	cfg.Alert = tui.Alert(screen.alert)
	return showLive(ctx, std, s, cfg, liveRecorder(keep, table, watch.every, settings), words)
}

// showLive shows the screens on a source that runs, and records what it tells;
// nil to record nothing.
func showLive(outer context.Context, std streams, s source, cfg tui.Config, recorder *recorder, words <-chan string) error {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	crash := newCrash(cancel)
	live := watchLive(ctx, crash.source(s))
	first, ok := <-live.events
	if !ok {
		return errors.Join(crash.err(), live.wait()) // there is nothing to show
	}
	notes, queue := newMailbox[snapshot.Noted](), newRecordQueue(recorder)
	if queue != nil {
		cfg.Note = notes.put
		go func() {
			defer crash.catch()
			queue.run()
		}()
	}
	cfg.Events = merge(ctx, crash, queue, first, live.events, notes, words)
	cfg.Context = ctx
	cfg.Replay = queue.until
	model := tui.New(cfg)
	err := runScreens(ctx, std, model, crash)
	cancel()
	for range cfg.Events { // until merge has ended
	}
	model.Wait()
	for _, n := range notes.take() {
		queue.put(n)
	}
	queue.close(outer, std.say)
	for _, warning := range queue.takeWarnings() {
		std.say(warning)
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
		defer close(live.events)
		emit := func(e snapshot.Event) {
			select {
			case live.events <- e: // where there is room, at the end as well
				return
			default:
			}
			select {
			case live.events <- e:
			case <-ctx.Done():
			}
		}
		began := false
		err := guarded(func() error {
			return s.Run(ctx, func(e snapshot.Event) {
				began = true
				emit(e)
			})
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

// merge puts an event that was already taken back before the others, and notes and
// words among them, and has all of them recorded. Warnings of the recording are
// shown only. It ends with rest, which ends with the context.
func merge(ctx context.Context, crash *crash, queue *recordQueue, first snapshot.Event, rest <-chan snapshot.Event, notes *mailbox[snapshot.Noted], words <-chan string) <-chan snapshot.Event {
	out := make(chan snapshot.Event, eventBuffer)
	send := func(e snapshot.Event) bool {
		select {
		case out <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	take := func(e snapshot.Event) bool {
		queue.put(e)
		return send(e)
	}
	go func() {
		defer close(out)
		defer crash.catch()
		more := take(first)
		for more {
			select {
			case e, ok := <-rest:
				more = ok && take(e)
			case <-notes.wake:
				for _, n := range notes.take() {
					queue.put(n) // even if it is not shown any more
					more = more && send(n)
				}
			case text, ok := <-words:
				if !ok {
					words = nil // nothing more is said
					continue
				}
				more = take(snapshot.Warned{Text: text})
			case <-queue.warned():
				for _, text := range queue.takeWarnings() {
					more = more && send(snapshot.Warned{Text: text})
				}
			case <-ctx.Done():
				more = false
			}
		}
		for e := range rest { // nobody sees it any more, but it was seen of the target
			queue.put(e)
		}
	}()
	return out
}
