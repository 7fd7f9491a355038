package tui

import (
	"fmt"
	"io"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
)

// exportChoice is one thing that can be written.
type exportChoice struct {
	name   string
	ending string // of the proposed path
	of     profileChoice
	raw    bool // it is what the target sent, and takes nothing of the run
	write  func(io.Writer, export.Run, export.Options) error
}

// profileChoice is one of the two profiles that a format can be of; the zero
// value is for those that are of both.
type profileChoice struct {
	kind   snapshot.Kind
	column string // the sample type to count, where the profile has it
}

// sampleType is what is counted of a run, "" for the default.
func (c exportChoice) sampleType(run export.Run) string {
	switch g := run.Goroutines; {
	case c.of.kind == snapshot.Goroutine && g != nil && g.DefaultColumn() >= 0:
		return g.Types[g.DefaultColumn()].Name
	case run.Heap != nil && slices.ContainsFunc(run.Heap.Types, func(t snapshot.SampleType) bool { return t.Name == c.of.column }):
		return c.of.column
	}
	return ""
}

// formatChoice is a format of one profile.
type formatChoice struct {
	name, ending string
	write        func(io.Writer, export.Run, export.Options) error
}

// exportChoices are the formats that what was seen allows.
func (m *Model) exportChoices() []exportChoice {
	var of []profileChoice
	if m.data.pair(snapshot.Heap).current != nil {
		of = append(of, profileChoice{snapshot.Heap, m.screens[viewHeap].(*heapScreen).column})
	}
	if m.data.pair(snapshot.Goroutine).current != nil {
		of = append(of, profileChoice{kind: snapshot.Goroutine})
	}
	if len(of) == 0 {
		return m.rawChoices()
	}
	out := choicesOf(of, formatChoice{"diff for go tool pprof", ".pb.gz", writePprof})
	out = append(out,
		exportChoice{name: "report as Markdown, for an issue", ending: ".md", write: export.RunMarkdown},
		exportChoice{name: "report as JSON, leaktop.report/v1", ending: ".json", write: writeReport},
		exportChoice{name: "report as text", ending: ".txt", write: export.RunText},
		exportChoice{name: "report as a page, HTML with a flame graph", ending: ".html", of: of[0], write: export.HTML})
	out = append(out, choicesOf(of,
		formatChoice{"flame graph, SVG", ".svg", func(w io.Writer, r export.Run, o export.Options) error { return export.SVG(w, r.Diff, o) }},
		formatChoice{"stacks for speedscope", ".speedscope.json", func(w io.Writer, r export.Run, o export.Options) error { return export.Speedscope(w, r.Diff, o) }},
		formatChoice{"stacks, folded: before and after", ".folded", func(w io.Writer, r export.Run, o export.Options) error {
			return export.Folded(w, r.Diff, o, export.Both)
		}})...)
	for _, p := range of {
		if p.kind == snapshot.Goroutine {
			out = append(out, tableChoice(export.GoroutinesTable), tableChoice(export.LabelsTable))
			continue
		}
		out = append(out, tableChoice(export.HeapTable))
	}
	out = append(out, tableChoice(export.FindingsTable), tableChoice(export.CurvesTable))
	return append(out, m.rawChoices()...)
}

// choicesOf are some formats of each of the profiles.
func choicesOf(of []profileChoice, formats ...formatChoice) []exportChoice {
	var out []exportChoice
	for _, f := range formats {
		for _, p := range of {
			c := exportChoice{name: string(p.kind) + " " + f.name, ending: f.ending, of: p, write: f.write}
			if p.kind == snapshot.Goroutine {
				c.ending = ".goroutine" + f.ending
			}
			out = append(out, c)
		}
	}
	return out
}

func writePprof(w io.Writer, r export.Run, o export.Options) error {
	c, err := r.Of(o.SampleType)
	if err != nil {
		return err
	}
	if r.Alone {
		return export.PprofAlone(w, c)
	}
	return export.Pprof(w, c)
}

func writeReport(w io.Writer, r export.Run, o export.Options) error {
	return export.JSON(w, export.NewRunReport(r, o))
}

func tableChoice(t export.Table) exportChoice {
	return exportChoice{name: string(t) + " as a table, CSV", ending: "." + string(t) + ".csv",
		write: func(w io.Writer, r export.Run, o export.Options) error { return export.CSV(w, r, t, o) }}
}

// rawChoices are the profiles as the target sent them, as far as they are kept.
func (m *Model) rawChoices() []exportChoice {
	var out []exportChoice
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		shot := m.data.with(kind, m.data.Current())
		if shot == nil || shot.Raw[kind] == nil {
			continue
		}
		raw := shot.Raw[kind]
		out = append(out, exportChoice{name: fmt.Sprintf("%s profile of #%d as it was fetched", kind, shot.Seq), ending: fmt.Sprintf(".%s-%d.pb.gz", kind, shot.Seq), raw: true,
			write: func(w io.Writer, _ export.Run, _ export.Options) error { _, err := w.Write(raw); return err }})
	}
	return out
}

// exportRun takes down all that is known now. What it returns makes a run of
// it, beside the update loop, since the comparing takes time; each has a history
// of its own, since one may begin before another has ended.
func (m *Model) exportRun() func() export.Run {
	heap, goroutines := m.data.pair(snapshot.Heap), m.data.pair(snapshot.Goroutine)
	history, frozen := m.data.history, m.data.history.Freeze(nil)
	head := export.Run{Diff: m.exportHead(heap, goroutines), Table: history.Table, Seen: m.seen(m.data.Base(), m.data.Current())}
	if judged := m.data.verdicts; judged.result.Outcome != "" {
		head.Judged = &gate.Judged{Result: *judged.result}
		if judged.seq != m.data.Current().Seq {
			head.Notes = append(head.Notes, fmt.Sprintf("the verdict is on the run up to #%d", judged.seq))
		}
	}
	untimed := func(v snapshot.Vitals) bool { return v.Time.IsZero() } // of a file that tells no time
	head.Curves = export.Curves{Points: slices.DeleteFunc(slices.Clone(history.Vitals()), untimed), Source: history.Info.CurveSource}
	for _, s := range history.Snapshots() {
		head.Curves.Snapshots = append(head.Curves.Snapshots, export.Mark{Seq: s.Seq, Time: s.Time, ForcedGC: s.ForcedGC})
	}
	for _, r := range history.Restarts() {
		head.Curves.Restarts = append(head.Curves.Restarts, r.At)
	}
	return func() export.Run {
		run := head
		if run.Alone {
			run.Heap, run.Goroutines = heap.alone(frozen.Freeze(nil)), goroutines.alone(frozen.Freeze(nil))
			return run
		}
		run.Heap, run.Goroutines = heap.compare(frozen.Freeze(nil)), goroutines.compare(frozen.Freeze(nil))
		return run
	}
}

// exportHead is what the reports begin with.
func (m *Model) exportHead(heap, goroutines pair) export.Diff {
	info := m.data.history.Info
	d := export.Diff{Target: export.NewTarget(info.Address, m.data.startTime(), info.GoVersion)}
	base, current := m.data.Base(), m.data.Current()
	d.Base = export.Input{Name: m.data.nameOf(base), Time: base.Time}
	d.Current = export.Input{Name: "#" + itoa(current.Seq), Time: current.Time}
	if m.single() && m.data.outside == nil {
		d.Alone, d.Base, d.Current.Name = true, export.Input{}, m.cfg.Recorded.Name()
	}
	note := func(p pair) {
		// A snapshot may lack one of its profiles; an earlier one stands in.
		if p.current != nil && (p.base.Seq != base.Seq || p.current.Seq != current.Seq) {
			d.Notes = append(d.Notes, fmt.Sprintf("the %s profiles are of #%d, %s, and #%d, %s", p.kind,
				p.base.Seq, clockOf(p.base.Time), p.current.Seq, clockOf(p.current.Time)))
		}
	}
	note(heap)
	note(goroutines)
	d.Said = export.Said(m.data.history.Notes(), base.Seq, current.Seq)
	return d
}

// seen is what lies between two snapshots of one run: how many whole ones, and
// how many GCs; nil where the base is not of the run.
func (m *Model) seen(base, current *snapshot.Entry) *export.Seen {
	if m.data.outside != nil && base == m.data.outside.entry {
		return nil
	}
	out := &export.Seen{Snapshots: m.data.whole(base, current)}
	before, a := base.Vitals.Get(snapshot.NumGC)
	after, b := current.Vitals.Get(snapshot.NumGC)
	if a && b && after >= before {
		cycles := after - before
		out.GCCycles = &cycles
	}
	return out
}
