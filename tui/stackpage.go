package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
)

// stackPage is the frame of the pages that are about stacks: lines that say
// what it is, a curve, one stack at a time with its source beside it, and what
// hangs together with it below.
type stackPage struct {
	m      *Model
	frames *stackPane
	stacks []snapshot.StackID
	at     int // which of them is shown
}

func newStackPage(m *Model) stackPage { return stackPage{m: m, frames: newStackPane(m)} }

func (p *stackPage) pane() *stackPane { return p.frames }

// opened asks for the source of the first frame.
func (p *stackPage) opened() tea.Cmd { return p.frames.want() }

// choose says which stacks the page is about. They change places while data
// moves; the one that is read stays.
func (p *stackPage) choose(stacks []snapshot.StackID) {
	shown := p.shown()
	p.stacks = stacks
	p.at = max(0, slices.Index(stacks, shown))
}

// shown is the stack on the page.
func (p *stackPage) shown() snapshot.StackID {
	if p.at >= len(p.stacks) {
		return snapshot.NoStack
	}
	return p.stacks[p.at]
}

// show puts the frames of the shown stack on the page; see [stackPane.set].
func (p *stackPage) show(sums map[string]diff.Change, unit string) {
	p.frames.set(p.m.data.history.Table.Stack(p.shown()), sums, unit)
}

// nth says which of several stacks is shown, "" where there is one.
func (p *stackPage) nth() string {
	if len(p.stacks) < 2 {
		return ""
	}
	return fmt.Sprintf("stack %d of %d", p.at+1, len(p.stacks))
}

// stackKey handles the keys that all these pages share; changed is called once
// another stack is to be shown.
func (p *stackPage) stackKey(key string, changed func()) (tea.Cmd, bool) {
	step := 1
	switch key {
	case "N":
		step = len(p.stacks) - 1
		fallthrough
	case "n":
		if len(p.stacks) < 2 {
			return nil, true
		}
		p.at = (p.at + step) % len(p.stacks)
		changed()
		return p.frames.want(), true
	}
	return p.frames.key(key)
}

func (p *stackPage) click(x, y int) tea.Cmd { return p.frames.click(y) }

func (p *stackPage) wheel(lines int) { p.frames.list.Wheel(lines) }

func (p *stackPage) hints() []hint {
	hints := []hint{{"esc", "back"}}
	if len(p.stacks) > 1 {
		hints = append(hints, hint{"n N", "other stacks"})
	}
	return append(hints, hint{"S", "edit"}, hint{"y", "copy stack"})
}

// findingKey handles the keys of a page whose stack may belong to a finding.
func (p *stackPage) findingKey(key string, f *leak.Finding, changed func()) (tea.Cmd, bool) {
	if key != "f" || f == nil {
		return p.stackKey(key, changed)
	}
	return p.m.turnTo(func(below page) bool {
		finding, ok := below.(*findingDetail)
		return ok && finding.finding.ID == f.ID
	}, func() page { return newFindingDetail(p.m, f) }), true
}

// findingHints are the page's hints, with that key where it leads somewhere.
func (p *stackPage) findingHints(f *leak.Finding) []hint {
	if f == nil {
		return p.hints()
	}
	return append([]hint{{"f", "finding"}}, p.hints()...)
}

// findingLine says what the page's stack belongs to, nil where nothing is judged.
func (p *stackPage) findingLine(f *leak.Finding, width int) []string {
	if f == nil {
		return nil
	}
	th := p.m.theme
	return []string{leftFirst(" "+verdictPaint(th, f.Verdict).Apply(f.Verdict.String())+"  "+f.Summary(), []string{th.Dim.Apply("f opens the finding ")}, width)}
}

// lay puts the parts of the page together. The curve gives way where the stack
// would have no room.
func (p *stackPage) lay(head []string, curve func(width, height int) string, below []string, width, height int) string {
	const (
		leastCurve  = 5
		leastFrames = 5
	)
	if height-len(head)-len(below) > 15 {
		head = append(head, "")
	}
	lines := fitted(head, width)
	room := height - len(head) - len(below)
	if curveLines := min(max(leastCurve, height*3/10), room-leastFrames); curveLines >= leastCurve {
		lines = append(lines, strings.Split(curve(width, curveLines), "\n")...)
	}
	frames := p.frames.render(len(lines), width, height-len(lines)-len(below))
	lines = append(lines, strings.Split(frames, "\n")...)
	return block(append(lines, fitted(below, width)...), height)
}

// missing is the page where there is nothing to show, and why.
func (p *stackPage) missing(why string, height int) string {
	return block([]string{"", "  " + p.m.theme.Dim.Apply(why)}, height)
}
