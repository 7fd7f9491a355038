//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// jobControl gives the terminal back before the program is stopped or dumps its
// goroutines, and takes it again, whatever size and modes it has then, when the
// program goes on.
type jobControl struct {
	ctx     context.Context
	end     context.CancelFunc // of the screens
	program *tea.Program
	screen  *terminalScreen
	signals chan os.Signal // to stop and to go on
}

// stopMsg asks the program to stop, redrawMsg to take the terminal anew.
type (
	stopMsg   struct{}
	redrawMsg struct{}
)

// watch listens for signals until it is released.
func (j *jobControl) watch() (release func()) {
	var watching sync.WaitGroup
	done := make(chan struct{})
	j.signals = make(chan os.Signal, 1)
	j.listen()
	watching.Go(func() { j.stopAndGoOn(done) })
	// What was ignored when the program began, as by nohup, stays so.
	quits := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGQUIT) {
		signal.Notify(quits, syscall.SIGQUIT)
	}
	watching.Go(func() {
		select {
		case <-quits:
			j.dump()
		case <-done:
		}
	})
	return func() {
		signal.Stop(j.signals)
		signal.Stop(quits)
		close(done)
		watching.Wait()
	}
}

// listen has the signals to stop and to go on sent to stopAndGoOn.
func (j *jobControl) listen() { signal.Notify(j.signals, syscall.SIGTSTP, syscall.SIGCONT) }

// dump gives the terminal back and has Go do what it does for the signal by
// itself: it prints all goroutines, as GOTRACEBACK says, and ends with code 2.
// The screens are not asked: they may be what hangs.
func (j *jobControl) dump() {
	if !j.elsewhere() && j.inSight() {
		j.screen.abandon()
	}
	signal.Reset(syscall.SIGQUIT)
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
	select {} // until that has ended the program
}

// stopAndGoOn hands the signals over to the program's loop, which is where the
// terminal may be given back and taken.
func (j *jobControl) stopAndGoOn(done <-chan struct{}) {
	for {
		var got os.Signal
		select {
		case got = <-j.signals:
		case <-done:
			return
		}
		switch shown := j.inSight(); {
		case got == syscall.SIGTSTP && shown:
			j.program.Send(stopMsg{})
		case got == syscall.SIGTSTP:
			j.stop() // an editor has the terminal, and stops with us
		case shown:
			j.program.Send(redrawMsg{})
		}
	}
}

// inSight reports whether the screens are what the terminal shows, or will be
// in a moment: it is set for them before they are drawn.
func (j *jobControl) inSight() bool {
	for range 20 {
		if j.screen.inSight() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// filter does in the program's loop what was asked for.
func (j *jobControl) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		return j.pause(stopCommand)
	case stopMsg:
		return j.pause(func() {})
	case redrawMsg:
		// Stopped by what cannot be caught. Who has the terminal now may be another.
		if !j.regain() {
			return nil
		}
		_ = j.program.ReleaseTerminal() // as it is now, it is not what it was for us
		return j.take()
	}
	return msg
}

// pause stops the program, and returns when it goes on with the terminal. Others
// are stopped when the terminal is given back. No signal is handled meanwhile: the
// program stops already, and takes the terminal when it goes on.
func (j *jobControl) pause(others func()) tea.Msg {
	signal.Stop(j.signals)
	_ = j.program.ReleaseTerminal() // a terminal that is gone is noticed by who reads from it
	others()
	j.stop()
	if !j.regain() {
		return nil
	}
	j.listen()
	return j.take()
}

// stopCommand stops all that belongs to the command, as the terminal does for
// ctrl+z, but for the program itself. Its own signal is waited for: on a busy
// machine it could come when the program goes on, and stop it a second time.
func stopCommand() {
	own := make(chan os.Signal, 1)
	signal.Notify(own, syscall.SIGTSTP)
	defer signal.Stop(own)
	_ = syscall.Kill(0, syscall.SIGTSTP)
	select {
	case <-own:
	case <-time.After(longestStop):
	}
}

// take sets the terminal for the screens and draws them whole.
//
// Bubble Tea's drawing goroutine may stop its successor's clock where one ends
// as the other begins, and then nothing is ever drawn. So it is looked whether
// the screens come in sight, and they are begun again where they do not.
func (j *jobControl) take() tea.Msg {
	for {
		if err := j.program.RestoreTerminal(); err != nil {
			j.end() // it is not ours any more
			return nil
		}
		for range 50 {
			if j.ctx.Err() != nil || j.screen.inSight() {
				return tea.ResumeMsg{}
			}
			time.Sleep(10 * time.Millisecond)
		}
		_ = j.program.ReleaseTerminal()
	}
}

// regain waits until the terminal is the program's, and stops it, as the system
// stops those that read in the background, as long as it is not. It returns
// false where that cannot be, and where the program is to end.
func (j *jobControl) regain() bool {
	for j.elsewhere() {
		// A shell may wake the program first, and hand the terminal over then.
		for range 20 {
			select {
			case <-j.ctx.Done():
				return false
			case <-time.After(20 * time.Millisecond):
			}
			if !j.elsewhere() {
				return true
			}
		}
		if !j.stop() {
			j.end() // nobody is there who could hand the terminal over
			return false
		}
	}
	return j.ctx.Err() == nil
}

// elsewhere reports whether the terminal is another job's.
func (j *jobControl) elsewhere() bool {
	foreground, err := unix.IoctlGetInt(int(j.screen.in.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground != unix.Getpgrp()
}

// longestStop is how long it may take until a process is stopped that stops itself.
const longestStop = time.Second

// stop stops the program, and returns when it goes on. It returns false where
// nothing stops it: the system does not stop what no shell is there to wake.
//
// By SIGTSTP it could not: once Go has caught a signal of this kind, it ignores
// it when it is caught no more. Of those that do the same, this one says that
// the program waits for the terminal; SIGSTOP would stop it for ever where
// nobody wakes it.
func (j *jobControl) stop() bool {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGTTIN)
	select {
	case <-goesOn:
		return true
	case <-time.After(longestStop):
		return false
	}
}
