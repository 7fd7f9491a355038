//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestAttachToFaults attaches to what cannot be watched: one plain line, exit
// code 3, and no screen in between.
func TestAttachToFaults(t *testing.T) {
	t.Parallel()
	for _, c := range badServers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 120, 32)
			said := r.fails(strings.Join(append([]string{"leaktop", c.start(t)}, c.flags...), " "), exitUnreachable)
			if !strings.Contains(said, c.says) {
				t.Errorf("the error does not say %q: %q", c.says, said)
			}
		})
	}
}

// TestAttachToNonsense gives targets that are none: exit code 2.
func TestAttachToNonsense(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"", "wacth", "127.0.0.1:99999", "ftp://127.0.0.1/", "unix://run/app.sock", "--colour"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			said := sitDown(t, 120, 32).fails("leaktop "+target, exitUsage)
			if !strings.Contains(said, target) {
				t.Errorf("the error does not name %q: %q", target, said)
			}
		})
	}
}

// fails runs a command on an empty screen that is to fail, and returns what it
// said. It may leave nothing else behind.
func (r *robot) fails(command string, code int) string {
	r.t.Helper()
	before := r.modes()
	r.run(command + `; echo "exit $?"`)
	r.waits("an exit code", func(s screen) bool {
		s = s.written()
		return len(s) > 2 && strings.HasPrefix(s[len(s)-2], "exit ") && strings.TrimSpace(s[len(s)-1]) == prompt
	})
	lines := strings.Split(r.lookJoined(), "\n")
	if len(lines) != 4 || strings.TrimSpace(lines[2]) != fmt.Sprint("exit ", code) {
		r.t.Fatalf("%s left more than one line and \"exit %d\":\n%q", command, code, lines)
	}
	said := strings.TrimRight(lines[1], " ")
	assertPlainError(r.t, said+"\n")
	if after := r.modes(); after != before {
		r.t.Errorf("the terminal is left with %s, it had %s", after, before)
	}
	return said
}
