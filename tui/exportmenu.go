package tui

import (
	"fmt"
	"io"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// exportMenu chooses what to write and where, and tells what was written.
type exportMenu struct {
	m       *Model
	theme   theme.Theme
	choices []exportChoice
	at      int
	path    textinput.Model
	edited  bool   // the user changed the path: choosing another format keeps it
	result  string // what was written, or why nothing was
	failed  bool
	stem    string // of the proposed path, without its ending
	what    string // the snapshots compared when the menu was opened: these are written
}

// exportChoice is one thing that can be written.
type exportChoice struct {
	name   string
	ending string
	write  func(io.Writer) error
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
	choices := m.exportChoices()
	if len(choices) == 0 {
		m.say("nothing to export yet: the first snapshot is still to come")
		return
	}
	base, current := m.data.Base(), m.data.Current()
	menu := &exportMenu{
		m:       m,
		theme:   m.theme,
		choices: choices,
		stem:    m.exportStem(),
		what:    fmt.Sprintf("#%d → #%d, %s", base.Seq, current.Seq, units.Duration(current.Time.Sub(base.Time))),
	}
	menu.path = newInput(m.theme, menu.proposal())
	m.over = menu
}

// exportStem names a file for what is compared: "leaktop-orders-20260301-120310".
func (m *Model) exportStem() string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, m.data.history.Info.Name)
	if name != "" {
		name = name[:min(len(name), longestName)] + "-" // by now it is ASCII
	}
	return "leaktop-" + name + m.data.Current().Time.Format("20060102-150405")
}

// longestName bounds what a program's name adds to a file's.
const longestName = 40

// exportChoices are the formats that what was seen allows.
func (m *Model) exportChoices() []exportChoice {
	current := m.data.Current()
	if current == nil {
		return nil
	}
	heap, goroutines := m.data.pair(snapshot.Heap), m.data.pair(snapshot.Goroutine)
	base := m.data.Base()
	whole := m.data.whole(base, current)
	history, head := m.data.history.Freeze(nil), m.exportHead(heap, goroutines)
	// The comparing is done with the writing, beside the update loop. Each has a
	// history of its own, since one may begin before another has ended.
	diffs := func() export.Diff {
		d := head
		d.Heap, d.Goroutines = heap.compare(history.Freeze(nil)), goroutines.compare(history.Freeze(nil))
		return d
	}
	var out []exportChoice
	if heap.current != nil {
		out = append(out, exportChoice{"heap diff for go tool pprof", ".pb.gz", func(w io.Writer) error { return export.Pprof(w, heap.compare(history.Freeze(nil))) }})
	}
	if goroutines.current != nil {
		out = append(out, exportChoice{"goroutine diff for go tool pprof", ".goroutine.pb.gz", func(w io.Writer) error { return export.Pprof(w, goroutines.compare(history.Freeze(nil))) }})
	}
	if heap.current != nil || goroutines.current != nil {
		out = append(out,
			exportChoice{"report as Markdown, for an issue", ".md", func(w io.Writer) error { return export.Markdown(w, diffs(), export.Options{}) }},
			exportChoice{"report as JSON, leaktop.report/v1", ".json", func(w io.Writer) error { return export.JSON(w, report(diffs(), base, current, whole)) }},
			exportChoice{"report as text", ".txt", func(w io.Writer) error { return export.Text(w, diffs(), export.Options{}) }})
	}
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		shot := m.data.with(kind, current)
		if shot == nil || shot.Raw[kind] == nil {
			continue
		}
		raw := shot.Raw[kind]
		out = append(out, exportChoice{fmt.Sprintf("%s profile of #%d as it was fetched", kind, shot.Seq), fmt.Sprintf(".%s-%d.pb.gz", kind, shot.Seq),
			func(w io.Writer) error { _, err := w.Write(raw); return err }})
	}
	return out
}

// report is the JSON of a diff, with what the history adds to it: both snapshots
// are of one run, how many whole ones there were in between, and how many GCs.
func report(d export.Diff, base, current *snapshot.Entry, whole int) export.Report {
	r := export.NewReport(d, 0)
	r.Window.Snapshots = whole
	restarts := 0
	r.Window.Restarts = &restarts
	before, a := base.Vitals.Get(snapshot.NumGC)
	after, b := current.Vitals.Get(snapshot.NumGC)
	if a && b && after >= before {
		cycles := after - before
		r.Window.GCCycles = &cycles
	}
	return r
}

// exportHead is what the reports begin with.
func (m *Model) exportHead(heap, goroutines pair) export.Diff {
	info := m.data.history.Info
	d := export.Diff{Target: export.NewTarget(info.Address, m.data.startTime(), info.GoVersion)}
	base, current := m.data.Base(), m.data.Current()
	d.Base = export.Input{Name: "#" + itoa(base.Seq), Time: base.Time}
	d.Current = export.Input{Name: "#" + itoa(current.Seq), Time: current.Time}
	note := func(p pair) {
		// A snapshot may lack one of its profiles; an earlier one stands in.
		if p.current != nil && (p.base.Seq != base.Seq || p.current.Seq != current.Seq) {
			d.Notes = append(d.Notes, fmt.Sprintf("the %s profiles are of #%d, %s, and #%d, %s", p.kind,
				p.base.Seq, p.base.Time.Format(clock), p.current.Seq, p.current.Time.Format(clock)))
		}
	}
	note(heap)
	note(goroutines)
	return d
}

func (e *exportMenu) proposal() string { return e.stem + e.choices[e.at].ending }

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
	default:
		return e.edit(msg), false
	}
	return nil, false
}

func (e *exportMenu) choose(i int) {
	e.at = max(0, min(i, len(e.choices)-1))
	e.result = ""
	if !e.edited {
		e.path.SetValue(e.proposal())
		e.path.CursorEnd()
	}
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

// write writes the chosen format beside the update loop.
func (e *exportMenu) write(force bool) tea.Cmd {
	path, choice, files := strings.TrimSpace(e.path.Value()), e.choices[e.at], e.m.cfg.Files
	if path == "" {
		e.result, e.failed = "no path: type where to write to", true
		return nil
	}
	e.result, e.failed = "writing "+path, false
	return func() tea.Msg {
		var size int64
		full, err := files.Write(path, force, func(w io.Writer) error {
			counted := &countingWriter{w: w}
			err := choice.write(counted)
			size = counted.n
			return err
		})
		return exportedMsg{menu: e, path: full, size: size, err: err}
	}
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
	return []hint{{"↑↓", "what"}, {"enter", "write"}, {"ctrl+o", "replace"}, {"esc", "back"}}
}

const pathLabel = " to  "

// The lines of the menu above the path: a title, an empty line, the choices,
// an empty line.
func (e *exportMenu) pathLine() int { return 2 + len(e.choices) + 1 }

func (e *exportMenu) render(width, height int) string {
	lines := []string{fit(" "+e.theme.Title.Apply("Export")+e.theme.Dim.Apply("  "+e.what), width), ""}
	for i, c := range e.choices {
		line := "   " + c.name
		if i == e.at {
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

func (e *exportMenu) cursor(_, _ int) *tea.Cursor {
	return at(e.path.Cursor(), len(pathLabel), bodyTop+e.pathLine())
}
