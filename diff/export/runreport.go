package export

import "io"

// NewRunReport makes the report of a run: what was seen and judged, as far as
// anything was, and the changes between the two snapshots.
func NewRunReport(r Run, o Options) Report {
	out := NewReport(r.Diff, o.Limit)
	if r.Alone {
		out.Changes, out.Holds = Changes{}, newHolds(r.Diff, o)
		out.Window.From = out.Window.To
	}
	if s := r.Seen; s != nil {
		out.Window.Snapshots, out.Window.GCCycles, out.Window.Restarts = s.Snapshots, s.GCCycles, &s.Restarts
	}
	if r.Judged != nil {
		judged := NewCheckReport(r.check())
		out.Verdict, out.Reason, out.Limit, out.IdleHeap, out.Findings = judged.Verdict, judged.Reason, judged.Limit, judged.IdleHeap, judged.Findings
	}
	return out
}

// RunText writes what was judged, where anything was, as [CheckText] has it, and
// below it the table of [Text]. Of a snapshot alone it writes the verdict, the
// table of go tool pprof -top, and the groups of goroutines.
func RunText(w io.Writer, r Run, o Options) error {
	if r.Alone {
		return aloneText(w, r, o)
	}
	return findingsFirst(w, r, o, CheckText, Text)
}

// RunMarkdown writes what was judged, where anything was, as [CheckMarkdown] has
// it, and below it the report of [Markdown]. Of a snapshot alone it writes what
// [RunText] does.
func RunMarkdown(w io.Writer, r Run, o Options) error {
	if r.Alone {
		return aloneMarkdown(w, r, o)
	}
	judged := func(w io.Writer, c Check) error { return checkMarkdown(w, "leaktop", c) }
	return findingsFirst(w, r, o, judged, Markdown)
}

// findingsFirst writes what was judged of a run, and then what changed in it.
func findingsFirst(w io.Writer, r Run, o Options, judged func(io.Writer, Check) error, changed func(io.Writer, Diff, Options) error) error {
	if r.Judged == nil {
		return changed(w, r.Diff, o)
	}
	if _, err := r.sampleIndex(o.SampleType); err != nil {
		return err // before anything is written
	}
	if err := judged(w, r.check()); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	d := r.Diff
	d.Target, d.below = Target{}, true // which stands above
	return changed(w, d, o)
}
