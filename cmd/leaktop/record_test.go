//go:build unix

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/fixtures/leaky"
)

// fileOfRun is what can be read of a session file.
type fileOfRun struct {
	header    session.Header
	snapshots []int // their numbers
	points    int   // of the curves
	damage    string
	ended     bool
}

func readRun(t *testing.T, path string) fileOfRun {
	t.Helper()
	r, err := session.Open(path, snapshot.NewTable())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run := fileOfRun{header: r.Header()}
	for {
		e, err := r.Next()
		switch e := e.(type) {
		case snapshot.Taken:
			run.snapshots = append(run.snapshots, e.Snapshot.Seq)
			if e.Snapshot.Heap == nil || e.Snapshot.Goroutines == nil || len(e.Snapshot.Raw) < 2 {
				t.Errorf("%s: #%d is not whole: %v", path, e.Snapshot.Seq, e.Snapshot.Missing)
			}
		case snapshot.VitalsTaken:
			run.points++
		}
		if err == io.EOF {
			run.damage, run.ended = r.Damage(), r.Ended()
			return run
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecord records for a while, and tells what is in the file.
func TestRecord(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "night.leaktop")
	target := steady(t)
	p := leaktop(t, "record", target, "-o", path, "--for", "2s", "--every", "1s")
	if p.code != exitClean || p.stdout != "" {
		t.Errorf("exit code %d, standard output %q; want 0 and nothing", p.code, p.stdout)
	}
	want := regexp.MustCompile(`^leaktop: http://` + target + `/debug/pprof/: watched for 2s, with a snapshot every 1s\n(?:.* a snapshot comes every .*\n)?` +
		`leaktop: http://` + target + `/debug/pprof/: [2-9]s of 2s, \d snapshots?, [\d.]+ KiB in ` + regexp.QuoteMeta(path) + `\n$`)
	if !want.MatchString(p.stderr) {
		t.Errorf("it says %q, want %s", p.stderr, want)
	}
	run := readRun(t, path)
	if len(run.snapshots) < 1 || !run.ended || run.damage != "" || run.header.Info.Address != "http://"+target+"/debug/pprof/" || run.header.Every != time.Second {
		t.Errorf("the file has %+v", run)
	}
	leaktop(t, "record", target, "-o", path).refused(t, exitUnreachable, path, "the file exists", "--force")
	if p := leaktop(t, "record", target, "-o", path, "--for", "1ms", "--force"); p.code != exitClean {
		t.Errorf("exit code %d with --force", p.code)
	}
	if again := readRun(t, path); len(again.snapshots) == 0 || !again.header.Started.After(run.header.Started) {
		t.Errorf("after it was replaced the file has %+v", again)
	}
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	target, dir := steady(t), t.TempDir()
	file := filepath.Join(dir, "a file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{}, exitUsage, []string{"no target"}},
		{[]string{target}, exitUsage, []string{"no file", "-o"}},
		{[]string{target, target, "-o", "x"}, exitUsage, []string{"2 targets"}},
		{[]string{file, "-o", "x"}, exitUsage, []string{"it is a file"}},
		{[]string{target, "-o", filepath.Join(dir, "x"), "--for", "-1s"}, exitUsage, []string{"--for"}},
		{[]string{target, "-o", filepath.Join(dir, "x"), "--every", "1ms"}, exitUsage, []string{"--every"}},
		{[]string{target, "-o", filepath.Join(dir, "x"), "--session-max", "none"}, exitUsage, []string{"--session-max"}},
		{[]string{target, "-o", filepath.Join(dir, "nowhere", "x")}, exitUnreachable, []string{"nowhere", "cannot be written"}},
		{[]string{target, "-o", dir, "--force"}, exitUnreachable, []string{"it is a directory"}},
		{[]string{nothingListens(t), "-o", filepath.Join(dir, "x")}, exitUnreachable, []string{"refused"}},
	} {
		leaktop(t, append([]string{"record"}, c.args...)...).refused(t, c.code, c.says...)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind are %v (%v)", entries, err)
	}
}

// TestRecordInterrupted ends a recording as one should be able to: what was
// asked for is written.
func TestRecordInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.leaktop")
	p := interrupted(t, []string{"record", steady(t), "-o", path, "--every", "1h"}, func(string) bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 1000
	})
	if p.code != exitClean || !strings.Contains(p.stderr, "watched until interrupted") || !strings.Contains(p.stderr, " in "+path) {
		t.Errorf("exit code %d: %s", p.code, p.stderr)
	}
	if run := readRun(t, path); !run.ended || run.damage != "" {
		t.Errorf("the file has %+v", run)
	}
	none := filepath.Join(t.TempDir(), "none.leaktop")
	p = interrupted(t, []string{"record", "--wait", nothingListens(t), "-o", none}, func(stderr string) bool { return strings.Contains(stderr, "no answer since") })
	if _, err := os.Stat(none); p.code != exitUnreachable || !strings.Contains(p.stderr, "before it was reached") || err == nil {
		t.Errorf("never reached, it ends with exit code %d: %s", p.code, p.stderr)
	}
}

// TestKilledRecordings kills recordings of the demo service at 20 moments that
// nobody foresees. All that was finished can be read.
func TestKilledRecordings(t *testing.T) {
	t.Parallel()
	child, err := leaky.Start(t.Context(), executable(t), []string{"demo", "--serve", "127.0.0.1:0", "--modes", "task"})
	if err != nil {
		t.Fatal(err)
	}
	defer child.Stop()
	const seed = 11
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	var wg sync.WaitGroup
	killed := make([]killedRecording, 20)
	room := make(chan struct{}, 5) // more at once are too much for the service, which they go easy on then
	last := len(killed) - 1
	for i := range killed {
		moment := time.Duration(random.IntN(2_000)) * time.Millisecond
		killed[i].path = filepath.Join(dir, fmt.Sprint(i)+session.Extension)
		if i == last {
			// It is to have two, for a diff, and the others make the service slow to answer.
			wg.Wait()
			killed[i].record(t, child.Address, 2, moment)
			break
		}
		wg.Go(func() {
			room <- struct{}{}
			killed[i].record(t, child.Address, 1, moment)
			<-room
		})
	}
	for _, k := range killed {
		run := readRun(t, k.path)
		if len(run.snapshots) < k.finished || run.ended || run.header.Info.Address == "" {
			t.Errorf("%d snapshots were finished, and there is %+v", k.finished, run)
		}
		for i, seq := range run.snapshots {
			if seq != i+1 {
				t.Errorf("the snapshots are %v", run.snapshots)
				break
			}
		}
		k.exported(t, run)
	}
	path := killed[last].path
	if p := leaktop(t, "diff", path, "--format", "json"); p.code != exitClean || !strings.Contains(p.stdout, `"schema"`) {
		t.Errorf("a diff of what is left of %s ends with exit code %d: %s", path, p.code, p.stderr)
	}
}

// killedRecording is one that was killed.
type killedRecording struct {
	path     string
	finished int // snapshots, before it was
}

// exported exports what is left of a recording, which is all that is whole.
func (k *killedRecording) exported(t *testing.T, run fileOfRun) {
	t.Helper()
	if len(run.snapshots) < 2 {
		leaktop(t, "export", k.path).refused(t, exitUnreachable, "snapshot")
		return
	}
	if e, p := exportJSON(t, k.path); p.code != exitClean || e.Window.Snapshots != len(run.snapshots) {
		t.Errorf("exit code %d, and %d snapshots are exported of the %d that are whole: %s", p.code, e.Window.Snapshots, len(run.snapshots), p.stderr)
	}
}

// record records until some time after so many snapshots were finished, and
// kills the recording.
func (k *killedRecording) record(t *testing.T, address string, least int, moment time.Duration) {
	cmd := exec.CommandContext(t.Context(), executable(t), "record", address, "-o", k.path, "--every", "1s")
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	// What answers slowly on a busy machine is asked again only a hundred times later.
	for deadline := time.Now().Add(6 * longest); k.look(t) < least && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(moment)
	k.look(t)
	cmd.Process.Kill()
	cmd.Wait()
}

// look counts the snapshots that are finished.
func (k *killedRecording) look(t *testing.T) int {
	runs, err := session.Recent(filepath.Dir(k.path))
	if err != nil {
		t.Error(err)
	}
	for _, run := range runs {
		if run.Path == k.path {
			k.finished = run.Snapshots
		}
	}
	return k.finished
}

// TestLiveRunsAreKept has runs with and without a session file, and one whose
// directory cannot be written to.
func TestLiveRunsAreKept(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	target := steady(t)
	args := []string{"check", target, "--for", "1ms", "--warmup", "0", "--own", "shop/"}
	if p := leaktop(t, append(args, "--no-session")...); p.code != exitInconclusive || len(keptRuns(t, state)) != 0 {
		t.Errorf("with --no-session there are %v", keptRuns(t, state))
	}
	leaktop(t, append(args, target)...)
	if runs := keptRuns(t, state); len(runs) != 2 || !runs[0].Ended || runs[0].Header.Info.Address == "" || len(runs[0].Header.Judge.Own) != 1 {
		t.Errorf("of two targets there are %+v", runs)
	}
	t.Setenv("XDG_STATE_HOME", os.DevNull)
	p := leaktop(t, args...)
	if want := "this run is not recorded in full: " + os.DevNull + "/leaktop: it cannot be written"; p.code != exitInconclusive || strings.Count(p.stderr, want) != 1 {
		t.Errorf("exit code %d, and it says %q; want %q once", p.code, p.stderr, want)
	}
}
