package leak_test

import (
	"os"
	"strings"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
)

// A full dump that is taken beside a profile tells as much of the holders of
// locks as the same dump in a file.
func TestHoldersInALiveDump(t *testing.T) {
	text, err := os.ReadFile("testdata/locks/dump.txt")
	if err != nil {
		t.Fatal(err)
	}
	fromFile := judgeDump(t, string(text))
	table := snapshot.NewTable()
	dump, err := decode.Goroutines(strings.NewReader(string(text)), "dump", table)
	if err != nil {
		t.Fatal(err)
	}
	grouped, err := decode.GroupedGoroutines(strings.NewReader(string(text)), "dump", table, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	profile := grouped.Profile(table)
	profile.Told = nil // as the cheap profile of a target has it
	j := newJudge(t, table)
	j.Apply(snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: 1, Time: noon, Goroutines: profile, Dump: dump}})
	live := j.Result()
	holders := 0
	for i := range fromFile.Findings {
		f := &fromFile.Findings[i]
		want, ok := holderOf(f)
		if !ok {
			continue
		}
		holders++
		if got, ok := holderOf(at(t, live, f.Where.Function)); !ok || got.Text() != want.Text() {
			t.Errorf("live, of those who wait at %s it says %q, want %q", f.Where.Function, got.Text(), want.Text())
		}
	}
	if holders < 5 {
		t.Errorf("the file names %d holders", holders)
	}
}
