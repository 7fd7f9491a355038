package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/tui/list"
)

// overviewScreen answers: does memory grow, what grows, and how fast.
type overviewScreen struct {
	m          *Model
	growers    *list.List[grower, any]
	columned   *bool // for which background the columns were made, nil not yet
	heap       compared
	goroutines compared
	heapTotal  diff.Change // of live bytes, or of the profile's default column
	heapName   string      // of the column that heapTotal is of
	heapUnit   string
	groupTotal diff.Change
	later      later // the second half of the compared time
}

func newOverview(m *Model) *overviewScreen {
	o := &overviewScreen{m: m}
	o.growers = list.New(list.Config[grower, any]{
		Key:   func(g grower) any { return g.key },
		Text:  func(g grower) string { return g.kind + " " + g.name + " " + g.where },
		Empty: "nothing grows beyond its sampling error, or beyond what comes and goes",
		Theme: m.theme,
	})
	o.refresh()
	return o
}

func (o *overviewScreen) refresh() {
	o.growers.SetTheme(o.m.theme)
	if dark := o.m.theme.Dark; o.columned == nil || *o.columned != dark {
		o.columned = &dark
		o.growers.SetColumns(growerColumns(o.m.theme))
	}
	d := o.m.data
	o.heap, o.goroutines = d.compare(snapshot.Heap), d.compare(snapshot.Goroutine)
	o.heapTotal, o.heapUnit, o.groupTotal = diff.Change{}, "bytes", diff.Change{}
	if o.heap.Comparison != nil {
		if column := o.heap.DefaultColumn(); column >= 0 {
			o.heapTotal, o.heapName, o.heapUnit = o.heap.Total(column), o.heap.Types[column].Name, o.heap.Types[column].Unit
		}
	}
	if o.goroutines.Comparison != nil {
		o.groupTotal = o.goroutines.Total(0)
	}
	o.later = o.m.later(o.heap)
	o.growers.SetRows(o.m.growers(o.heap, o.goroutines))
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
		if key == "esc" && o.growers.Filter().Active() {
			return o.m.listKey(o.growers, key)
		}
		o.moveCursor(len(o.m.data.history.Snapshots()))
	case "y":
		if g, ok := o.growers.Selected(); ok {
			return o.m.copy(g.name + " " + g.where), true
		}
	default:
		return o.m.listKey(o.growers, key)
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
			d.current = all[to].Seq
			if to == len(all)-1 {
				d.current = 0 // live again
			}
			break
		}
	}
	o.m.refresh()
}

func (o *overviewScreen) open() tea.Cmd {
	if g, ok := o.growers.Selected(); ok {
		return o.m.open(g.page())
	}
	return nil
}

func (o *overviewScreen) click(x, y int) tea.Cmd {
	_, top := o.split(o.m.width, o.m.height-bodyTop-footerSize)
	return clickList(o.growers, x, y-top, func(g grower) any { return g.key }, o.open)
}

func (o *overviewScreen) wheel(lines int) { o.growers.Wheel(lines) }

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
		lines = append(lines, strings.Split(o.m.goroutineChart(width, chartLines), "\n")...)
	} else if width >= sideBySide {
		left := width * 11 / 20
		lines = append(lines, strings.Split(beside(o.m.memoryChart(left-1, chartLines), o.m.goroutineChart(width-left, chartLines), left), "\n")...)
	} else {
		memory := (chartLines + 1) / 2
		lines = append(lines, strings.Split(o.m.memoryChart(width, memory), "\n")...)
		lines = append(lines, strings.Split(o.m.goroutineChart(width, chartLines-memory), "\n")...)
	}
	lines = append(lines, " "+o.m.theme.Title.Apply("What grows")+o.m.theme.Dim.Apply("  since the base; not yet judged to be leaks"))
	lines = append(lines, strings.Split(o.growers.Render(width, height-listTop), "\n")...)
	return block(lines, height)
}

func (o *overviewScreen) hints() []hint {
	return []hint{{"enter", "open"}, {"b", "base=now"}, {"←→", "in time"}}
}

func (o *overviewScreen) help() section {
	return section{"Overview: does it grow, what, how fast", []hint{
		{"←→ home end", "look at an earlier snapshot, on every screen; end: live again"},
		{"b", "make the newest snapshot the base: changes count from there"},
		{"enter", "open what grows"},
		{"live heap", "bytes in objects that the last completed GC kept, by the heap profile"},
		{"heap in use", "spans with at least one object, garbage included"},
		{"RSS", "what the system charges the process"},
		{"share", "the part of all growth of its kind, heap or goroutines"},
		{"▴ ↻ g", "below the curves: a snapshot, a restart, a GC that was asked for"},
	}}
}
