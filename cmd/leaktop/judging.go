package main

import (
	"context"
	"errors"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// judge follows the events of one target and says what leaks. [leak.Judge] is one.
type judge interface {
	Apply(snapshot.Event)
	Result() *leak.Result
}

// judging judges one run, live or recorded. Every command makes its judge here,
// and hands it all events of the run in order, so that a run has one verdict
// wherever it is asked for.
type judging struct {
	judge judge
	gate  *gate.Gate
	// since are the events after the newest snapshot. The judge sees them with the
	// next one: what it says holds as of a snapshot, so that it does not depend on
	// when it is asked.
	since []snapshot.Event
}

// newJudging returns what judges a run by its settings and a policy. The table is
// that of the run's stacks.
func newJudging(table *snapshot.Table, settings session.Settings, policy gate.Policy) (*judging, error) {
	handlers, err := newHandlers(table, settings)
	if err != nil {
		return nil, err
	}
	return &judging{
		judge: leak.NewJudge(leak.Config{
			Table:    table,
			Own:      settings.Own,
			Handlers: handlers,
			Warmup:   settings.Warmup,
			Limit:    settings.Limit,
		}),
		gate: gate.New(table, settings.Warmup, policy),
	}, nil
}

// newHandlers returns what finds the handlers of a table's stacks. It is not safe
// for concurrent use, so that the judge and the screens have one each.
func newHandlers(table *snapshot.Table, settings session.Settings) (*handler.Finder, error) {
	finder, err := handler.New(table, settings.Own, settings.Handlers)
	if err != nil {
		return nil, usageError{err}
	}
	return finder, nil
}

// Apply takes in the next event of the run.
func (j *judging) Apply(e snapshot.Event) {
	j.gate.Apply(e)
	j.since = append(j.since, e)
	switch e.(type) {
	case snapshot.Taken, snapshot.Restarted:
		for _, e := range j.since {
			j.judge.Apply(e)
		}
		clear(j.since)
		j.since = j.since[:0]
	}
}

// Result is what is judged, for the screens, which know of no policy.
func (j *judging) Result() *leak.Result { return &j.judged().Result }

// judged is what the judge says as of the newest snapshot, as the policy has it.
func (j *judging) judged() *gate.Judged { return j.gate.Judge(j.judge.Result()) }

// judgeRecording judges the run in a session file up to one of its snapshots, 0
// for all of it, by the settings in the file and the flags that go before them. What
// came after the last snapshot, such as that the target was gone, belongs to it.
func judgeRecording(ctx context.Context, path string, table *snapshot.Table, flags judgeFlags, policy gate.Policy, upTo int) (*gate.Judged, error) {
	var j *judging
	var after []snapshot.Event // the snapshot
	reached := false
	begin := func(r *session.Reader) (err error) {
		r.LeaveRaw()
		j, err = newJudging(table, flags.over(r.Header().Judge), policy)
		return err
	}
	_, err := eachEvent(ctx, path, table, begin, func(e snapshot.Event) error {
		taken, ok := e.(snapshot.Taken)
		switch {
		case reached && ok:
			return errFound
		case reached:
			after = append(after, e)
			return nil
		}
		j.Apply(e)
		reached = ok && taken.Snapshot.Seq == upTo
		return nil
	})
	switch {
	case err == nil:
		for _, e := range after {
			j.Apply(e)
		}
	case !errors.Is(err, errFound):
		return nil, err
	}
	return j.judged(), nil
}

// errFound ends a pass over a file.
var errFound = errors.New("found")

// foundAt returns errFound for the snapshot of this number.
func foundAt(e snapshot.Event, seq int) error {
	if taken, ok := e.(snapshot.Taken); ok && taken.Snapshot.Seq == seq {
		return errFound
	}
	return nil
}

// replayUntil hands over the events of the run in a session file up to one of its
// snapshots; false where that is not in it.
func replayUntil(ctx context.Context, path string, table *snapshot.Table, seq int, yield func(snapshot.Event)) bool {
	begin := func(r *session.Reader) error {
		r.LeaveRaw()
		return nil
	}
	_, err := eachEvent(ctx, path, table, begin, func(e snapshot.Event) error {
		yield(e)
		return foundAt(e, seq)
	})
	return errors.Is(err, errFound)
}
