package target

import (
	"errors"
	"net"
	"strconv"
	"time"

	"leaktop/capture/snapshot"
)

// ErrGone says that a process ended, even where another one has its id by now.
var ErrGone = errors.New("the process ended")

// Process is a process on this machine that was found to be the target.
type Process struct {
	PID       int
	Name      string    // base name of its first argument, safe to print
	GoVersion string    // that it was built with, "go1.26.8"; "" where its executable does not tell
	StartTime time.Time // by the system's clock, exact to about a second
	// MemoryLimit is the GOMEMLIMIT that a Go program was started with, bytes; 0
	// for none, and where its environment cannot be read.
	MemoryLimit int64
	ticks       uint64 // start in clock ticks since boot: exact, so it tells a reused id
}

// Usage is what the system charged a process at one moment.
type Usage struct {
	RSS       int64         // resident set size, bytes
	RSSAnon   int64         // of it, what is neither of a file nor shared; -1 unknown
	Threads   int64         // that it has now
	FDs       int64         // open descriptors; -1 where that is not cheap to know
	CPU       time.Duration // user and system time since its start
	StartTime time.Time     // the same as the Process has
}

// Cgroup is what the system lets the cgroups of a process use together with all
// others in them.
type Cgroup struct {
	Limit int64 // the lowest on the way up, bytes; 0 for none
	// Used is what the cgroup that has the limit uses now, with the page cache,
	// which the system can take back. 0 without a limit.
	Used int64
}

// loopback returns the addresses and the port that a target on this machine
// listens at; ok is false for every other target. Only "localhost" and
// loopback addresses count: other names may mean this machine today and
// another one tomorrow.
func (t *Target) loopback() (hosts []net.IP, port uint16, ok bool) {
	if t.socket != "" {
		return nil, 0, false
	}
	if ip := net.ParseIP(t.base.Hostname()); ip != nil && ip.IsLoopback() {
		hosts = []net.IP{ip}
	} else if t.base.Hostname() == "localhost" {
		hosts = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	text := t.base.Port()
	if text == "" {
		text = map[string]string{"http": "80", "https": "443"}[t.base.Scheme]
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return hosts, uint16(n), err == nil && len(hosts) > 0
}

// Descriptors is what a process has open at one moment; -1 for what is not known.
type Descriptors struct {
	Open, Limit           int64 // Limit is RLIMIT_NOFILE; -1 for none, too
	Sockets, Pipes, Files int64 // of those that are open
	Connections           []snapshot.Connections
}
