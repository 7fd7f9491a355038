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

// RunText writes the table of [Text] and, where something was judged, the
// findings below it as [CheckText] has them. Of a snapshot alone it writes the
// verdict, the table of go tool pprof -top, and the groups of goroutines.
func RunText(w io.Writer, r Run, o Options) error {
	if r.Alone {
		return aloneText(w, r, o)
	}
	return withFindings(w, r, Text(w, r.Diff, o), CheckText)
}

// RunMarkdown writes the report of [Markdown] and, where something was judged,
// the findings below it as [CheckMarkdown] has them. Of a snapshot alone it
// writes what [RunText] does.
func RunMarkdown(w io.Writer, r Run, o Options) error {
	if r.Alone {
		return aloneMarkdown(w, r, o)
	}
	return withFindings(w, r, Markdown(w, r.Diff, o), CheckMarkdown)
}

// withFindings goes on after a diff that was written with this error.
func withFindings(w io.Writer, r Run, err error, write func(io.Writer, Check) error) error {
	if err != nil || r.Judged == nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return write(w, r.check())
}
