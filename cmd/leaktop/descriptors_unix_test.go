//go:build unix

package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// Where hardly any file can be opened, that is said in one line. With 6 and 7 the
// program is ended before it begins, by a package that opens a file when it is loaded.
func TestFewFileDescriptors(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{8, 9, 10, 12, 16} {
		for _, command := range []string{"check --for 1s 127.0.0.1:1", "diff 127.0.0.1:1 127.0.0.1:1"} {
			script := fmt.Sprintf("ulimit -n %d; exec \"$0\" %s", limit, command)
			out, err := exec.CommandContext(t.Context(), "/bin/sh", "-c", script, executable(t)).CombinedOutput()
			exit, ok := err.(*exec.ExitError)
			if !ok || exit.ExitCode() != exitUnreachable || strings.Count(string(out), "\n") != 1 || !strings.HasPrefix(string(out), "leaktop: ") {
				t.Errorf("%s with %d descriptors: %v, %s", command, limit, err, out)
			}
			if limit == 8 && !strings.Contains(string(out), "ulimit -n 64") {
				t.Errorf("%s with %d descriptors says %s", command, limit, out)
			}
		}
	}
}
