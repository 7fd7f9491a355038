package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// stackPane shows the frames of one stack and, beside or below them, the
// source of the selected one. The detail pages share it.
type stackPane struct {
	m      *Model
	stack  []snapshot.Frame
	list   *list.List[frameRow, int]
	source map[string]sourceMsg // by file:line; what was asked for is there, empty until it came
	reads  context.Context      // ends what is read for the pane
	leave  context.CancelFunc   // when its page is left
	top    int                  // the line of the page on which the list began when it was last drawn
}

// frameRow is one frame and what the stacks through it changed by.
type frameRow struct {
	snapshot.Frame
	depth int
	sum   diff.Change // of all stacks through the frame's function
	held  bool        // whether sum is known
}

func newStackPane(m *Model) *stackPane {
	reads, leave := context.WithCancel(m.cfg.Context)
	return &stackPane{m: m, reads: reads, leave: leave, source: make(map[string]sourceMsg), list: list.New(list.Config[frameRow, int]{
		Key:   func(r frameRow) int { return r.depth },
		Text:  func(r frameRow) string { return r.Function + " " + r.File },
		Dim:   func(r frameRow) bool { return !diff.IsOwn(r.Frame, m.cfg.Own) },
		Empty: "the sample has no stack",
		Theme: m.theme,
	})}
}

// set shows a stack; sums gives what the functions on it changed by, nil where
// that means nothing.
func (p *stackPane) set(stack []snapshot.Frame, sums map[string]diff.Change, unit string) {
	p.list.SetTheme(p.m.theme)
	p.list.SetColumns(frameColumns(p.m.theme, unit, sums != nil))
	rows := make([]frameRow, len(stack))
	telling := -1
	for i, f := range stack {
		rows[i] = frameRow{Frame: f, depth: i}
		rows[i].sum, rows[i].held = sums[f.Function]
		if telling < 0 && diff.IsOwn(f, p.m.cfg.Own) {
			telling = i
		}
	}
	p.list.SetRows(rows)
	if !slices.Equal(p.stack, stack) {
		// Another stack: begin at the frame that one wants to see.
		p.stack = stack
		p.list.Home()
		p.list.Move(max(0, telling))
	}
}

func frameColumns(th theme.Theme, unit string, sums bool) []list.Column[frameRow] {
	cols := []list.Column[frameRow]{
		{Title: "stack, leaf first", Min: 20, Max: 48, Flex: true, Priority: 10, Cell: func(r frameRow) list.Cell {
			name := shortName(r.Function)
			if r.Inlined {
				name += " (inlined)"
			}
			return list.Cell{Text: name}
		}},
		{Title: "where", Min: 14, Max: 24, Priority: 9, Cell: func(r frameRow) list.Cell {
			return list.Cell{Text: position(r.File, r.Line), Paint: th.Dim}
		}},
	}
	if !sums {
		return cols
	}
	return append(cols,
		list.Column[frameRow]{Title: "Δ through it", Min: 12, Right: true, Priority: 8, Cell: func(r frameRow) list.Cell {
			if !r.held {
				return list.Cell{}
			}
			return list.Cell{Text: units.Signed(r.sum.Delta, unit), Paint: changePaint(th, r.sum)}
		}},
		list.Column[frameRow]{Title: "now", Min: 10, Right: true, Priority: 7, Cell: func(r frameRow) list.Cell {
			if !r.held {
				return list.Cell{}
			}
			return list.Cell{Text: units.Format(r.sum.After, unit)}
		}},
	)
}

func (p *stackPane) key(key string) (tea.Cmd, bool) {
	switch key {
	case "y":
		return p.m.copy(stackText(p.stack)), true
	case "S":
		return p.edit(), true
	case "enter":
		return nil, true
	}
	if cmd, ok := p.m.listKey(p.list, key); ok {
		if cmd == nil {
			cmd = p.want()
		}
		return cmd, true
	}
	return nil, false
}

// click selects the frame on a line of the page.
func (p *stackPane) click(y int) tea.Cmd {
	if p.list.ClickRow(y - p.top) {
		return p.want()
	}
	return nil
}

// sourceBeside is the width from which the source stands beside the stack.
const sourceBeside = 110

// render draws the pane from line top of the page on.
func (p *stackPane) render(top, width, height int) string {
	p.top = top
	if width >= sourceBeside {
		left := width * 3 / 5
		source := p.sourceLines(width-left, height)
		if len(source) == 0 {
			return p.list.Render(width, height)
		}
		return beside(p.list.Render(left-2, height), block(fitted(source, width-left), height), left)
	}
	source := p.sourceLines(0, height/2)
	if len(source) == 0 {
		return p.list.Render(width, height)
	}
	return p.list.Render(width, height-len(source)) + "\n" + block(fitted(source, width), len(source))
}

// detailHelp are the keys of every detail page.
func detailHelp(title string, more ...hint) section {
	return section{title, append(more,
		hint{"↑↓", "frames of the stack, with their source where the file is found"},
		hint{"S", "open the source line in $EDITOR"},
		hint{"y", "copy the stack"},
		hint{"esc", "back"},
	)}
}

// flow puts parts on one line, or on several where they need them.
func flow(width int, parts ...string) []string {
	var lines []string
	var line []string
	for _, part := range parts {
		if len(line) > 0 && ansi.StringWidth(head(append(line, part)...)) > width {
			lines, line = append(lines, head(line...)), nil
		}
		if part != "" {
			line = append(line, part)
		}
	}
	return fitted(append(lines, head(line...)), width)
}

// inHead puts parts on as many lines as they need, or on one where the page has
// no lines to spare.
func inHead(width, height int, parts ...string) []string {
	if height < 20 {
		return []string{fit(head(parts...), width)}
	}
	return flow(width, parts...)
}

// head joins parts of a title line with space between them.
func head(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return " " + strings.Join(kept, "   ")
}
