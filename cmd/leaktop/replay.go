package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/tui"
)

// replay is a recorded run as a source of events. The screens ask it how far it
// is while it is read.
type replay struct {
	reader *session.Reader
	path   string
	name   string
	table  *snapshot.Table

	mu    sync.Mutex
	state tui.RecordedState
}

// newReplay opens the file of a run.
func newReplay(path string, table *snapshot.Table) (*replay, error) {
	r, err := session.Open(path, table)
	if err != nil {
		return nil, err
	}
	return &replay{
		reader: r,
		path:   path,
		name:   clean.Text(filepath.Base(path)),
		table:  table,
		state:  tui.RecordedState{Reading: true},
	}, nil
}

// Name is the file's.
func (r *replay) Name() string { return r.name }

// State says how far it is read.
func (r *replay) State() tui.RecordedState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Close closes the file.
func (r *replay) Close() error { return r.reader.Close() }

// settings are those in the file.
func (r *replay) settings() session.Settings { return r.reader.Header().Judge }

// until reads the file once more, beside what reads on.
func (r *replay) until(ctx context.Context, seq int, yield func(snapshot.Event)) bool {
	return replayUntil(ctx, r.path, r.table, seq, yield)
}

func (r *replay) set(reading, followed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = tui.RecordedState{Reading: reading, Followed: followed, Damage: r.reader.Damage()}
}

// Run emits all that is in the file, and what is still being written to it. It
// ends when no more can come.
func (r *replay) Run(ctx context.Context, emit func(snapshot.Event)) error {
	for ctx.Err() == nil {
		e, err := r.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		emit(e)
	}
	r.set(false, r.reader.Live())
	// What came since the end was read, also from a writer that is gone by now.
	err := r.reader.Follow(ctx, emit)
	r.set(false, false)
	return err
}
