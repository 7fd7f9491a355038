package session

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// writeTo makes the test binary write a run to this file until it is killed.
const writeTo = "LEAKTOP_TEST_WRITE_TO"

func TestMain(m *testing.M) {
	if path := os.Getenv(writeTo); path != "" {
		if err := writeForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForEver writes snapshots as fast as it can to a file that is thinned
// now and then, and says of each when it is finished.
func writeForEver(path string) error {
	run := newRun()
	w, err := Create(path, run.header(), run.table, Options{MaxBytes: 128 << 10})
	if err != nil {
		return err
	}
	for {
		if err := w.Apply(run.heavy(10, 2<<10)); err != nil {
			return err
		}
		fmt.Println(run.seq)
	}
}

// A writer that is killed at any moment loses no snapshot that was finished, and
// what it left can be read.
func TestKilledWriterLosesNothing(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const seed = 5
	random := rand.New(rand.NewPCG(seed, 1))
	finished := 0
	for range 20 {
		path := filepath.Join(t.TempDir(), "run"+Extension)
		last := killed(t, exe, path, random)
		finished += last
		r, table := open(t, path)
		events := readAll(t, r)
		if len(events) < last {
			t.Fatalf("%d snapshots were finished, and %d can be read", last, len(events))
		}
		run := newRun()
		for i, e := range events {
			got, want := e.(snapshot.Taken).Snapshot, run.heavy(10, 2<<10).Snapshot
			if got.Raw == nil { // it was thinned out
				want.Raw = nil
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("snapshot %d of %d is\n%+v, want\n%+v", i+1, len(events), *got, *want)
			}
		}
		same := func() bool {
			return reflect.DeepEqual(table.Since(snapshot.Extent{}), run.table.Since(snapshot.Extent{}))
		}
		if len(events) > 0 && !same() {
			run.heavy(10, 2<<10) // whose stacks stand in the file already, where it was cut behind them
			if !same() {
				t.Error("the stacks are others")
			}
		}
		if r.Ended() {
			t.Error("a run that was killed has ended")
		}
	}
	if finished < 100 {
		t.Errorf("%d snapshots were finished in all: it was killed too early to tell", finished)
	}
}

// killed starts a writer and kills it, at a moment that nobody foresees, once it
// has finished some snapshots. It returns the last of which it said so.
func killed(t *testing.T, exe, path string, random *rand.Rand) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), writeTo+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	enough, later := random.IntN(80), time.Duration(random.IntN(3_000))*time.Microsecond
	last := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
		if last = n; n == enough+1 {
			time.AfterFunc(later, func() { cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the writer ended by itself")
	}
	return last
}
