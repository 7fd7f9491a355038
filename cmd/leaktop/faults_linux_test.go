package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/fixtures/faults"
	"leaktop/fixtures/sidebyside"
)

var (
	faultsFor  = flag.Duration("faults.for", 4*time.Second, "for how long targets that misbehave are watched")
	faultsSeed = flag.Uint64("faults.seed", 0, "which faults are met when; 0 for others each time")
)

const (
	// mostResident is the memory that a program may take which watches a target
	// that misbehaves, in KiB.
	mostResident = 350 << 10
	// mostDescriptors is how many files it may have open: the streams, the event
	// queue, one connection and one that ends, the session file and its copy.
	mostDescriptors = 20
	// watchedAtOnce is how many are watched side by side: they wait most of the time.
	watchedAtOnce = 3
)

// TestFaults watches targets that misbehave at random, with recordings, checks
// and screens that are left alone, interrupted and killed. What a target served
// whole is in the session file, and nothing else goes wrong. The table at the end
// says how often what was tried.
func TestFaults(t *testing.T) {
	seed := *faultsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-faults.seed %d", seed)
	board := &faultBoard{tried: make(map[string]int), kept: make(map[string]int), met: make(map[string]int)}
	end := time.Now().Add(*faultsFor)
	var wg sync.WaitGroup
	for worker := range watchedAtOnce {
		random := rand.New(rand.NewPCG(seed, uint64(worker)))
		wg.Go(func() {
			for n := 0; n == 0 || time.Now().Before(end); n++ {
				kinds := faultKinds()
				// With little time each worker has something else.
				kind := kinds[(n*watchedAtOnce+worker)%len(kinds)]
				trial := &faultTrial{t: t, board: board, kind: kind.name, random: random, left: time.Until(end)}
				trial.run(kind)
			}
		})
	}
	wg.Wait()
	t.Log(board)
}

// faultKind is a way to watch.
type faultKind struct {
	name    string
	command []string
	// end ends the program once it was watched for long enough; nil waits for it.
	end    os.Signal
	screen bool
}

func faultKinds() []faultKind {
	return []faultKind{
		{name: "record", command: []string{"record", "--wait"}, end: os.Interrupt},
		{name: "record, killed", command: []string{"record", "--wait"}, end: os.Kill},
		{name: "screens", command: []string{"--wait"}, screen: true},
		{name: "check, interrupted", command: []string{"check", "--wait", "--format", "json", "--for", "1h"}, end: os.Interrupt},
		{name: "record, terminated", command: []string{"record", "--wait"}, end: syscall.SIGTERM},
		{name: "check, hung up", command: []string{"check", "--wait", "--format", "json", "--for", "1h"}, end: syscall.SIGHUP},
		{name: "check", command: []string{"check", "--wait", "--format", "json", "--for", "2s"}, end: os.Interrupt},
	}
}

// faultTrial is one program at one target.
type faultTrial struct {
	t      *testing.T
	board  *faultBoard
	kind   string
	random *rand.Rand
	left   time.Duration

	server *faults.Server
	files  string // the pattern of its session file
	ended  time.Time
}

func (f *faultTrial) errorf(format string, args ...any) {
	f.t.Helper()
	f.t.Errorf(f.kind+" of seed: "+format, args...)
}

// run starts a target, watches it, and looks at what came of it.
func (f *faultTrial) run(kind faultKind) {
	o := faults.Options{Seed: f.random.Uint64(), Share: f.random.IntN(35), TLS: f.random.IntN(4) == 0}
	f.kind = fmt.Sprintf("%s, target %d of %d in a hundred, TLS %v", kind.name, o.Seed, o.Share, o.TLS)
	server, err := faults.Start(f.t.Context(), o)
	if err != nil {
		f.t.Error(err)
		return
	}
	f.server = server
	dir := f.t.TempDir()
	args := append(slices.Clone(kind.command), server.Address(), "--every", "1s", "--timeout", "3s")
	if o.TLS {
		args = append(args, "--insecure")
	}
	f.files = filepath.Join(dir, "leaktop", "*"+session.Extension)
	if kind.command[0] == "record" {
		f.files = filepath.Join(dir, "run"+session.Extension)
		args = append(args, "-o", f.files)
	}
	cmd := exec.CommandContext(f.t.Context(), executable(f.t), args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir)
	span := min(max(2*time.Second, f.left), 2*time.Second+time.Duration(f.random.IntN(20_000))*time.Millisecond)
	if dies := f.random.IntN(3) == 0; dies {
		time.AfterFunc(span*2/3, server.Die)
	}
	if kind.screen {
		f.screens(cmd, span)
	} else {
		f.piped(cmd, kind, span)
	}
	if err := server.Close(); err != nil {
		f.errorf("the target: %v", err)
	}
	f.compare(kind.end == os.Kill)
}

// piped runs the program without a terminal.
func (f *faultTrial) piped(cmd *exec.Cmd, kind faultKind, span time.Duration) {
	var stdout, stderr said
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		f.errorf("%v", err)
		return
	}
	f.wait(cmd, span, func() { _ = cmd.Process.Signal(kind.end) })
	code, out, told := cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	assertPrintable(f.t, told)
	assertPrintable(f.t, out)
	for line := range strings.Lines(told) {
		if !strings.HasPrefix(line, "leaktop: ") || len(line) > 2000 {
			f.errorf("it says %.300q, of %d bytes", line, len(line))
		}
	}
	if kind.end == os.Kill {
		return
	}
	reached := strings.Contains(told, "watched")
	switch allowed := []int{exitClean, exitLeak, exitInconclusive}; {
	case !reached && code != exitUnreachable:
		f.errorf("never reached, it ends with exit code %d: %s", code, told)
	case reached && kind.command[0] == "record" && code != exitClean:
		f.errorf("it ends with exit code %d: %s", code, told)
	case reached && kind.command[0] == "check":
		if !slices.Contains(allowed, code) {
			f.errorf("it ends with exit code %d: %s", code, told)
		}
		assertCleanJSON(f.t, []byte(out))
	}
}

// wait has the program end after some time, and watches what it takes.
func (f *faultTrial) wait(cmd *exec.Cmd, span time.Duration, end func()) {
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	stop, tick := time.After(span), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	var hung <-chan time.Time
	descriptors := 0
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-stop:
			f.ended = time.Now()
			end()
			hung = time.After(longest)
		case <-hung:
			f.errorf("it does not end within %s", longest)
			_ = cmd.Process.Kill()
		case <-tick.C:
			open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", cmd.Process.Pid))
			if err == nil {
				descriptors = max(descriptors, len(open))
			}
		}
	}
	if f.ended.IsZero() {
		f.ended = time.Now()
	}
	if descriptors > mostDescriptors {
		f.errorf("it had %d files open", descriptors)
	}
	kib, known := peakMemory(cmd.ProcessState)
	if known && !sidebyside.Race() && kib > mostResident {
		f.errorf("it took %d KiB, want at most %d", kib, mostResident)
	}
	f.board.took(kib, descriptors)
}

// file is its session file, if there is one.
func (f *faultTrial) file() (string, bool) {
	kept, err := filepath.Glob(f.files)
	if err != nil || len(kept) > 1 {
		f.errorf("there are the session files %v (%v)", kept, err)
	}
	if len(kept) == 0 {
		return "", false
	}
	return kept[0], true
}

// reached reports whether the target was: a file begins then.
func (f *faultTrial) reached() bool {
	_, ok := f.file()
	return ok
}

// compare holds the session file against what the target served.
func (f *faultTrial) compare(killed bool) {
	answers := f.server.Answers()
	whole := wholeSnapshots(answers, f.ended.Add(-time.Second))
	f.board.count(f, answers, len(whole))
	have := make(map[servedPair]bool)
	path, ok := f.file()
	if !ok {
		if len(whole) > 0 {
			f.errorf("there is no file, and %d snapshots came whole", len(whole))
		}
		return
	}
	r, err := session.Open(path, snapshot.NewTable())
	if err != nil {
		f.errorf("%v", err)
		return
	}
	defer r.Close()
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			f.errorf("%v", err)
			return
		}
		if taken, ok := e.(snapshot.Taken); ok && taken.Snapshot.Heap != nil && taken.Snapshot.Goroutines != nil {
			have[servedPair{sha256.Sum256(taken.Snapshot.Raw[snapshot.Heap]), sha256.Sum256(taken.Snapshot.Raw[snapshot.Goroutine])}] = true
		}
	}
	lost := 0
	for _, pair := range whole {
		if !have[pair] {
			lost++
		}
	}
	if lost > 0 {
		f.errorf("%d of %d snapshots that came whole are not in the file", lost, len(whole))
		for _, a := range answers {
			f.t.Log(a.Begun.Format("05.000"), a.Page, a.Fault, a.Process, a.Whole, a.Ended.Sub(a.Begun))
		}
	}
	if damage := r.Damage(); damage != "" && !(killed && strings.Contains(damage, "its writer was killed") && !strings.Contains(damage, "damaged")) {
		f.errorf("the file is damaged: %s", damage)
	}
	if killed && r.Ended() {
		f.errorf("it was killed, and the file says that it ended")
	}
	f.board.lose(lost)
}

// servedPair is what was served for one snapshot.
type servedPair struct{ heap, goroutines [sha256.Size]byte }

// wholeSnapshots are those of which both profiles and the figures after them were
// served whole, up to a time. One that shows a restart is none, since nobody knows
// which of the two processes it is of.
func wholeSnapshots(answers []faults.Answer, until time.Time) []servedPair {
	answers = slices.Clone(answers)
	slices.SortStableFunc(answers, func(a, b faults.Answer) int { return a.Begun.Compare(b.Begun) })
	var out []servedPair
	known := -1 // the process of the last figures
	for i := range answers {
		if i >= 2 {
			heap, goroutines, figures := answers[i-2], answers[i-1], answers[i]
			if heap.Page == "heap" && goroutines.Page == "goroutine" && figures.Page == "metrics" && heap.Whole && goroutines.Whole && figures.Whole &&
				heap.Process == figures.Process && goroutines.Process == figures.Process && (known < 0 || known == figures.Process) && figures.Ended.Before(until) {
				out = append(out, servedPair{heap.Sum, goroutines.Sum})
			}
		}
		if a := answers[i]; a.Page == "metrics" && a.Whole {
			known = a.Process
		}
	}
	return out
}

// faultBoard counts what was tried.
type faultBoard struct {
	mu          sync.Mutex
	tried, kept map[string]int // by the way to watch
	met         map[string]int // by the fault
	lost        int
	peak        int64 // KiB
	descriptors int
}

func (b *faultBoard) took(kib int64, descriptors int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.peak, b.descriptors = max(b.peak, kib), max(b.descriptors, descriptors)
}

func (b *faultBoard) count(f *faultTrial, answers []faults.Answer, whole int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name, _, _ := strings.Cut(f.kind, ", target")
	b.tried[name]++
	b.kept[name] += whole
	for _, a := range answers {
		if a.Fault != "" {
			b.met[a.Fault]++
		}
	}
}

func (b *faultBoard) lose(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost += n
}

func (b *faultBoard) String() string {
	var out bytes.Buffer
	fmt.Fprintf(&out, "at most %d MiB resident, %d files open\n%-24s %6s %16s\n", b.peak>>10, b.descriptors, "", "tried", "whole snapshots")
	for _, name := range slices.Sorted(maps.Keys(b.tried)) {
		fmt.Fprintf(&out, "%-24s %6d %16d\n", name, b.tried[name], b.kept[name])
	}
	fmt.Fprintf(&out, "lost: %d\nfaults met:", b.lost)
	all := 0
	for _, name := range faults.Names() {
		fmt.Fprintf(&out, " %s %d;", name, b.met[name])
		all += b.met[name]
	}
	fmt.Fprintf(&out, " %d in all", all)
	return out.String()
}
