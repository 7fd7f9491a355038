package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/tui/chart"
	"leaktop/tui/list"
)

// overviewScreen answers: does it leak, what, how fast, until when.
type overviewScreen struct {
	m        *Model
	entries  *list.List[entry, any] // findings, then what grows and is not judged
	judged   bool                   // whether the first of them are findings
	columned *bool                  // for which background the columns were made, nil not yet
	counted  counted                // what the chart of counts shows
	overviewContent
}

// overviewContent is what was worked out, and is on screen.
type overviewContent struct {
	heap       compared
	goroutines compared
	heapTotal  diff.Change // of live bytes, or of the profile's default column
	heapName   string      // of the column that heapTotal is of
	heapUnit   string
	groupTotal diff.Change
	growers    []entry
	stuck      *chart.Series // nil where nothing is stuck
}

func newOverview(m *Model) *overviewScreen {
	return &overviewScreen{m: m, entries: newEntries(m.theme, false)}
}

func (o *overviewScreen) refresh() {
	o.entries.SetTheme(o.m.theme)
	if dark := o.m.theme.Dark; o.columned == nil || *o.columned != dark {
		o.columned = &dark
		o.entries.SetColumns(append(entryColumns(o.m.theme), handlerColumn()))
	}
	o.list()
}

func (o *overviewScreen) setting() any { return nil }

// task compares, and looks for what grows.
func (o *overviewScreen) task() *task {
	d, m := o.m.data, o.m
	return &task{
		what: "comparing",
		rows: d.records(snapshot.Heap, snapshot.Goroutine),
		work: func(a *analyst) func() {
			c := sinceBase(a)
			c.stuck = stuckCurve(a)
			if a.stopped() {
				return nil
			}
			c.growers = m.growers(a, c.heap, c.goroutines)
			if a.stopped() {
				return nil
			}
			return func() {
				o.overviewContent = c
				o.list()
			}
		},
	}
}

// list puts the findings and what grows into the list.
func (o *overviewScreen) list() {
	findings := o.m.data.judged().Findings
	o.judged = len(findings) > 0
	var rows []entry
	for i := range findings {
		rows = append(rows, o.m.findingEntry(&findings[i]))
	}
	if len(o.growers) > 0 {
		if o.judged {
			title, note := o.growing()
			rows = append(rows, entry{title: title, note: note})
		}
		rows = append(rows, o.growers...)
	}
	o.entries.SetRows(rows)
}

// growing is what the list of what is not judged is called.
func (o *overviewScreen) growing() (title, note string) {
	if o.backwards() {
		return "Growing since the base", "not judged; the base is the later one, and changes read backwards in time"
	}
	note = "not judged"
	if r := o.m.data.judged(); r.Outcome == leak.Inconclusive && r.Reason != "" {
		note += ": " + r.Reason
	}
	return "Growing since the base", note
}

// backwards reports whether the base is later than what is looked at.
func (o *overviewScreen) backwards() bool { return o.heap.span() < 0 || o.goroutines.span() < 0 }

// title is what stands above the list.
func (o *overviewScreen) title(width int) string {
	th, d := o.m.theme, o.m.data
	title, note := o.growing()
	switch _, all := o.entries.Len(); {
	case o.judged && d.asJudged() != "":
		title, note = "Findings", joined(d.asJudged(), o.selected())
	case o.judged:
		title, note = "Findings", o.selected()
	case all > 0, o.backwards():
	case o.heap.span() > 0:
		title, note = "Findings", "none so far, and nothing grows beyond its error"
	default:
		title, note = "Findings", "none so far"
	}
	head := " " + th.Title.Apply(title) + "  "
	return head + th.Dim.Apply(list.ClipWords(note, width-ansi.StringWidth(head)))
}

// selected says whole what is found in the selected row, for which the list may
// have no room.
func (o *overviewScreen) selected() string {
	if e, ok := o.entries.Selected(); ok && e.finding != nil {
		return e.what
	}
	return ""
}

// missing says in sentences what would be seen with more time or more rights.
func (o *overviewScreen) missing(width int) []string {
	r := o.m.data.judged()
	if r.Outcome == leak.Leaks {
		return nil
	}
	texts := r.Needs
	if idle := r.Idle.Text(); idle != "" {
		texts = append([]string{idle + "."}, texts...)
	}
	title, note := o.growing()
	above := ansi.StringWidth(" "+title+"  "+note) <= width // the list, where there is one
	if _, all := o.entries.Len(); (all == 0 || !above) && r.Reason != "" {
		texts = append([]string{r.Reason}, texts...)
	}
	var lines []string
	for _, text := range texts {
		for _, l := range wrap(text, width-4) {
			lines = append(lines, "  "+o.m.theme.Dim.Apply(l))
		}
	}
	return lines
}

func (o *overviewScreen) key(key string) (tea.Cmd, bool) {
	switch key {
	case "enter":
		return o.open(), true
	case "b":
		o.m.baseIsNow()
	case "left":
		o.moveCursor(-1)
	case "right":
		o.moveCursor(1)
	case "home":
		o.moveCursor(-len(o.m.data.history.Snapshots()))
	case "end", "esc":
		if key == "esc" && o.entries.Filter().Active() {
			return o.m.listKey(o.entries, key)
		}
		o.moveCursor(len(o.m.data.history.Snapshots()))
	case "y":
		if e, ok := o.entries.Selected(); ok {
			return o.m.copy(spaced(e.verdict(), e.what) + ": " + spaced(e.name, e.where)), true
		}
	case "c":
		next := o.m.nextCount(o.counted)
		if next == o.counted {
			o.m.say("no source reports threads or file descriptors")
		}
		o.counted = next
	case "n", "P", "N", "A":
		if s := o.m.data.Current(); s != nil {
			return o.m.noteKey(key, s.Seq)
		}
	default:
		return o.m.listKey(o.entries, key)
	}
	return nil, true
}

// moveCursor goes to another snapshot; every screen then shows what was then.
func (o *overviewScreen) moveCursor(step int) {
	d := o.m.data
	current := d.Current()
	if current == nil {
		return
	}
	all := d.history.Snapshots()
	for i, s := range all {
		if s.Seq == current.Seq {
			to := max(0, min(i+step, len(all)-1))
			if to == len(all)-1 {
				d.setCurrent(0) // live again
			} else {
				d.setCurrent(all[to].Seq)
			}
			break
		}
	}
	o.m.version++
}

func (o *overviewScreen) open() tea.Cmd {
	if e, ok := o.entries.Selected(); ok {
		return o.m.open(e.page())
	}
	return nil
}

func (o *overviewScreen) click(x, y int) tea.Cmd {
	_, top := o.split(o.m.width, o.m.height-bodyTop-footerSize)
	return clickList(o.entries, x, y-top, func(e entry) any { return e.key }, o.open)
}

func (o *overviewScreen) wheel(lines int) { o.entries.Wheel(lines) }

// sideBySide is the width from which both charts stand next to each other.
const sideBySide = 100

// stackedRoom is the height from which two charts above one another may take
// two thirds of it and leave a list of use.
const stackedRoom = 19

// split shares out the height: lines for the charts, and where the list begins.
func (o *overviewScreen) split(width, height int) (charts, listTop int) {
	const fixed = 3 // the verdict, an empty line, the list's title
	charts = (height - fixed) / 2
	switch {
	case width >= sideBySide:
	case height >= stackedRoom:
		charts = (height - fixed) * 2 / 3
	default:
		charts = (height - fixed) * 3 / 5
	}
	return charts, fixed + charts
}

func (o *overviewScreen) render(width, height int) string {
	if o.m.data.history.Newest() == nil {
		return block([]string{"", "  " + fit(o.m.theme.Dim.Apply(o.m.before()), width-2)}, height)
	}
	chartLines, listTop := o.split(width, height)
	lines := []string{o.verdict(width), ""}
	if !o.m.knowsMemory() {
		lines = append(lines, strings.Split(o.m.countChart(o.counted, o.stuck, width, chartLines), "\n")...)
	} else if width >= sideBySide {
		left := width * 11 / 20
		lines = append(lines, strings.Split(beside(o.m.memoryChart(left-1, chartLines), o.m.countChart(o.counted, o.stuck, width-left, chartLines), left), "\n")...)
	} else {
		memory := (chartLines + 1) / 2
		lines = append(lines, strings.Split(o.m.memoryChart(width, memory), "\n")...)
		lines = append(lines, strings.Split(o.m.countChart(o.counted, o.stuck, width, chartLines-memory), "\n")...)
	}
	lines = append(lines, fit(o.title(width), width))
	lines = append(lines, strings.Split(o.table(width, height-listTop), "\n")...)
	return block(lines, height)
}

// table draws the findings, and below them what is missing for more where there
// is room.
func (o *overviewScreen) table(width, height int) string {
	missing := o.missing(width)
	shown, all := o.entries.Len()
	if all == 0 {
		return block(missing, height)
	}
	used := shown + 2 // with the heads and a heading
	if len(missing) == 0 || used+1+len(missing) > height {
		return o.entries.Render(width, height)
	}
	return o.entries.Render(width, height-len(missing)) + "\n" + strings.Join(missing, "\n")
}

func (o *overviewScreen) hints() []hint {
	hints := []hint{{"enter", "open"}, {"b", "base=now"}, {"←→", "in time"}}
	if next := o.m.nextCount(o.counted); next != o.counted {
		hints = append(hints, hint{"c", strings.ToLower(next.title())})
	}
	return hints
}

func (o *overviewScreen) help() section {
	return section{"Overview: does it leak, what, how fast, until when", []hint{
		{"LEAK", "grows steadily, is not freed, does not level off; PROVEN: the runtime itself says so"},
		{"STUCK", "goroutines that wait for ever, without growing in number"},
		{"GROWING", "beyond its error; too early to tell a leak from what fills up; PLATEAU: grew and levelled off"},
		{"(… – …)", "the 95% interval of a growth"},
		{"≈ holds", "what would be freed if it went away, as far as shared frames show it"},
		{"not judged", "grew since the base, and belongs to no finding"},
		{"enter", "open the selected row"},
		{"←→ home end", "look at an earlier snapshot, on every screen; end: the newest"},
		{"b", "make the newest snapshot the base: changes count from there"},
		{"c", "curve of goroutines, threads or descriptors"},
		{"n P N A", "note, pin, name or choose a baseline"},
		{"live heap", "bytes in objects that the last completed GC kept, by the heap profile"},
		{"heap in use", "spans with objects in them, and garbage"},
		{"RSS", "what the system charges the process"},
		{"stuck", "goroutines of what is PROVEN, a LEAK or STUCK, or was and no longer grows"},
		{"▴ ↻ g", "below the curves: a snapshot, a restart, a forced GC"},
	}}
}
