package main

import (
	"io"
	"os"
	"runtime"
	"sync"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"leaktop/tui/ascii"
)

// standardStreams are those of the process. What goes to a terminal that does
// not show UTF-8 is in ASCII; what goes to a file or a pipe is as it is, for
// whoever reads it may well know UTF-8.
func standardStreams() streams {
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	if ascii.Wanted(os.Getenv, runtime.GOOS) {
		std.out, std.err = plainWriter(os.Stdout), plainWriter(os.Stderr)
	}
	return std
}

func plainWriter(file *os.File) io.Writer {
	if !term.IsTerminal(int(file.Fd())) {
		return file
	}
	return &plainTerminal{file: file}
}

// terminal returns the terminal that a stream is, false where it is none.
func terminal(stream any) (*os.File, bool) {
	switch s := stream.(type) {
	case *os.File:
		return s, term.IsTerminal(int(s.Fd()))
	case *plainTerminal:
		return s.file, true
	}
	return nil, false
}

// plainTerminal is a terminal that is written to in ASCII. It is a file as the
// libraries want one that ask what a terminal can do.
type plainTerminal struct {
	file *os.File
	mu   sync.Mutex
	cut  []byte // the begin of a character whose rest is still to come
}

// Write writes text, which may be cut anywhere.
func (p *plainTerminal) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := append(p.cut, text...)
	end := len(whole)
	for i := 1; i < utf8.UTFMax && i <= end; i++ {
		if utf8.RuneStart(whole[end-i]) {
			if !utf8.FullRune(whole[end-i:]) {
				end -= i
			}
			break
		}
	}
	p.cut = append([]byte(nil), whole[end:]...)
	if _, err := io.WriteString(p.file, ascii.Text(string(whole[:end]))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Read reads what the terminal sends.
func (p *plainTerminal) Read(b []byte) (int, error) { return p.file.Read(b) }

// Close does nothing: the terminal is there for others, too.
func (p *plainTerminal) Close() error { return nil }

// Fd is the terminal's descriptor.
func (p *plainTerminal) Fd() uintptr { return p.file.Fd() }

// plainModel draws a model in ASCII.
type plainModel struct{ tea.Model }

// Update hands a message to the model.
func (p plainModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	model, cmd := p.Model.Update(msg)
	return plainModel{model}, cmd
}

// View draws the model.
func (p plainModel) View() tea.View {
	v := p.Model.View()
	v.Content, v.WindowTitle = ascii.Text(v.Content), ascii.Text(v.WindowTitle)
	return v
}
