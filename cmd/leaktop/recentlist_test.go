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
	if err := listRecent(&out, recent); err != nil {
		t.Fatal(err)
	}
	if fields := strings.Fields(strings.Split(out.String(), "\n")[1]); fields[2] != "2m" {
		t.Errorf("a run of two minutes is listed as\n%s", out.String())
	}
	// Of a run that was never seen the length is unknown.
	recent[0].Last = time.Time{}
	out.Reset()
	if err := listRecent(&out, recent); err != nil || !strings.Contains(out.String(), "  ?  ") {
		t.Errorf("an unknown length is listed as\n%s", out.String())
	}
}
