//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// robot sits at a terminal: a shell in a tmux server of its own, in which
// leaktop is a command. It types, looks at the screen, and fails the test with
// a picture of the screen when it waits in vain.
//
//	r := sitDown(t, 120, 32)
//	r.run("leaktop demo")
//	r.press("2")
//	r.sees("live bytes")
type robot struct {
	t   *testing.T
	dir string // the shell's working directory, and its home
	tmp string // tmux's socket and the files that set it up
}

// robotPatience is how long the robot waits for what it wants to see. It is
// long because a busy machine is slow; what comes at once costs nothing.
const robotPatience = 60 * time.Second

// prompt is what the shell shows while it waits for a command.
const prompt = "ready>"

// sitDown starts a shell in a terminal of a size.
func sitDown(t *testing.T, width, height int, env ...string) *robot {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tmux is not installed, and CI needs it: these tests are not to be left out there")
		}
		t.Skip("tmux is not installed")
	}
	// Not the test's own directory: the path of a socket must be short.
	tmp, err := os.MkdirTemp("", "leaktop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	r := &robot{t: t, dir: t.TempDir(), tmp: tmp}
	if err := os.Symlink(executable(t), filepath.Join(tmp, "leaktop")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"tmux.conf": "set -g status off\nset -s set-clipboard on\nset -g default-terminal xterm-256color\nset -s escape-time 0\n",
		// Without TMUX leaktop finds a terminal like any other.
		"shellrc": "unset TMUX TMUX_PANE\nPS1='" + prompt + " '\n",
	} {
		if err := os.WriteFile(filepath.Join(tmp, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := r.command("-f", filepath.Join(tmp, "tmux.conf"), "new-session", "-d",
		"-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "-c", r.dir, "sh", "-i")
	cmd.Env = append([]string{
		"PATH=" + tmp + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + r.dir,
		"ENV=" + filepath.Join(tmp, "shellrc"), "LC_ALL=C.UTF-8", "COLORTERM=truecolor", asProgram + "=1",
		"GORACE=" + os.Getenv("GORACE"),
	}, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	t.Cleanup(r.getUp)
	r.atPrompt()
	return r
}

// getUp shows the last screen of a test that failed and ends all that runs in
// the terminal.
func (r *robot) getUp() {
	if r.t.Failed() {
		r.t.Logf("the screen at the end:\n%s", r.look().picture())
	}
	r.command("kill-server").Run()
}

// command is one call of tmux. It does not end with the test, so that the last
// picture can be taken.
func (r *robot) command(args ...string) *exec.Cmd {
	return exec.Command("tmux", append([]string{"-u", "-S", filepath.Join(r.tmp, "socket")}, args...)...)
}

func (r *robot) tmux(args ...string) string {
	r.t.Helper()
	out, err := r.command(args...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// press presses keys by tmux's names for them: q, Enter, Escape, C-z.
func (r *robot) press(keys ...string) {
	r.t.Helper()
	r.tmux(append([]string{"send-keys", "--"}, keys...)...)
}

// run types a command line.
func (r *robot) run(command string) {
	r.t.Helper()
	r.tmux("send-keys", "-l", "--", command)
	r.press("Enter")
}

// resize gives the terminal another size.
func (r *robot) resize(width, height int) {
	r.t.Helper()
	r.tmux("resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
}

// look returns what is on the screen now.
func (r *robot) look() screen {
	r.t.Helper()
	return screen(strings.Split(strings.TrimSuffix(r.tmux("capture-pane", "-p"), "\n"), "\n"))
}

// lookJoined returns the text on the screen with wrapped lines as one, and
// with the escape sequences of colours and styles.
func (r *robot) lookJoined() string {
	r.t.Helper()
	return strings.TrimRight(r.tmux("capture-pane", "-p", "-e", "-J"), " \n")
}

// sees waits until some texts are on the screen at the same time.
func (r *robot) sees(texts ...string) screen {
	r.t.Helper()
	return r.waits(fmt.Sprintf("%q", texts), func(s screen) bool {
		for _, text := range texts {
			if !s.has(text) {
				return false
			}
		}
		return true
	})
}

// waits waits until the screen is as wanted, and returns it as it was then.
func (r *robot) waits(want string, holds func(screen) bool) screen {
	r.t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		s := r.look()
		if holds(s) {
			return s
		}
		if time.Since(begun) > robotPatience {
			r.t.Fatalf("waited %s in vain for %s", robotPatience, want)
		}
	}
}

// atPrompt waits until the shell waits for a command, and returns what is on
// the screen down to its prompt.
func (r *robot) atPrompt() screen {
	r.t.Helper()
	return r.waits("the shell's prompt", func(s screen) bool {
		s = s.written()
		return len(s) > 0 && strings.TrimSpace(s[len(s)-1]) == prompt
	}).written()
}

// leaves ends the program with a key, which is to succeed. With -race it would
// not after a data race.
func (r *robot) leaves(key string) {
	r.t.Helper()
	r.press(key)
	r.atPrompt()
	r.run(`echo "exit $?"`)
	r.waits(`"exit 0"`, func(s screen) bool {
		s = s.written()
		return len(s) > 1 && s[len(s)-2] == "exit 0"
	})
}

// modes are what a program may have changed about the terminal.
func (r *robot) modes() string {
	r.t.Helper()
	return strings.TrimSpace(r.tmux("display-message", "-p",
		"alternate screen #{alternate_on}, cursor #{cursor_flag}, mouse #{mouse_any_flag}, keypad #{keypad_flag}, cursor keys #{keypad_cursor_flag}"))
}

// screen is the text of a terminal, a string for each line.
type screen []string

func (s screen) has(text string) bool {
	for _, line := range s {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// below returns the lines below the first one that has all of some words: the
// rows of a table below its head.
func (s screen) below(words ...string) screen {
	for i, line := range s {
		found := 0
		for _, word := range words {
			if strings.Contains(line, word) {
				found++
			}
		}
		if found == len(words) {
			return s[i+1:]
		}
	}
	return nil
}

// top is the first line, "" if there is none.
func (s screen) top() string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// written returns the lines down to the last one that is not empty.
func (s screen) written() screen {
	for len(s) > 0 && strings.TrimSpace(s[len(s)-1]) == "" {
		s = s[:len(s)-1]
	}
	return s
}

// picture frames the screen, for the log.
func (s screen) picture() string {
	var b strings.Builder
	for _, line := range s {
		b.WriteString("│" + line + "\n")
	}
	return b.String()
}
