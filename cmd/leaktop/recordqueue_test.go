package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
)

// slowDisk is a queue whose file is made only once the disk is released.
type slowDisk struct {
	*recordQueue
	path    string
	release func()
}

// newSlowDisk is one that holds so many bytes. It is released with the test at the
// latest, and the file is then written before its directory is removed.
func newSlowDisk(t *testing.T, most int) slowDisk {
	path := filepath.Join(t.TempDir(), "run.leaktop")
	table := snapshot.NewTable()
	stalled, release := context.WithCancel(context.Background())
	queue := newRecordQueue(&recorder{table: table, create: func(h session.Header) (*session.Writer, error) {
		<-stalled.Done()
		return session.Create(path, h, table, session.Options{})
	}})
	queue.most = most
	go queue.run()
	disk := slowDisk{queue, path, release}
	t.Cleanup(func() {
		release()
		disk.close(context.Background(), func(string) {})
	})
	return disk
}

// sized is a snapshot that takes so many bytes, of what does not pack.
func sized(seq, bytes int) snapshot.Taken {
	raw := make([]byte, bytes)
	for i := range raw {
		raw[i] = byte(i*i + seq)
	}
	return snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: seq, Time: noon(), Raw: map[snapshot.Kind][]byte{snapshot.Heap: raw}}}
}

func attachedTo() snapshot.Attached {
	return snapshot.Attached{Info: snapshot.Info{Address: "http://10.0.3.7:6060/"}}
}

// fileEvents are those of a session file: the numbers of its snapshots, and its warnings.
func fileEvents(t *testing.T, path string) (snapshots []int, warnings []string) {
	t.Helper()
	file, err := session.Open(path, snapshot.NewTable())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for {
		e, err := file.Next()
		if errors.Is(err, io.EOF) {
			return snapshots, warnings
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case snapshot.Taken:
			snapshots = append(snapshots, e.Snapshot.Seq)
		case snapshot.Warned:
			warnings = append(warnings, e.Text)
		}
	}
}

// noWord fails a test in which nothing is to be said.
func noWord(t *testing.T) func(string) {
	return func(text string) { t.Errorf("it says %q", text) }
}

// The screens see all of a run while the disk takes nothing, and the file has it
// once the disk does.
func TestSlowDiskHoldsNothingUp(t *testing.T) {
	const shots = 200
	disk := newSlowDisk(t, mostWaiting)
	source := make(chan snapshot.Event)
	go func() {
		defer close(source)
		for seq := 1; seq <= shots; seq++ {
			source <- sized(seq, 100)
		}
	}()
	seen := 0
	for e := range merge(t.Context(), newCrash(func() {}), disk.recordQueue, attachedTo(), source, newMailbox[snapshot.Noted](), nil) {
		if _, ok := e.(snapshot.Taken); ok {
			seen++
		}
	}
	if seen != shots || disk.hasFile() {
		t.Errorf("the screens see %d snapshots while the disk stands still, want %d", seen, shots)
	}
	disk.release()
	disk.close(t.Context(), noWord(t))
	if snapshots, warnings := fileEvents(t, disk.path); len(snapshots) != shots || !slices.IsSorted(snapshots) || len(warnings) > 0 || disk.err() != nil {
		t.Errorf("the file has %v, and says %q; %v", snapshots, warnings, disk.err())
	}
}

// What does not fit into the queue is left out, and that is said: at once, when
// the disk has caught up, and in the file.
func TestSlowDiskLeavesOut(t *testing.T) {
	disk := newSlowDisk(t, 50_000)
	disk.put(attachedTo())
	for seq := 1; seq <= 10; seq++ {
		disk.put(sized(seq, 10_000))
	}
	disk.put(snapshot.Noted{Seq: 1, Text: "a note is never left out"})
	said := disk.takeWarnings()
	if len(said) != 1 || !strings.Contains(said[0], "this run is not recorded in full: the disk is too slow") {
		t.Errorf("once it is full it says %q", said)
	}
	disk.release()
	disk.sync(t.Context())
	said = disk.takeWarnings()
	if len(said) != 1 || !strings.Contains(said[0], "lacks 6 snapshots from ") {
		t.Errorf("once the disk has caught up it says %q", said)
	}
	disk.put(sized(11, 10_000))
	disk.close(t.Context(), noWord(t))
	snapshots, warnings := fileEvents(t, disk.path)
	if want := []int{1, 2, 3, 4, 11}; !slices.Equal(snapshots, want) || !slices.Equal(warnings, said) {
		t.Errorf("the file has %v, want %v, and says %q", snapshots, want, warnings)
	}
	if disk.err() == nil || len(disk.takeWarnings()) > 0 {
		t.Error("the file counts as whole, or more is said")
	}
}

// One snapshot that is larger than the queue is taken all the same.
func TestQueueTakesALargeSnapshot(t *testing.T) {
	disk := newSlowDisk(t, 1000)
	disk.release()
	disk.put(attachedTo())
	disk.sync(t.Context())
	disk.put(sized(1, 100_000))
	disk.close(t.Context(), noWord(t))
	if snapshots, _ := fileEvents(t, disk.path); len(snapshots) != 1 || disk.err() != nil {
		t.Errorf("the file has %v; %v", snapshots, disk.err())
	}
}

// Who looks back waits until what was put into the queue is in the file.
func TestQueueUntil(t *testing.T) {
	disk := newSlowDisk(t, mostWaiting)
	disk.put(attachedTo())
	for seq := 1; seq <= 3; seq++ {
		disk.put(sized(seq, 100))
	}
	time.AfterFunc(20*time.Millisecond, disk.release)
	seen := 0
	if !disk.until(t.Context(), 3, func(snapshot.Event) { seen++ }) || seen == 0 {
		t.Errorf("#3 is not in the file, which has %d events", seen)
	}
	disk.close(t.Context(), noWord(t))
}

// At the end a slow disk is waited for, with a word that says so; an interrupt ends that.
func TestCloseOnASlowDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		interrupted bool
	}{{"it catches up", false}, {"an interrupt", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			disk := newSlowDisk(t, mostWaiting)
			disk.put(attachedTo())
			disk.put(sized(1, 100))
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var said []string
			disk.close(ctx, func(text string) {
				said = append(said, text)
				if c.interrupted {
					interrupt()
				} else {
					disk.release()
				}
			})
			if len(said) != 1 || !strings.Contains(said[0], "still being written") {
				t.Errorf("it says %q", said)
			}
			warnings := disk.takeWarnings()
			if c.interrupted != (disk.err() != nil) || c.interrupted != (len(warnings) == 1 && strings.Contains(warnings[0], "1 snapshot not written")) {
				t.Errorf("then it says %q; %v", warnings, disk.err())
			}
		})
	}
}

// A run that a signal ended is written to its end as well.
func TestCloseAfterASignal(t *testing.T) {
	disk := newSlowDisk(t, mostWaiting)
	disk.put(attachedTo())
	disk.put(sized(1, 100))
	ended, end := context.WithCancel(t.Context())
	end()
	time.AfterFunc(20*time.Millisecond, disk.release)
	disk.close(ended, func(string) {})
	if snapshots, _ := fileEvents(t, disk.path); len(snapshots) != 1 || disk.err() != nil {
		t.Errorf("the file has %v; %v", snapshots, disk.err())
	}
}
