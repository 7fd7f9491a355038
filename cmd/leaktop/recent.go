package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/units"
	"leaktop/tui"
)

// recentRun is a session file as it is listed.
func recentRun(s session.Summary) tui.RecentRun {
	r := tui.RecentRun{
		Path:      s.Path,
		Shown:     clean.Text(s.Path),
		Name:      s.Header.Info.Name,
		Address:   s.Header.Info.Address,
		Begun:     s.Header.Started.Local(),
		Snapshots: s.Snapshots,
		Size:      s.Size,
		Live:      s.Live,
		Problem:   s.Problem,
	}
	if r.Name == "" {
		r.Name = clean.Text(shortName(s.Path))
	}
	if !s.Header.Started.IsZero() && !s.Last.IsZero() {
		r.Length = max(0, s.Last.Sub(s.Header.Started)).Truncate(time.Second)
	}
	return r
}

// longestJudging is how long a list waits for verdicts.
const longestJudging = 10 * time.Second

// listRecent lists the recent runs, one a line, the newest first, and what cannot
// be opened last, as the picker does. What is not judged in time has no verdict.
func listRecent(ctx context.Context, out io.Writer, recent []session.Summary, judge judgeFlags) error {
	ctx, cancel := context.WithTimeout(ctx, longestJudging)
	defer cancel()
	sortRecent(recent)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "BEGUN\tLENGTH\tVERDICT\tSNAPSHOTS\tSIZE\tPROGRAM\tTARGET\tFILE")
	for _, s := range recent {
		r := recentRun(s)
		verdict := cmp.Or(verdictOf(ctx, s.Path, judge), "?")
		begun := "?"
		if !r.Begun.IsZero() {
			begun = r.Begun.Format(shownTime)
		}
		length := "?"
		if !s.Last.IsZero() {
			length = units.Duration(r.Length)
		}
		note := ""
		switch {
		case r.Problem != "":
			note = "  (unreadable)"
		case r.Live:
			note = "  (being written)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s%s\n", begun, length, verdict, r.Snapshots, units.Bytes(r.Size), r.Name, r.Address, clean.Text(r.Path), note)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("standard output: it cannot be written (%w); check that it is open", err)
	}
	return nil
}

// pickRecent lets the user pick a run, "" for none.
func pickRecent(ctx context.Context, std streams, recent []session.Summary, judge judgeFlags) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	verdict := func(ctx context.Context, path string) string { return verdictOf(ctx, path, judge) }
	cfg := tui.PickerConfig{Context: ctx, Verdict: verdict}
	sortRecent(recent)
	for _, s := range recent {
		cfg.Runs = append(cfg.Runs, recentRun(s))
	}
	picker := tui.NewPicker(cfg)
	if err := runScreens(ctx, std, picker, newCrash(cancel)); err != nil {
		return "", err
	}
	return picker.Chosen(), nil
}

// sortRecent puts what cannot be opened behind the rest.
func sortRecent(recent []session.Summary) {
	slices.SortStableFunc(recent, func(a, b session.Summary) int {
		return cmp.Compare(min(1, len(a.Problem)), min(1, len(b.Problem)))
	})
}

// mostJudged bounds the files that are judged for a list, in bytes: whoever
// opens a larger one waits for it then.
const mostJudged = 32 << 20

// verdictOf judges a recorded run in a word, "" where that takes too long, or the
// file cannot be read.
func verdictOf(ctx context.Context, path string, flags judgeFlags) string {
	if info, err := os.Stat(path); err != nil || info.Size() > mostJudged {
		return ""
	}
	judged, err := judgeRecording(ctx, path, snapshot.NewTable(), flags, gate.Policy{}, 0)
	if err != nil {
		return ""
	}
	return string(judged.Outcome)
}
