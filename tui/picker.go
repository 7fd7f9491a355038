package tui

import (
	"cmp"
	"context"
	"path"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// RecentRun is a recorded run to pick from. Its texts are safe to print.
type RecentRun struct {
	Path      string
	Shown     string // the path as it may be printed
	Name      string // of the program, or of the file where that is not known
	Address   string
	Begun     time.Time
	Length    time.Duration
	Snapshots int
	Size      int64
	Live      bool   // it is being written
	Problem   string // why it cannot be opened, "" if it can
}

// PickerConfig is what a [Picker] is given.
type PickerConfig struct {
	Context context.Context
	Runs    []RecentRun // the newest first
	// Verdict says in a word what is judged of a run, "" for what is not known. It
	// is asked beside the update loop, for one run at a time.
	Verdict func(ctx context.Context, path string) string
}

// Picker is the screen on which one of the recent runs is picked.
type Picker struct {
	cfg      PickerConfig
	theme    theme.Theme
	list     *list.List[RecentRun, string]
	verdicts map[string]string // by path
	over     *filterPrompt     // nil for none
	pending  string            // the first key of a sequence: "g" of "gg"
	notice   string
	chosen   string
	width    int
	height   int
	quitting bool // nothing is left on the screen
	mouse    mouse
}

// NewPicker returns the screen; run it with a tea.Program.
func NewPicker(cfg PickerConfig) *Picker {
	p := &Picker{cfg: cfg, theme: theme.New(true), verdicts: make(map[string]string)}
	p.list = list.New(list.Config[RecentRun, string]{
		Key:   func(r RecentRun) string { return r.Path },
		Text:  p.text,
		Dim:   func(r RecentRun) bool { return r.Problem != "" || r.Snapshots == 0 },
		Empty: "no recorded run",
		Theme: p.theme,
	})
	p.list.SetColumns(p.columns())
	p.list.SetRows(cfg.Runs)
	return p
}

// Chosen is the path of the run that was picked, "" for none.
func (p *Picker) Chosen() string { return p.chosen }

// verdictMsg is what is judged of the run of this index.
type verdictMsg struct {
	at   int
	word string
}

// Init begins to judge the runs, the newest first.
func (p *Picker) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, p.judge(0)) }

// judge asks what is judged of a run, nil after the last one.
func (p *Picker) judge(at int) tea.Cmd {
	if at >= len(p.cfg.Runs) || p.cfg.Verdict == nil {
		return nil
	}
	ctx, run := p.cfg.Context, p.cfg.Runs[at]
	return func() tea.Msg {
		if run.Problem != "" || ctx.Err() != nil {
			return verdictMsg{at: at}
		}
		return verdictMsg{at, p.cfg.Verdict(ctx, run.Path)}
	}
}

// Update takes one message.
func (p *Picker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		p.theme = theme.New(msg.IsDark())
		p.list.SetTheme(p.theme)
		p.list.SetColumns(p.columns())
	case verdictMsg:
		p.verdicts[p.cfg.Runs[msg.at].Path] = msg.word
		p.list.SetRows(p.cfg.Runs)
		return p, p.judge(msg.at + 1)
	case tea.PasteMsg:
		if p.over != nil {
			return p, p.over.edit(tea.PasteMsg{Content: strings.TrimSpace(msg.Content)})
		}
	case tea.KeyPressMsg:
		return p, p.press(msg)
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft && p.over == nil {
			return p, clickList(p.list, msg.X, msg.Y-pickerTop, func(r RecentRun) string { return r.Path }, p.open)
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			p.list.Wheel(-3)
		case tea.MouseWheelDown:
			p.list.Wheel(3)
		}
	}
	return p, nil
}

// press handles one key.
func (p *Picker) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	p.notice = ""
	switch {
	case key == "ctrl+c":
		return p.quit()
	case key == "ctrl+z":
		return tea.Suspend
	case key == mouseKey && p.over == nil:
		p.notice = p.mouse.toggle()
		return nil
	case p.over != nil:
		cmd, done := p.over.key(msg)
		if done {
			p.over = nil
		}
		return cmd
	case key == "g" && p.pending == "":
		p.pending = "g"
		return nil
	case key == "g":
		key = "first"
	}
	p.pending = ""
	switch key {
	case "q":
		return p.quit()
	case "enter":
		return p.open()
	case "/":
		p.over = newFilterPrompt(p.theme, p.list)
	case "left":
		p.list.Scroll(-1)
	case "right":
		p.list.Scroll(1)
	default:
		if !moveList(p.list, key) && key == "esc" {
			return p.quit()
		}
	}
	return nil
}

// open ends the screen with the selected run.
func (p *Picker) open() tea.Cmd {
	r, ok := p.list.Selected()
	if !ok {
		return nil
	}
	if r.Problem != "" {
		p.notice = r.Problem
		return nil
	}
	p.chosen = r.Path
	return p.quit()
}

func (p *Picker) quit() tea.Cmd {
	p.quitting = true
	return tea.Quit
}

// text is what the filter is matched against.
func (p *Picker) text(r RecentRun) string {
	return strings.Join([]string{r.Begun.Format(shortDate), r.Name, r.Address, p.verdictOf(r), path.Base(r.Path)}, " ")
}

func (p *Picker) verdictOf(r RecentRun) string {
	switch {
	case r.Problem != "":
		return "unreadable"
	case r.Live:
		return spaced("live", p.verdicts[r.Path])
	}
	return p.verdicts[r.Path]
}

// shortDate is when a run began.
const shortDate = "2006-01-02 15:04"

func (p *Picker) columns() []list.Column[RecentRun] {
	th := p.theme
	return []list.Column[RecentRun]{
		{Title: "begun", Min: 16, Priority: 10, Cell: func(r RecentRun) list.Cell {
			if r.Begun.IsZero() {
				return list.Cell{Text: "?", Paint: th.Dim}
			}
			return list.Cell{Text: r.Begun.Format(shortDate)}
		}, Compare: func(a, b RecentRun) int { return a.Begun.Compare(b.Begun) }, Descending: true},
		{Title: "length", Min: 7, Right: true, Priority: 8, Cell: func(r RecentRun) list.Cell {
			return list.Cell{Text: units.Duration(r.Length)}
		}, Compare: func(a, b RecentRun) int { return cmp.Compare(a.Length, b.Length) }, Descending: true},
		{Title: "verdict", Min: 13, Priority: 7, Cell: func(r RecentRun) list.Cell {
			word := p.verdictOf(r)
			paint := th.Dim
			switch p.verdicts[r.Path] {
			case "leak":
				paint = th.Leak
			case "growing", "stuck":
				paint = th.Growing
			case "clean":
				paint = th.Level
			}
			return list.Cell{Text: word, Paint: paint}
		}, Compare: func(a, b RecentRun) int { return strings.Compare(p.verdictOf(a), p.verdictOf(b)) }},
		{Title: "program", Min: 14, Flex: true, Priority: 9, Cell: func(r RecentRun) list.Cell { return list.Cell{Text: r.Name} },
			Compare: func(a, b RecentRun) int { return strings.Compare(a.Name, b.Name) }},
		{Title: "target", Min: 22, Flex: true, Priority: 6, Cell: func(r RecentRun) list.Cell {
			return list.Cell{Text: shortAddress(r.Address), Paint: th.Accent}
		}, Compare: func(a, b RecentRun) int { return strings.Compare(a.Address, b.Address) }},
		{Title: "snapshots", Min: 9, Right: true, Priority: 5, Cell: func(r RecentRun) list.Cell {
			return list.Cell{Text: units.Count(int64(r.Snapshots))}
		}, Compare: func(a, b RecentRun) int { return cmp.Compare(a.Snapshots, b.Snapshots) }, Descending: true},
		{Title: "size", Min: 9, Right: true, Priority: 4, Cell: func(r RecentRun) list.Cell {
			return list.Cell{Text: units.Bytes(r.Size)}
		}, Compare: func(a, b RecentRun) int { return cmp.Compare(a.Size, b.Size) }, Descending: true},
	}
}

// pickerTop is where the list begins: below the title and an empty line.
const pickerTop = 2

// View draws the screen.
func (p *Picker) View() tea.View {
	v := tea.NewView(p.render())
	v.AltScreen = true
	v.MouseMode = p.mouse.mode()
	v.WindowTitle = "leaktop open"
	if p.over != nil {
		v.Cursor = p.over.cursor(p.width, p.height)
	}
	return v
}

func (p *Picker) render() string {
	if p.quitting || p.width == 0 || p.height == 0 {
		return ""
	}
	if !fits(p.width, p.height) {
		return tooSmall(p.width, p.height)
	}
	title := " " + p.theme.Title.Apply("leaktop") + "  recorded runs"
	right := p.theme.Dim.Apply(units.Plural(len(p.cfg.Runs), "run") + " ")
	lines := []string{ends(title, right, p.width), "", p.list.Render(p.width, p.height-pickerTop-footerSize)}
	return strings.Join(lines, "\n") + "\n" + p.footer()
}

func (p *Picker) footer() string {
	switch {
	case p.over != nil:
		return p.over.footer(p.width)
	case p.notice != "":
		return fit(" "+p.notice, p.width)
	}
	hints := append(p.mouse.hints(), []hint{{"↑↓", "move"}, {"enter", "open"}, {"/", "filter"}, {"o", "sort"}, {"q", "quit"}}...)
	if r, ok := p.list.Selected(); ok {
		return ends(renderHints(p.theme, hints, p.width*2/3), p.theme.Dim.Apply(clipPath(r.Shown, p.width/2))+" ", p.width)
	}
	return renderHints(p.theme, hints, p.width)
}

// clipPath keeps the end of a path, which tells more than its begin.
func clipPath(path string, width int) string {
	runes := []rune(path)
	if len(runes) <= width {
		return path
	}
	return "…" + string(runes[len(runes)-max(0, width-1):])
}
