package export

import (
	"encoding/csv"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// csvHeap writes the stacks that changed in any sample type, as the JSON has
// them: the largest change first.
func csvHeap(out *csv.Writer, r Run, o Options) {
	head := []string{"status", "function", "file", "line"}
	c := r.Heap
	if c == nil {
		out.Write(append(head, "stack"))
		return
	}
	for _, t := range c.Types {
		for _, of := range []string{"before", "after", "delta", "stderr"} {
			head = append(head, outside(t.Name+" "+of))
		}
	}
	out.Write(append(head, "stack"))
	telling := telling(c)
	for _, s := range atMost(c.Changes(), o.Limit) {
		at := telling[s.Stack]
		row := []string{string(s.Status), outside(at.Name), outside(at.File), line(at.Line)}
		for _, change := range s.Changes {
			stderr := ""
			if change.Stderr >= 0 {
				stderr = number(change.Stderr)
			}
			row = append(row, number(change.Before), number(change.After), number(change.Delta), stderr)
		}
		out.Write(append(row, outside(foldedPath(c.Table, s.Stack))))
	}
}

// telling are the rows of the stacks of a comparison, which name their functions.
func telling(c *diff.Comparison) map[snapshot.StackID]diff.Row {
	rows := make(map[snapshot.StackID]diff.Row)
	for _, row := range c.ByStack(c.DefaultColumn(), nil) {
		rows[row.Stack] = row
	}
	return rows
}

// csvFindings writes what was judged, the worst first.
func csvFindings(out *csv.Writer, r Run, o Options) {
	out.Write([]string{"verdict", "check", "kind", "confidence", "summary", "function", "file", "line", "handler",
		"bytes", "objects", "goroutines", "growth per minute", "growth low", "growth high", "growth unit", "holds bytes",
		"evidence", "remedy", "id", "stack"})
	if r.Judged == nil {
		return
	}
	for _, l := range atMost(r.check().findings(), o.Limit) {
		stack, name, sure := "", "", ""
		if l.Stack != snapshot.NoStack {
			stack = foldedPath(r.Table, l.Stack)
		}
		if l.HasHandler {
			name = l.Handler.Name
		}
		if l.Confidence > 0 {
			sure = decimal(l.Confidence)
		}
		row := []string{string(l.Verdict), string(l.Check), string(l.Kind), sure, outside(l.Summary()),
			outside(l.Where.Function), outside(l.Where.File), line(l.Where.Line), outside(name),
			known(l.Now.Bytes), known(l.Now.Objects), known(l.Now.Goroutines)}
		row = append(row, csvGrowth(newGrowth(l.Growth, l.Unit))...)
		out.Write(append(row, known(l.Holds), outside(strings.Join(l.evidence(), "; ")), outside(l.Remedy), outside(l.ID), outside(stack)))
	}
}

// csvGrowth are the four fields of a rate.
func csvGrowth(g *Growth) []string {
	if g == nil {
		return []string{"", "", "", ""}
	}
	row := []string{decimal(g.Value)}
	for _, bound := range []*float64{g.Low, g.High} {
		if bound == nil {
			row = append(row, "")
			continue
		}
		row = append(row, decimal(*bound))
	}
	return append(row, g.Unit)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// csvVital is a column of the curves.
type csvVital struct {
	name  string
	vital snapshot.Vital
}

// csvVitals are the figures of the curves: bytes, but for those that count
// goroutines, threads, objects, GCs and descriptors.
func csvVitals() []csvVital {
	return []csvVital{
		{"live heap", snapshot.LiveHeap}, {"heap in use", snapshot.HeapInuse}, {"heap alloc", snapshot.HeapAlloc},
		{"heap sys", snapshot.HeapSys}, {"heap released", snapshot.HeapReleased}, {"stack in use", snapshot.StackInuse},
		{"sys", snapshot.Sys}, {"next GC", snapshot.NextGC}, {"RSS", snapshot.RSS}, {"cgroup used", snapshot.CgroupUsed},
		{"total alloc", snapshot.TotalAlloc}, {"mallocs", snapshot.Mallocs}, {"frees", snapshot.Frees},
		{"heap objects", snapshot.HeapObjects}, {"live objects", snapshot.LiveObjects},
		{"goroutines", snapshot.Goroutines}, {"threads", snapshot.Threads}, {"GCs", snapshot.NumGC},
		{"open descriptors", snapshot.OpenFDs}, {"descriptor limit", snapshot.FDLimit},
		{"open sockets", snapshot.OpenSockets}, {"open pipes", snapshot.OpenPipes}, {"open files", snapshot.OpenFiles},
	}
}

// csvCurves writes the points of the curves, with yes where no answer came
// between a point and the one before it.
func csvCurves(out *csv.Writer, r Run) {
	head := []string{"time", "after a gap", "source"}
	for _, v := range csvVitals() {
		head = append(head, v.name)
	}
	out.Write(head)
	for i := range r.Curves.Points {
		p := &r.Curves.Points[i]
		gap := "no"
		if p.Gap {
			gap = "yes"
		}
		row := []string{csvTime(p.Time), gap, outside(p.Source)}
		for _, v := range csvVitals() {
			row = append(row, known(p.Value(v.vital)))
		}
		out.Write(row)
	}
}
