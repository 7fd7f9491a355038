package target

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"leaktop/capture/clean"
)

// FindLocal finds the process that serves a loopback address. cmdline is what
// the target says at its cmdline route: its arguments, split at the NULs and
// otherwise as they came.
//
// What listens on a loopback port may be a tunnel to somewhere else (ssh -L,
// kubectl port-forward), whose memory must never be shown as the target's. So
// a listener counts only if its command line is exactly what the target says
// of itself, and only if it is the one process for which that holds. Whatever
// is in doubt is unknown, which an error says; so is every target without a
// cmdline route. Processes of other users are not seen.
func FindLocal(ctx context.Context, t *Target, cmdline []string) (*Process, error) {
	hosts, port, ok := t.loopback()
	if !ok {
		return nil, errors.New("the local process is unknown: the address is not a loopback address")
	}
	if len(cmdline) == 0 || cmdline[0] == "" {
		return nil, errors.New("the local process is unknown: the target does not report its command line")
	}
	sockets, err := listeners(hosts, port)
	if err != nil {
		return nil, fmt.Errorf("the local process is unknown: %w", err)
	}
	pids, err := holders(ctx, sockets)
	if err != nil {
		return nil, fmt.Errorf("the local process is unknown: %w", err)
	}
	said := strings.Join(cmdline, "\x00")
	pids = slices.DeleteFunc(pids, func(pid int) bool {
		data, err := os.ReadFile(procFile(pid, "cmdline"))
		return err != nil || strings.TrimSuffix(string(data), "\x00") != said
	})
	if len(pids) != 1 {
		return nil, fmt.Errorf("the local process is unknown: %d listeners on port %d have the target's command line", len(pids), port)
	}
	return newProcess(pids[0], cmdline[0])
}

// newProcess reads what does not change in a process.
func newProcess(pid int, arg0 string) (*Process, error) {
	s, err := readStat(pid)
	if err != nil {
		return nil, err
	}
	p := &Process{PID: pid, Name: clean.Line(filepath.Base(arg0), 200), ticks: s.start}
	boot, err := bootTime()
	if err != nil {
		return nil, err
	}
	p.StartTime = boot.Add(ticks(s.start))
	// The link works even where the file was deleted or lies in another mount namespace.
	if info, err := buildinfo.ReadFile(procFile(pid, "exe")); err == nil {
		p.GoVersion = clean.Line(info.GoVersion, 100)
		if environ, err := os.ReadFile(procFile(pid, "environ")); err == nil {
			p.MemoryLimit = goMemLimit(environ)
			clear(environ)
		}
	}
	return p, nil
}

// Read returns what the process uses now, or [ErrGone]. It reads two small
// files; smaps would cost over a hundred times as much. The one that comes last
// holds the start time, so that the figures can be of no other process.
func (p *Process) Read() (Usage, error) {
	anon := int64(-1)
	if data, err := os.ReadFile(procFile(p.PID, "statm")); err == nil {
		if n, err := parseStatm(string(data)); err == nil {
			anon = n
		}
	}
	s, err := readStat(p.PID)
	if err != nil {
		return Usage{}, err
	}
	if s.start != p.ticks {
		return Usage{}, ErrGone
	}
	return Usage{RSS: s.rss, RSSAnon: anon, Threads: s.threads, FDs: countFDs(p.PID), CPU: ticks(s.cpu), StartTime: p.StartTime}, nil
}

// holders returns the processes that have one of the sockets open, as far as
// this user may see that.
func holders(ctx context.Context, sockets map[string]bool) ([]int, error) {
	if len(sockets) == 0 {
		return nil, nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if pid, err := strconv.Atoi(e.Name()); err == nil && holds(pid, sockets) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

func holds(pid int, sockets map[string]bool) bool {
	dir := procFile(pid, "fd")
	fds, err := os.ReadDir(dir)
	if err != nil {
		return false // ended meanwhile, or another user's
	}
	for _, fd := range fds {
		if link, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && sockets[link] {
			return true
		}
	}
	return false
}

// readStat reads /proc/PID/stat; a process that ended is [ErrGone].
func readStat(pid int) (stat, error) {
	data, err := os.ReadFile(procFile(pid, "stat"))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return stat{}, ErrGone
	}
	if err != nil {
		return stat{}, err
	}
	return parseStat(string(data))
}

func procFile(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}
