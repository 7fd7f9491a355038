package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
)

// A run in the list of recent ones is as long as it was watched, whenever its file
// was copied, touched or ended.
func TestLengthOfRecentRuns(t *testing.T) {
	path := recordedRun(t, 9) // two minutes
	at := noon().Add(48 * time.Hour)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Rename(path, dir+"/run"+session.Extension); err != nil {
		t.Fatal(err)
	}
	recent, err := session.Recent(dir)
	if err != nil || len(recent) != 1 {
		t.Fatalf("%+v, %v", recent, err)
	}
	var out strings.Builder
	if err := listRecent(t.Context(), &out, recent, judgeFlags{}); err != nil {
		t.Fatal(err)
	}
	if fields := strings.Fields(strings.Split(out.String(), "\n")[1]); fields[2] != "2m" || fields[3] != "leak" {
		t.Errorf("a run of two minutes is listed as\n%s", out.String())
	}
	// Of a run that was never seen the length is unknown.
	recent[0].Last = time.Time{}
	out.Reset()
	if err := listRecent(t.Context(), &out, recent, judgeFlags{}); err != nil || !strings.Contains(out.String(), "  ?  ") {
		t.Errorf("an unknown length is listed as\n%s", out.String())
	}
}

// What cannot be opened is listed behind the rest, with no verdict.
func TestUnreadableRunsComeLast(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/newest"+session.Extension, []byte("leaktop?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(recordedRun(t, 9), dir+"/older"+session.Extension); err != nil {
		t.Fatal(err)
	}
	at := noon().Add(-48 * time.Hour)
	if err := os.Chtimes(dir+"/older"+session.Extension, at, at); err != nil {
		t.Fatal(err)
	}
	recent, err := session.Recent(dir)
	if err != nil || len(recent) != 2 {
		t.Fatalf("%+v, %v", recent, err)
	}
	var out strings.Builder
	if err := listRecent(t.Context(), &out, recent, judgeFlags{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.Contains(lines[1], "older") || !strings.Contains(lines[2], "newest") || !strings.Contains(lines[2], "  ?  ") || !strings.HasSuffix(lines[2], "(unreadable)") {
		t.Errorf("they are listed as\n%s", out.String())
	}
}
