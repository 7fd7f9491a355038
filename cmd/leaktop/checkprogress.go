package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress tells on standard error how a check goes: a line that is rewritten
// on a terminal, a line now and then elsewhere. What else is said goes through
// it, so that the two do not run into each other.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	width    func() int    // of the terminal, nil where it is none
	duration time.Duration // 0 for without end
	targets  []*targetProgress
	drawn    int // how many characters stand on the line
}

func newProgress(out io.Writer, duration time.Duration, targets int) *progress {
	p := &progress{out: out, duration: duration}
	for range targets {
		p.targets = append(p.targets, &targetProgress{progress: p, said: make(map[string]bool)})
	}
	if file, ok := terminal(out); ok && !dumb() {
		p.width = func() int {
			width, _, err := term.GetSize(int(file.Fd()))
			if err != nil || width <= 0 {
				return 80
			}
			return width
		}
	}
	return p
}

func (p *progress) target(i int) *targetProgress { return p.targets[i] }

// pause is the time between two lines.
func (p *progress) pause() time.Duration {
	const shortest, longest = 30 * time.Second, 5 * time.Minute
	switch {
	case p.width != nil:
		return time.Second
	case p.duration == 0:
		return longest
	}
	return min(max(p.duration/20, shortest), longest)
}

// run tells how it goes until the context ends.
func (p *progress) run(ctx context.Context) {
	tick := time.NewTicker(p.pause())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.show()
		}
	}
}

// show says how it goes.
func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width != nil {
		p.draw()
		return
	}
	for _, t := range p.targets {
		if !t.begun.IsZero() && !t.done {
			fmt.Fprintf(p.out, "leaktop: %s: %s\n", t.address, t.standing())
		}
	}
}

// draw rewrites the line of a terminal.
func (p *progress) draw() {
	line := []rune(p.line())
	if room := max(p.width()-1, 0); len(line) > room {
		line = line[:room]
	}
	fmt.Fprintf(p.out, "\r%s%s", string(line), strings.Repeat(" ", max(p.drawn-len(line), 0)))
	p.drawn = len(line)
}

// line is a bar for the target that is furthest, and how each of them goes.
func (p *progress) line() string {
	const bar = 20
	var parts []string
	var longest time.Duration
	for _, t := range p.targets {
		switch {
		case t.done:
		case t.begun.IsZero():
			parts = append(parts, "not reached yet")
		case len(p.targets) > 1:
			parts = append(parts, t.address+": "+t.standing())
		default:
			parts = append(parts, t.standing())
		}
		if !t.begun.IsZero() {
			longest = max(longest, time.Since(t.begun))
		}
	}
	line := strings.Join(parts, " | ")
	if p.duration > 0 {
		full := min(int(bar*longest/p.duration), bar)
		line = "[" + strings.Repeat("#", full) + strings.Repeat("-", bar-full) + "] " + line
	}
	return line
}

// above does something that prints lines, with nothing in its way.
func (p *progress) above(print func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	print()
}

// clear leaves nothing on the line of a terminal.
func (p *progress) clear() {
	if p.drawn > 0 {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", p.drawn))
		p.drawn = 0
	}
}

// say prints a line on standard error.
func (p *progress) say(text string) {
	p.above(func() { fmt.Fprintln(p.out, "leaktop: "+shortLine(text)) })
}

// Write prints what a command of the user's says.
func (p *progress) Write(text []byte) (n int, err error) {
	p.above(func() { n, err = p.out.Write(text) })
	return n, err
}
