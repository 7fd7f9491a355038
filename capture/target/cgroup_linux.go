package target

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Cgroup returns the memory limit that the process runs under. It reads a
// handful of small files, and finds them anew each time, since a process may be
// moved. The error says that nobody can tell.
func (p *Process) Cgroup() (Cgroup, error) { return readCgroup("/", p.PID) }

// readCgroup is Cgroup with the root of the file system in another place.
func readCgroup(root string, pid int) (Cgroup, error) {
	own, err := os.ReadFile(filepath.Join(root, procFile(pid, "cgroup")))
	if err != nil {
		return Cgroup{}, err
	}
	mounts, err := os.ReadFile(filepath.Join(root, "/proc/self/mountinfo"))
	if err != nil {
		return Cgroup{}, err
	}
	in, files := memoryCgroup(string(own))
	if files == nil {
		return Cgroup{}, errors.New("the process is in no cgroup that counts memory")
	}
	at, below, ok := findMount(string(mounts), files, in)
	if !ok {
		return Cgroup{}, fmt.Errorf("the cgroup %q is not mounted here", in)
	}
	return files.lowest(filepath.Join(root, at), below), nil
}

// cgroupFiles says how one version of cgroups keeps its figures.
type cgroupFiles struct {
	fileSystem  string // its type, as mountinfo has it
	controller  string // of the mount's options, "" for any
	limit, used string
}

// memoryCgroup finds in the text of /proc/PID/cgroup the one that counts
// memory: that of the memory controller of version 1 where there is one, else
// that of version 2. Systems may have both.
func memoryCgroup(text string) (in string, files *cgroupFiles) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(parts) != 3:
		case slices.Contains(strings.Split(parts[1], ","), "memory"):
			return parts[2], &cgroupFiles{"cgroup", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"}
		case parts[0] == "0" && parts[1] == "":
			in, files = parts[2], &cgroupFiles{"cgroup2", "", "memory.max", "memory.current"}
		}
	}
	return in, files
}

// findMount finds in the text of mountinfo (proc(5)) where the hierarchy is
// mounted, and what leads from there to the cgroup. A mount may show a part of
// it only: in a container the container's own.
func findMount(text string, files *cgroupFiles, in string) (at, below string, ok bool) {
	const root, point = 3, 4
	for line := range strings.Lines(text) {
		before, after, _ := strings.Cut(line, " - ")
		mount, system := strings.Fields(before), strings.Fields(after)
		if len(mount) <= point || len(system) < 3 || system[0] != files.fileSystem ||
			files.controller != "" && !slices.Contains(strings.Split(system[2], ","), files.controller) {
			continue
		}
		if below, ok := strings.CutPrefix(in, strings.TrimSuffix(unescape(mount[root]), "/")); ok && (below == "" || below[0] == '/') {
			return unescape(mount[point]), path.Clean("/" + below), !strings.Contains(in, "/..")
		}
	}
	return "", "", false
}

// unescape undoes what mountinfo does to blanks and backslashes.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// lowest looks from a cgroup up to the mount for the lowest limit. Of two equal
// ones the outer counts, which more goes under.
func (f *cgroupFiles) lowest(mount, below string) Cgroup {
	var lowest Cgroup
	for ; ; below = path.Dir(below) {
		dir := filepath.Join(mount, below)
		if limit, ok := readFigure(filepath.Join(dir, f.limit)); ok && limit < noLimit && (lowest.Limit == 0 || limit <= lowest.Limit) {
			used, _ := readFigure(filepath.Join(dir, f.used))
			lowest = Cgroup{Limit: limit, Used: used}
		}
		if below == "/" {
			return lowest
		}
	}
}

// noLimit is more than any limit: version 1 shows what no machine has for none.
const noLimit = 1 << 60

// readFigure reads a file that holds a positive number; "max" is none.
func readFigure(name string) (int64, bool) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil && n > 0
}
