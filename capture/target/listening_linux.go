package target

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leaktop/capture/clean"
)

// Listening returns the name of a process of this machine and the TCP ports that it
// accepts connections on, the lowest first, as far as this user may see that;
// ok is false where there is no such process. It can do so on Linux only.
func Listening(pid int) (name string, ports []int, ok bool) {
	cmdline, err := os.ReadFile(procFile(pid, "cmdline"))
	arg0, _, _ := bytes.Cut(cmdline, []byte{0})
	if err != nil || len(arg0) == 0 {
		return "", nil, false
	}
	name = clean.Line(filepath.Base(string(arg0)), mostName)
	sockets := make(map[string]bool)
	links, _ := os.ReadDir(procFile(pid, "fd"))
	for _, link := range links[:min(len(links), maxFDs)] {
		if to, err := os.Readlink(filepath.Join(procFile(pid, "fd"), link.Name())); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[to] = true
		}
	}
	for _, file := range []string{"net/tcp", "net/tcp6"} {
		data, err := os.ReadFile(procFile(pid, file))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if l, listens := parseListener(line); listens && sockets["socket:["+l.inode+"]"] {
				ports = append(ports, int(l.port))
			}
		}
	}
	slices.Sort(ports)
	return name, slices.Compact(ports), true
}
