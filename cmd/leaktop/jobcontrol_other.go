//go:build !unix

package main

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// jobControl does nothing where the system has none.
type jobControl struct {
	ctx     context.Context
	end     context.CancelFunc
	program *tea.Program
	screen  *terminalScreen
}

func (j *jobControl) watch() (release func()) { return func() {} }

func (j *jobControl) filter(_ tea.Model, msg tea.Msg) tea.Msg { return msg }
