package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// crashError is a panic that was caught, so that the terminal could be given
// back and the recording be closed.
type crashError struct {
	value any
	stack string
}

func newCrashError(value any) *crashError {
	return &crashError{value: value, stack: string(debug.Stack())}
}

func (e *crashError) Error() string {
	return fmt.Sprintf("internal error: %v; please report it with the stack below", e.value)
}

// trace is the stack as it is printed, safe for a terminal.
func (e *crashError) trace() string {
	var b strings.Builder
	for line := range strings.Lines(e.stack) {
		indented, deep := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
		if deep {
			b.WriteByte('\t')
		}
		b.WriteString(clean.Text(indented) + "\n")
	}
	return b.String()
}

// guarded runs something and returns its panic as an error.
func guarded(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newCrashError(p)
		}
	}()
	return run()
}

// crash catches the panics of what runs on and beside the screens: they would
// leave the terminal as the screens have set it, and the recording open. The
// first one is kept, and ends the screens.
type crash struct {
	end   context.CancelFunc
	mu    sync.Mutex
	first *crashError
}

func newCrash(end context.CancelFunc) *crash { return &crash{end: end} }

// catch is deferred by each goroutine that may panic.
func (c *crash) catch() {
	if p := recover(); p != nil {
		c.note(newCrashError(p))
	}
}

func (c *crash) note(e *crashError) {
	c.mu.Lock()
	if c.first == nil {
		c.first = e
	}
	c.mu.Unlock()
	c.end()
}

// err is the first panic, nil for none.
func (c *crash) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		return nil
	}
	return c.first
}

// source is a source whose panic ends the screens.
func (c *crash) source(s source) source { return guardedSource{s, c} }

type guardedSource struct {
	source
	crash *crash
}

func (s guardedSource) Run(ctx context.Context, emit func(snapshot.Event)) error {
	defer s.crash.catch()
	return s.source.Run(ctx, emit)
}

// guardedModel is a model whose panics, and those of its commands, end the
// screens. Bubble Tea would print them while the alternate screen is still on.
//
// Once the context has ended it takes no message and draws nothing any more.
type guardedModel struct {
	ctx   context.Context
	model tea.Model
	crash *crash
}

// Init begins as the model does.
func (g *guardedModel) Init() tea.Cmd {
	defer g.crash.catch()
	return g.guard(g.model.Init())
}

// Update hands a message to the model.
func (g *guardedModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return g, g.update(msg)
}

func (g *guardedModel) update(msg tea.Msg) tea.Cmd {
	defer g.crash.catch()
	if g.ctx.Err() != nil {
		return nil
	}
	model, cmd := g.model.Update(msg)
	g.model = model
	return g.guard(cmd)
}

// View draws the model, and nothing where that panics.
func (g *guardedModel) View() (v tea.View) {
	defer g.crash.catch()
	v.AltScreen = true
	if g.ctx.Err() != nil {
		return v
	}
	return g.model.View()
}

// guard catches the panic of a command, and of those that it returns.
func (g *guardedModel) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer g.crash.catch()
		msg := cmd()
		batch, ok := msg.(tea.BatchMsg)
		if !ok {
			return msg
		}
		for i := range batch {
			batch[i] = g.guard(batch[i])
		}
		return batch
	}
}
