package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// filterPrompt is the line in which a filter is typed, while the rows follow.
type filterPrompt struct {
	theme theme.Theme
	input textinput.Model
	of    filtered
	fault string // what is wrong with what was typed; the last good filter stays in force
}

// filtered is a list whose rows are filtered.
type filtered interface {
	Filter() list.Filter
	SetFilter(list.Filter)
	ParseFilter(string) (list.Filter, error)
	FilterFields() []list.FieldName
}

// newFilterPrompt opens the prompt with the filter that is in force.
func newFilterPrompt(t theme.Theme, of filtered) *filterPrompt {
	p := &filterPrompt{theme: t, input: newInput(t, of.Filter().String()), of: of}
	p.input.Placeholder = filterExample(of.FilterFields())
	return p
}

// newInput returns a text input with the cursor at the end of its text.
func newInput(t theme.Theme, text string) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.SetVirtualCursor(false) // the terminal's own cursor shows where one types
	styles := in.Styles()
	styles.Focused.Text, styles.Focused.Placeholder = t.Normal.Style(), t.Dim.Style()
	in.SetStyles(styles)
	in.SetValue(text)
	in.CursorEnd()
	in.Focus()
	return in
}

// setWidth gives an input its room and moves its text to where the cursor is seen.
func setWidth(in *textinput.Model, width int) {
	in.SetWidth(max(1, width))
	in.SetCursor(in.Position())
}

func (p *filterPrompt) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch msg.String() {
	case "enter":
		return nil, true
	case "esc":
		p.of.SetFilter(list.Filter{})
		return nil, true
	}
	return p.edit(msg), false
}

// edit hands a key or a paste to the input and applies what it then holds.
func (p *filterPrompt) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	f, err := p.of.ParseFilter(p.input.Value())
	if err != nil {
		// The filter itself stands beside it; what is wrong comes first.
		_, p.fault, _ = strings.Cut(err.Error(), strconv.Quote(p.input.Value())+": ")
		return cmd
	}
	p.fault = ""
	p.of.SetFilter(f)
	return cmd
}

func (p *filterPrompt) hints() []hint { return nil }

// render leaves the screen in sight.
func (p *filterPrompt) render(int, int) string { return "" }

const filterLabel = " filter / "

func (p *filterPrompt) footer(width int) string {
	setWidth(&p.input, width/2-len(filterLabel))
	help := renderHints(p.theme, []hint{{"enter", "keep"}, {"esc", "clear"}, {"!", "inverts"}}, width/2)
	if p.fault != "" {
		help = p.theme.Error.Apply(ansi.Truncate(p.fault, width/2-1, "…"))
	}
	return ends(p.theme.Key.Apply(filterLabel)+p.input.View(), help, width)
}

// filterExample is a condition on the first field of either sort, "" where there
// are none.
func filterExample(fields []list.FieldName) string {
	span, words := "", ""
	for _, f := range fields {
		switch {
		case f.Span && span == "":
			span = f.Example
		case !f.Span && words == "":
			words = f.Example
		}
	}
	return strings.Trim(span+", "+words, ", ")
}

func (p *filterPrompt) cursor(_, height int) *tea.Cursor {
	return at(p.input.Cursor(), len(filterLabel), height-1)
}

// at moves an input's cursor to where the input stands in the window.
func at(c *tea.Cursor, x, y int) *tea.Cursor {
	if c != nil {
		c.X += x
		c.Y += y
	}
	return c
}
