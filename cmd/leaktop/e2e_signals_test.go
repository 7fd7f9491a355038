//go:build unix

package main

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var signalTries = flag.Int("signals", 0, "how often TestSignalsAtRandom sends each signal to each command; 0 for once to one of them")

// TestSignalsAtRandom sends signals at random moments of the first seconds. The
// terminal comes back, each snapshot that was told of is in the session file,
// and nothing else is left behind. With -v it prints a table.
func TestSignalsAtRandom(t *testing.T) {
	t.Parallel()
	address := steady(t) // for a busy machine: a real one is asked less often the slower it answers
	if *signalTries > 0 {
		address = freeAddress(t)
		startLeaky(t, address)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed is %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	type tally struct{ tries, told, kept, damaged int }
	var mu sync.Mutex
	table := make(map[string]*tally)
	commands := []string{"record", "check", "attach"}
	hits := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGKILL}
	t.Run("all", func(t *testing.T) {
		for try := range max(1, *signalTries) {
			for _, hit := range hits {
				some := commands
				if *signalTries == 0 {
					some = []string{commands[random.IntN(len(commands))]}
				}
				for _, command := range some {
					after := time.Duration(random.Int64N(int64(3 * time.Second)))
					t.Run(fmt.Sprintf("%s, %s after %s, %d", command, hit, after.Round(time.Millisecond), try), func(t *testing.T) {
						t.Parallel()
						told, kept, damage := hitAtRandom(t, address, command, hit, after)
						mu.Lock()
						defer mu.Unlock()
						row := fmt.Sprintf("%-8s%-20s", command, hit)
						if table[row] == nil {
							table[row] = &tally{}
						}
						table[row].tries++
						table[row].told += told
						table[row].kept += kept
						if damage != "" {
							table[row].damaged++
						}
					})
				}
			}
		}
	})
	t.Logf("%-8s%-20s  tried  snapshots told of  in the files  files cut at the end", "command", "signal")
	for _, command := range commands {
		for _, hit := range hits {
			row := fmt.Sprintf("%-8s%-20s", command, hit)
			if n := table[row]; n != nil {
				t.Logf("%s %6d %18d %13d %22d", row, n.tries, n.told, n.kept, n.damaged)
			}
		}
	}
}

// hitAtRandom runs a command and sends it a signal. It returns how many
// snapshots the command had told of before, how many are in its file, and how
// that file is damaged.
func hitAtRandom(t *testing.T, address, command string, hit syscall.Signal, after time.Duration) (told, kept int, damage string) {
	state, temp := t.TempDir(), t.TempDir()
	r := sitDown(t, 120, 32, "XDG_STATE_HOME="+state, "TMPDIR="+temp)
	before, set := r.modes(), r.settings()
	session := filepath.Join(r.dir, "run.leaktop")
	line := map[string]string{
		"record": "leaktop record " + address + " --every 1s -o run.leaktop",
		"check":  "leaktop check " + address + " --every 1s --for 1h",
		"attach": "leaktop " + address + " --every 1s",
	}[command]
	pid := r.starts(line)
	r.run("")         // so that a prompt of its own follows what was on the line
	time.Sleep(after) // the moment is what is random here
	told = toldOf(r.look())
	signalled(t, pid, hit)
	if hit == syscall.SIGTSTP {
		halted(t, pid)
		r.sees(prompt)
		r.hasItsTerminal("stopped", before, set)
		r.run("fg")
		goesOn := told + 1
		r.waits("a snapshot after that", func(s screen) bool { return toldOf(s) > goesOn })
		told = goesOn
		signalled(t, pid, syscall.SIGINT)
	}
	until(t, longest, "leaktop has ended", func() bool { return !alive(pid) })
	if hit != syscall.SIGKILL { // which leaves a terminal as it is
		r.waits("the terminal as it was, and a prompt", func(s screen) bool {
			s = s.written()
			return r.modes() == before && len(s) > 0 && strings.HasSuffix(strings.TrimSpace(s[len(s)-1]), prompt)
		})
		if now := r.settings(); now != set {
			t.Errorf("the terminal is left set to %s, it was at %s", now, set)
		}
	}
	files := append(filesIn(t, state), filesIn(t, temp)...)
	if command == "record" {
		if _, err := os.Stat(session); err == nil {
			files = append(files, session)
		}
	}
	switch {
	case len(files) == 0 && told == 0:
		return 0, 0, "" // it had not begun
	case len(files) != 1:
		t.Fatalf("it leaves %q, want one session", files)
	}
	run := readRun(t, files[0])
	if len(run.snapshots) < told {
		t.Errorf("it told of %d snapshots, and the file has %d (%s)", told, len(run.snapshots), run.damage)
	}
	if byItself := hit == syscall.SIGKILL || hit == syscall.SIGQUIT; run.damage != "" && !byItself {
		t.Errorf("the file is damaged: %s", run.damage)
	}
	return told, len(run.snapshots), run.damage
}

// toldOf is how many snapshots a command says that it has seen: on the screens
// "● live … #4", on the line that is rewritten "4s, 3 snapshots".
func toldOf(s screen) (n int) {
	said := regexp.MustCompile(`● live .* #(\d+) |(?:^|\] )[\dhms]+(?: of \S+)?, (\d+) snapshot`)
	for _, line := range s {
		if m := said.FindStringSubmatch(line); m != nil {
			told, _ := strconv.Atoi(m[1] + m[2])
			n = max(n, told)
		}
	}
	return n
}

// filesIn lists the files below a directory.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
