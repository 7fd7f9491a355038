package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// screens runs the program at a terminal, and presses keys at random.
func (f *faultTrial) screens(cmd *exec.Cmd, span time.Duration) {
	terminal, screen, err := openTerminal(120, 32)
	if err != nil {
		f.errorf("%v", err)
		return
	}
	defer terminal.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	screen.Close()
	if err != nil {
		f.errorf("%v", err)
		return
	}
	var shown bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&shown, terminal) // it ends with an error, as a terminal does that nobody has open
	}()
	quit, pressed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(pressed)
		const keys = "11223345vmwpojjkk\r\r\x1b\x1b\x1bb?nD"
		for {
			select {
			case <-quit:
				return
			case <-time.After(100 * time.Millisecond):
				_, _ = terminal.Write([]byte{keys[f.random.IntN(len(keys))]})
			}
		}
	}()
	release := sync.OnceFunc(func() {
		close(quit)
		<-pressed
	})
	f.wait(cmd, span, func() {
		release()
		time.Sleep(300 * time.Millisecond) // a key after esc at once would be one with alt
		_, _ = terminal.WriteString("\x03")
	})
	release() // where the program ended by itself, too
	<-read
	// What answers something else than pprof before it was reached is not waited for.
	refused := !f.reached() && bytes.Contains(last(shown.Bytes(), 2000), []byte("leaktop: http"))
	if code := cmd.ProcessState.ExitCode(); code != exitClean && !(refused && code == exitUnreachable) {
		f.errorf("it ends with exit code %d: %q", code, last(shown.Bytes(), 600))
	}
	for _, hostile := range []string{"\x1b]0;owned", "\u202e", "\u2066", "panic:", "goroutine 1 ["} {
		if at := bytes.Index(shown.Bytes(), []byte(hostile)); at >= 0 {
			f.errorf("%q reached the terminal: %q", hostile, shown.Bytes()[max(0, at-100):min(shown.Len(), at+100)])
		}
	}
	if into, back := bytes.LastIndex(shown.Bytes(), []byte("\x1b[?1049h")), bytes.LastIndex(shown.Bytes(), []byte("\x1b[?1049l")); into > back {
		f.errorf("the terminal does not come back: %q", last(shown.Bytes(), 400))
	}
}

func last(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// openTerminal makes a terminal, and returns its two ends: that of who looks at
// it and that of the program.
func openTerminal(width, height uint16) (terminal, screen *os.File, err error) {
	terminal, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(terminal.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: height})
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		terminal.Close()
		return nil, nil, err
	}
	return terminal, screen, nil
}
