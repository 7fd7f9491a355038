package target

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
)

const (
	// maxFDs bounds the descriptors of which it is read what they are: a microsecond
	// or two each.
	maxFDs = 16 << 10
	// maxSocketTable bounds the bytes that are read of /proc/PID/net/tcp, which lists the
	// sockets of all processes in the network namespace.
	maxSocketTable = 16 << 20
)

// countFDs is how many descriptors a process has open; -1 unknown. The kernel tells
// it as the size of the directory from 6.2 on; before that they would have to be
// listed.
func countFDs(pid int) int64 {
	info, err := os.Stat(procFile(pid, "fd"))
	if err != nil || info.Size() == 0 {
		return -1
	}
	return info.Size()
}

// Descriptors reads what the process has open. Where there are very many, what they
// are stays unknown.
func (p *Process) Descriptors() (Descriptors, error) {
	d := Descriptors{Open: -1, Limit: p.fdLimit(), Sockets: -1, Pipes: -1, Files: -1}
	dir, err := os.Open(procFile(p.PID, "fd"))
	if err != nil {
		return d, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(maxFDs + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return d, err
	}
	if len(names) > maxFDs {
		d.Open = countFDs(p.PID)
		return d, nil
	}
	d.Open, d.Sockets, d.Pipes, d.Files = int64(len(names)), 0, 0, 0
	sockets := make(map[string]bool)
	for _, name := range names {
		link, err := os.Readlink(filepath.Join(dir.Name(), name))
		if err != nil {
			continue // closed meanwhile
		}
		switch inode, socket := strings.CutPrefix(link, "socket:["); {
		case socket:
			d.Sockets++
			sockets[strings.TrimSuffix(inode, "]")] = true
		case strings.HasPrefix(link, "pipe:["):
			d.Pipes++
		case strings.HasPrefix(link, "/"):
			d.Files++
		}
	}
	if s, err := readStat(p.PID); err != nil || s.start != p.ticks {
		return d, ErrGone
	}
	if len(sockets) > 0 {
		d.Connections = p.connections(sockets)
	}
	return d, nil
}

// fdLimit is the soft limit of open descriptors; -1 where there is none, or it is
// not known.
func (p *Process) fdLimit() int64 {
	data, err := os.ReadFile(procFile(p.PID, "limits"))
	if err != nil {
		return -1
	}
	return parseFDLimit(string(data))
}

// parseFDLimit finds it in the text of /proc/PID/limits (proc(5)).
func parseFDLimit(text string) int64 {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "Max open files")
		if fields := strings.Fields(rest); ok && len(fields) > 0 {
			if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil && n >= 0 {
				return n
			}
		}
	}
	return -1
}

// connections counts the connections of some sockets by peer.
func (p *Process) connections(sockets map[string]bool) []snapshot.Connections {
	var lines []string
	for _, file := range []string{"tcp", "tcp6"} {
		f, err := os.Open(procFile(p.PID, "net/"+file))
		if err != nil {
			continue
		}
		in := bufio.NewScanner(io.LimitReader(f, maxSocketTable))
		for in.Scan() {
			if fields := strings.Fields(in.Text()); len(fields) > inodeField && sockets[fields[inodeField]] {
				lines = append(lines, in.Text())
			}
		}
		f.Close()
	}
	return byPeer(lines)
}

// byPeer counts connections by peer, of lines of /proc/net/tcp and tcp6. Those that
// came to a port on which the process listens are its clients'.
func byPeer(lines []string) []snapshot.Connections {
	type key struct {
		peer string
		port uint16
	}
	serves := make(map[uint16]bool)
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) > stateField && fields[stateField] == listening {
			if _, port, ok := parseAddress(fields[localField]); ok {
				serves[port] = true
			}
		}
	}
	counts := make(map[key]int64)
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) <= stateField || fields[stateField] == listening {
			continue
		}
		_, local, ok := parseAddress(fields[localField])
		ip, port, ok2 := parseAddress(fields[remoteField])
		switch {
		case !ok || !ok2 || port == 0: // a socket that is not connected
		case serves[local]:
			counts[key{ip.String(), local}]++
		default:
			counts[key{net.JoinHostPort(ip.String(), strconv.Itoa(int(port))), 0}]++
		}
	}
	out := make([]snapshot.Connections, 0, len(counts))
	for k, n := range counts {
		out = append(out, snapshot.Connections{Peer: k.peer, Port: k.port, Count: n})
	}
	slices.SortFunc(out, func(a, b snapshot.Connections) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Peer, b.Peer), cmp.Compare(a.Port, b.Port))
	})
	return slices.Clip(out[:min(len(out), snapshot.MaxConnections)])
}
