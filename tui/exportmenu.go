package tui

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"leaktop/diff/export"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// exportMenu chooses what to write and where, and tells what was written.
type exportMenu struct {
	m       *Model
	theme   theme.Theme
	run     func() export.Run // what was seen when the menu was opened: this is written
	choices []exportChoice
	at      int
	top     int // the first choice on screen
	path    textinput.Model
	edited  bool   // the user changed the path: choosing another format keeps it
	result  string // what was written, or why nothing was
	failed  bool
	stem    string // of the proposed path, without its ending
	what    string // the snapshots that are compared
	// anonymise has pseudonyms written for names, and stems say so.
	anonymise bool
	plain     string // the stem without
}

// exportedMsg says how a write ended.
type exportedMsg struct {
	menu *exportMenu
	path string
	size int64
	err  error
}

// openExport opens the menu for the snapshots that are compared now.
func (m *Model) openExport() {
	if m.data.Current() == nil {
		m.say("nothing to export yet: the first snapshot is still to come")
		return
	}
	base, current := m.data.Base(), m.data.Current()
	menu := &exportMenu{
		m:       m,
		theme:   m.theme,
		run:     m.exportRun(),
		choices: m.exportChoices(),
		plain:   m.exportStem(m.data.history.Info.Name),
		what:    fmt.Sprintf("%s → #%d, %s", m.data.nameOf(base), current.Seq, units.Duration(current.Time.Sub(base.Time))),
	}
	if len(menu.choices) == 0 {
		m.say("nothing to export yet: the first profile is still to come")
		return
	}
	menu.stem = menu.plain
	menu.path = newInput(m.theme, menu.proposal())
	m.over = menu
}

// exportStem names a file for what is compared: "leaktop-orders-20260301-120310".
func (m *Model) exportStem(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
	if name != "" {
		name = name[:min(len(name), longestName)] + "-" // by now it is ASCII
	}
	at := m.data.Current().Time
	if at.IsZero() {
		return strings.TrimSuffix("leaktop-"+name, "-")
	}
	return "leaktop-" + name + at.Format("20060102-150405")
}

// longestName bounds what a program's name adds to a file's.
const longestName = 40

func (e *exportMenu) proposal() string { return e.stem + e.offered()[e.at].ending }

func (e *exportMenu) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch msg.String() {
	case "esc":
		return nil, true
	case "up":
		e.choose(e.at - 1)
	case "down":
		e.choose(e.at + 1)
	case "enter":
		return e.write(false), false
	case "ctrl+o":
		return e.write(true), false
	case "ctrl+p":
		e.toggle()
	default:
		return e.edit(msg), false
	}
	return nil, false
}

func (e *exportMenu) choose(i int) {
	e.at = max(0, min(i, len(e.offered())-1))
	e.propose()
}

// propose follows what is chosen, unless the user named a path.
func (e *exportMenu) propose() {
	e.result = ""
	if !e.edited {
		e.path.SetValue(e.proposal())
		e.path.CursorEnd()
	}
}

// toggle writes pseudonyms for names, or the names themselves.
func (e *exportMenu) toggle() {
	e.anonymise = !e.anonymise
	e.stem = e.plain
	if e.anonymise {
		e.stem = e.m.exportStem("anonymised")
	}
	e.choose(e.at)
}

// offered are the choices there are: what was fetched raw is never anonymised.
func (e *exportMenu) offered() []exportChoice {
	if !e.anonymise {
		return e.choices
	}
	return slices.DeleteFunc(slices.Clone(e.choices), func(c exportChoice) bool { return c.raw })
}

// edit hands a key or a paste to the path.
func (e *exportMenu) edit(msg tea.Msg) tea.Cmd {
	before := e.path.Value()
	var cmd tea.Cmd
	e.path, cmd = e.path.Update(msg)
	if e.path.Value() != before {
		e.edited, e.result = true, ""
	}
	return cmd
}

// write writes the chosen format beside the update loop. Who quits meanwhile
// waits for it, or half a file would be left behind.
func (e *exportMenu) write(force bool) tea.Cmd {
	path, choice, files := strings.TrimSpace(e.path.Value()), e.offered()[e.at], e.m.cfg.Files
	ctx, seen, anonymise, salt := e.m.cfg.Context, e.run, e.anonymise, e.m.cfg.Salt
	if path == "" {
		e.result, e.failed = "no path: type where to write to", true
		return nil
	}
	e.result, e.failed = "writing "+path, false
	return e.m.beside(func() tea.Msg {
		var size int64
		full, err := files.Write(ctx, path, force, func(w io.Writer) error {
			var run export.Run
			var options export.Options
			if !choice.raw {
				run = seen()
				options.SampleType = choice.sampleType(run)
			}
			if anonymise {
				run, options = export.Anonymise(run, options, salt)
			}
			counted := &countingWriter{w: w}
			err := choice.write(counted, run, options)
			size = counted.n
			return err
		})
		return exportedMsg{menu: e, path: full, size: size, err: err}
	})
}

// countingWriter counts what passes through it.
type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// done takes over how a write ended.
func (e *exportMenu) done(msg exportedMsg) {
	e.failed = msg.err != nil
	if e.failed {
		// The command line's way to replace a file is a flag, here it is a key.
		e.result = strings.Replace(msg.err.Error(), "replace it with --force", "replace it with ctrl+o", 1)
		return
	}
	e.result = fmt.Sprintf("wrote %s, %s, at %s", msg.path, units.Bytes(msg.size), e.m.cfg.Now().Format(clock))
}

func (e *exportMenu) hints() []hint {
	names := hint{"ctrl+p", "anonymise"}
	if e.anonymise {
		names.does = "real names"
	}
	return []hint{{"enter", "write"}, {"ctrl+o", "replace"}, {"esc", "back"}, names, {"↑↓", "what"}}
}

const pathLabel = " to  "

// The lines of the menu besides the choices: a title and an empty line above,
// below an empty line, the path, an empty line and two for how it ended.
const menuLines = 7

// rows is how many choices there is room for.
func (e *exportMenu) rows(height int) int { return max(1, min(len(e.offered()), height-menuLines)) }

func (e *exportMenu) render(width, height int) string {
	choices, rows := e.offered(), e.rows(height)
	e.top = max(0, min(e.top, e.at, len(choices)-rows))
	e.top = max(e.top, e.at-rows+1)
	title := " " + e.theme.Title.Apply("Export") + e.theme.Dim.Apply("  "+e.what)
	if e.anonymise {
		title += e.theme.Dim.Apply("  ") + e.theme.Accent.Apply("pseudonyms for all names")
	}
	if rows < len(choices) {
		title += e.theme.Dim.Apply(fmt.Sprintf("  %d of %d", e.at+1, len(choices)))
	}
	lines := []string{fit(title, width), ""}
	for i, c := range choices[e.top : e.top+rows] {
		line := "   " + c.name
		if e.top+i == e.at {
			line = e.theme.Selected.Apply(fit(" "+e.theme.Accent.Apply(theme.SelectionGlyph)+" "+c.name, min(width, 60)))
		}
		lines = append(lines, line)
	}
	setWidth(&e.path, width-len(pathLabel)-2)
	lines = append(lines, "", e.theme.Dim.Apply(pathLabel)+e.path.View(), "")
	paint := e.theme.Level
	if e.failed {
		paint = e.theme.Error
	}
	for _, l := range wrap(e.result, width-2) {
		lines = append(lines, " "+paint.Apply(l))
	}
	return block(lines, height)
}

// cursor stands in the path, below the choices of a window of this height.
func (e *exportMenu) cursor(_, height int) *tea.Cursor {
	return at(e.path.Cursor(), len(pathLabel), bodyTop+2+e.rows(height-bodyTop-footerSize)+1)
}
