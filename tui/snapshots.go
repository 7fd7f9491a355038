package tui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

// snapshotsScreen lists what was taken, and lets two of them be compared.
type snapshotsScreen struct {
	m    *Model
	list *list.List[shotRow, int]
	made bool
	dark bool
}

// shotRow is one snapshot and how its heap differs from the one before.
type shotRow struct {
	*snapshot.Entry
	mark  string // base, current; and whether something was said of it
	grown int64  // of live heap since the snapshot before it in its run
	known bool   // whether grown is
	first bool   // of its run
}

func newSnapshots(m *Model) *snapshotsScreen {
	s := &snapshotsScreen{m: m}
	s.list = list.New(list.Config[shotRow, int]{
		Key:   func(r shotRow) int { return r.Seq },
		Text:  func(r shotRow) string { return "#" + itoa(r.Seq) + " " + clockOf(r.Time) + " " + s.note(r) },
		Dim:   func(r shotRow) bool { return !r.Advanced && r.Has(snapshot.Heap) },
		Empty: "no snapshot yet",
		Theme: m.theme,
	})
	return s
}

func (s *snapshotsScreen) setting() any { return nil }

// task is nil: there are few snapshots.
func (s *snapshotsScreen) task() *task { return nil }

func (s *snapshotsScreen) refresh() {
	s.list.SetTheme(s.m.theme)
	if !s.made || s.dark != s.m.theme.Dark {
		s.made, s.dark = true, s.m.theme.Dark
		s.list.SetColumns(s.columns())
	}
	base, current := s.m.data.Base(), s.m.data.Current()
	var rows []shotRow
	var before *snapshot.Entry
	for _, shot := range s.m.data.history.Snapshots() {
		r := shotRow{Entry: shot, first: before == nil || before.Run != shot.Run}
		if !r.first {
			now, a := shot.Vitals.Get(snapshot.LiveHeap)
			then, b := before.Vitals.Get(snapshot.LiveHeap)
			r.grown, r.known = now-then, a && b
		}
		var marks []string
		if base != nil && shot.Seq == base.Seq {
			marks = append(marks, "base")
		}
		if current != nil && shot.Seq == current.Seq {
			marks = append(marks, "current")
		}
		r.mark = strings.Join(marks, "+")
		if _, said := s.m.data.history.Note(shot.Seq); said {
			r.mark = spaced(saidGlyph, r.mark)
		}
		rows = append(rows, r)
		before = shot
	}
	// The newest on top, where one looks first.
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	s.list.SetRows(rows)
}

func (s *snapshotsScreen) columns() []list.Column[shotRow] {
	th := s.m.theme
	vital := func(title string, k snapshot.Vital, unit string, priority int) list.Column[shotRow] {
		return list.Column[shotRow]{
			Title: title, Min: 10, Right: true, Priority: priority,
			Cell: func(r shotRow) list.Cell {
				n, known := r.Vitals.Get(k)
				if !known {
					return list.Cell{Text: "?", Paint: th.Dim}
				}
				return list.Cell{Text: units.Format(n, unit)}
			},
			Compare: func(a, b shotRow) int {
				x, _ := a.Vitals.Get(k)
				y, _ := b.Vitals.Get(k)
				return cmp.Compare(x, y)
			},
			Descending: true,
		}
	}
	return []list.Column[shotRow]{
		{
			Title: "#", Min: 5, Right: true, Priority: 10, Descending: true,
			Cell:    func(r shotRow) list.Cell { return list.Cell{Text: "#" + itoa(r.Seq)} },
			Compare: func(a, b shotRow) int { return cmp.Compare(a.Seq, b.Seq) },
		},
		{Title: "time", Min: 8, Priority: 9, Cell: func(r shotRow) list.Cell { return list.Cell{Text: clockOf(r.Time)} }},
		{Title: "compared", Min: 12, Priority: 9, Cell: func(r shotRow) list.Cell { return list.Cell{Text: r.mark, Paint: th.Accent} }},
		vital("live heap", snapshot.LiveHeap, "bytes", 8),
		{Title: "Δ", Min: 11, Right: true, Priority: 7, Cell: func(r shotRow) list.Cell {
			if !r.known {
				return list.Cell{}
			}
			return list.Cell{Text: units.SignedBytes(r.grown)}
		}},
		vital("RSS", snapshot.RSS, "bytes", 5),
		vital("goroutines", snapshot.Goroutines, "count", 6),
		vital("GC cycles", snapshot.NumGC, "count", 3),
		{Title: "raw", Min: 10, Right: true, Priority: 1, Cell: func(r shotRow) list.Cell {
			if r.Raw == nil {
				return list.Cell{Text: "thinned", Paint: th.Dim}
			}
			return list.Cell{Text: units.Bytes(int64(r.Size()))}
		}},
		{Title: "note", Min: 26, Flex: true, Priority: 4, Cell: func(r shotRow) list.Cell { return list.Cell{Text: s.note(r)} }},
	}
}

// note says what is special about a snapshot.
func (s *snapshotsScreen) note(r shotRow) string {
	var notes []string
	if n, ok := s.m.data.history.Note(r.Seq); ok {
		notes = append(notes, export.NoteText(n))
	}
	switch {
	case r.first && r.Run > 0:
		notes = append(notes, "↻ first after restart "+itoa(r.Run))
	case r.first:
		notes = append(notes, "first")
	case !r.Advanced && r.Has(snapshot.Heap):
		notes = append(notes, "no GC since the one before")
	}
	if r.ForcedGC {
		notes = append(notes, "forced GC")
	}
	if r.Dump != nil {
		notes = append(notes, "full dump")
	}
	if r.Has(snapshot.GoroutineLeak) {
		notes = append(notes, "leaked goroutines")
	}
	return strings.Join(append(notes, r.Missing...), " · ")
}

func (s *snapshotsScreen) key(key string) (tea.Cmd, bool) {
	r, ok := s.list.Selected()
	switch key {
	case "a", "b", "enter", "B":
		if ok {
			s.choose(key, r)
		}
		return nil, true
	case "y":
		if !ok {
			return nil, true
		}
		return s.m.copy("#" + itoa(r.Seq) + " " + stampOf(r.Time) + " " + s.note(r)), true
	case "n", "P", "N":
		if ok {
			return s.m.noteKey(key, r.Seq)
		}
		return nil, true
	case "A":
		return s.m.noteKey(key, 0)
	}
	return s.m.listKey(s.list, key)
}

// choose makes the selected snapshot the base or the current one.
func (s *snapshotsScreen) choose(key string, r shotRow) {
	d := s.m.data
	switch key {
	case "a":
		if current := d.Current(); current.Run != r.Run {
			s.m.say("#" + itoa(r.Seq) + " is from a different process than #" + itoa(current.Seq) + ": there is nothing to compare")
			return
		}
		d.setBase(r.Seq)
		s.m.say("base is #" + itoa(r.Seq))
	case "b", "enter":
		d.setCurrent(r.Seq)
		s.m.say("current is #" + itoa(r.Seq))
		if newest := d.history.Newest(); newest != nil && newest.Seq == r.Seq {
			d.setCurrent(0)
			s.m.say("current is always the newest")
		}
	case "B":
		s.followBase(r)
	}
	s.m.version++
}

// followBase keeps the base as far behind the current snapshot as the selected
// one is now, or lets it go where it was following already.
func (s *snapshotsScreen) followBase(r shotRow) {
	d := s.m.data
	if d.follow > 0 {
		d.setBase(0)
		s.m.say("the base is " + d.firstBase() + " again")
		return
	}
	run := d.history.RunOf(d.history.Newest())
	behind := 0
	for i, shot := range run {
		if shot.Seq == r.Seq {
			behind = len(run) - 1 - i
		}
	}
	d.setBase(0)
	d.setCurrent(0)
	d.follow = max(1, behind)
	s.m.say("the base stays " + itoa(d.follow) + " behind the newest")
}

func (s *snapshotsScreen) click(x, y int) tea.Cmd {
	return clickList(s.list, x, y, func(r shotRow) int { return r.Seq }, func() tea.Cmd {
		cmd, _ := s.key("b")
		return cmd
	})
}

func (s *snapshotsScreen) wheel(lines int) { s.list.Wheel(lines) }

func (s *snapshotsScreen) render(width, height int) string {
	note := ""
	if r, ok := s.list.Selected(); ok && s.note(r) != "" {
		note = " #" + itoa(r.Seq) + ": " + s.note(r)
	}
	below := fit(note, width) + "\n" + s.m.costLine(width)
	if s.m.recorded() {
		below = fit(note, width) + "\n" + s.m.recordedLine(width)
	}
	if slowed := s.m.slowedLine(width); slowed != "" {
		below = slowed + "\n" + below
	}
	return s.list.Render(width, height-1-strings.Count(below, "\n")) + "\n" + below
}

func (s *snapshotsScreen) hints() []hint {
	return []hint{{"a", "base"}, {"b", "current"}, {"B", "base follows"}, {"n", "note"}, {"P", "pin"}, {"N", "name"}, {"A", "baselines"}}
}

func (s *snapshotsScreen) help() section {
	return section{"Snapshots: what was taken, newest on top", append([]hint{
		{"a", "compare with this one: make it the base"},
		{"b", "look at this one: make it current; on the newest, it follows the newest"},
		{"B", "keep the base this many snapshots behind the newest; again: back to the first"},
		{"raw", "size of the profiles as fetched; the oldest are thinned out above 2 MiB"},
		{"dim rows", "no GC completed since the snapshot before: the heap is the same observation"},
	}, s.m.noteHints()...)}
}
