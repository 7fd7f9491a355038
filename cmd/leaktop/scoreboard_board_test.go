package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"leaktop/diff/leak"
)

// board is the scoreboard as people read it.
func board(sheets []sheet) string {
	var out strings.Builder
	writeModes(&out, sheets)
	heldOut := func(s sheet) bool { return s.mode.HeldOut }
	writeScores(&out, "all modes", sheets)
	if slices.ContainsFunc(sheets, heldOut) {
		writeScores(&out, "the modes that the judge was not made for", slices.DeleteFunc(slices.Clone(sheets), func(s sheet) bool { return !heldOut(s) }))
	}
	writeCalibration(&out, sheets)
	return out.String()
}

// ends lists when was judged.
func ends(sheets []sheet) []time.Duration {
	var out []time.Duration
	for _, s := range sheets {
		if !slices.Contains(out, s.end) {
			out = append(out, s.end)
		}
	}
	return out
}

// writeModes lists what was said of each mode, and what of it is right.
func writeModes(out *strings.Builder, sheets []sheet) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MODE\tTRUTH\tAFTER\tRIGHT\tSAID")
	for _, s := range sheets {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.mode.Name, s.truth(), s.end, s.verdict(), s.said())
	}
	w.Flush()
}

// truth says what a mode is.
func (s *sheet) truth() string {
	var what []string
	for _, p := range s.places {
		what = append(what, string(p.kind))
	}
	switch {
	case s.mode.Waste:
		return "waste"
	case !s.mode.Leak:
		return "look-alike"
	}
	return "leak: " + strings.Join(what, ", ")
}

// verdict says in one word how well it was judged.
func (s *sheet) verdict() string {
	t := score([]sheet{*s}).all
	switch {
	case t.wrong > 0:
		return "FALSE"
	case t.found < t.places && t.seen() == t.places:
		return "unsure"
	case t.found < t.places:
		return "MISSED"
	case t.named < t.wastes:
		return "not named"
	}
	return "yes"
}

// said lists the findings, wrong ones marked.
func (s *sheet) said() string {
	var said []string
	for _, f := range s.findings {
		if f.Verdict == leak.Plateau {
			continue
		}
		text := fmt.Sprintf("%s %s %.2f", f.Verdict, f.Check, f.Confidence)
		if !f.right {
			text += " at " + f.about()
		} else if f.Kind != leak.ProcessKind && (!f.HasHandler || f.Handler.Function != s.mode.Handler) {
			text += fmt.Sprintf(" (handler %q)", f.Handler.Name)
		}
		said = append(said, text)
	}
	if said == nil {
		return string(s.result.Outcome) + " " + s.result.Reason
	}
	return strings.Join(said, "; ")
}

// writeScores writes recall and precision by kind.
func writeScores(out *strings.Builder, title string, sheets []sheet) {
	fmt.Fprintf(out, "\n%s\n", title)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "AFTER\tKIND\tRECALL\tWITH GROWING\tPRECISION\tBY ITS CHECK\tITS HANDLER")
	for _, end := range ends(sheets) {
		s := score(after(sheets, end))
		row := func(kind string, t *tally) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", end, kind,
				share{t.found, t.places}, share{t.seen(), t.places}, t.precision(),
				share{t.checks, t.seen()}, share{t.handlers, t.seen()})
		}
		for _, kind := range []leak.Kind{leak.HeapKind, leak.GoroutineKind, leak.ProcessKind} {
			row(string(kind), s.byKind[kind])
		}
		row("all", &s.all)
		if s.all.wastes > 0 {
			fmt.Fprintf(w, "%s\twaste named\t%s\n", end, share{s.all.named, s.all.wastes})
		}
	}
	w.Flush()
}

// writeCalibration compares how sure the judge was with how often it was right
// in what it said to leak or be stuck.
func writeCalibration(out *strings.Builder, sheets []sheet) {
	const tenths = 10
	var right, said [tenths]int
	for _, s := range sheets {
		for _, f := range s.findings {
			if !f.Verdict.Fails() {
				continue
			}
			at := max(0, min(int(f.Confidence*tenths), tenths-1))
			said[at]++
			if f.right {
				right[at]++
			}
		}
	}
	out.WriteString("\nhow sure it was\n")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "CONFIDENCE\tRIGHT")
	for at := range tenths {
		if said[at] > 0 {
			fmt.Fprintf(w, "%d–%d %%\t%s\n", 100*at/tenths, 100*(at+1)/tenths, share{right[at], said[at]})
		}
	}
	w.Flush()
}
