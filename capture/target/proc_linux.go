package target

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// stat is what leaktop uses of /proc/PID/stat.
type stat struct {
	cpu     uint64 // user and system time, clock ticks
	start   uint64 // clock ticks since boot
	rss     int64  // bytes
	threads int64
}

// ticks returns the time that a number of clock ticks takes. The kernel shows
// them at 100 a second on every architecture that Go supports (USER_HZ).
func ticks(n uint64) time.Duration {
	const tick = time.Second / 100
	return time.Duration(min(n, math.MaxInt64/uint64(tick))) * tick
}

// parseStat reads the text of /proc/PID/stat (proc(5)). A zombie has no memory
// any more and counts as gone.
func parseStat(text string) (stat, error) {
	// The second field is the name in parentheses and may hold any character.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const state, utime, stime, threads, start, rss = 3, 14, 15, 20, 22, 24
	if len(fields) <= rss-3 {
		return stat{}, errors.New("/proc/PID/stat has too few fields")
	}
	if s := fields[state-3]; s == "Z" || s == "X" {
		return stat{}, ErrGone
	}
	var n [5]uint64
	for i, field := range []int{utime, stime, start, rss, threads} {
		v, err := strconv.ParseUint(fields[field-3], 10, 63)
		if err != nil {
			return stat{}, fmt.Errorf("field %d of /proc/PID/stat is not a number", field)
		}
		n[i] = v
	}
	return stat{cpu: n[0] + n[1], start: n[2], rss: ofPages(n[3]), threads: int64(n[4])}, nil
}

// parseStatm reads from the text of /proc/PID/statm (proc(5)) the resident
// memory that is neither of a file nor shared, in bytes: all that is resident
// less its pages of files and of shared memory.
func parseStatm(text string) (anon int64, err error) {
	fields := strings.Fields(text)
	const resident, shared = 1, 2
	if len(fields) <= shared {
		return 0, errors.New("/proc/PID/statm has too few fields")
	}
	all, err := strconv.ParseUint(fields[resident], 10, 63)
	ofFiles, err2 := strconv.ParseUint(fields[shared], 10, 63)
	if err != nil || err2 != nil || ofFiles > all {
		return 0, errors.New("/proc/PID/statm has no page counts")
	}
	return ofPages(all - ofFiles), nil
}

// ofPages is how many bytes a number of pages has, at most what an int64 holds.
func ofPages(n uint64) int64 {
	page := uint64(os.Getpagesize())
	return int64(min(n, math.MaxInt64/page) * page)
}

// bootTime returns when the system started, to the second.
func bootTime() (time.Time, error) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, err
	}
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			sec, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return time.Unix(sec, 0), err
		}
	}
	return time.Time{}, errors.New("/proc/stat has no btime")
}

// listeners returns the sockets that accept connections for one of the hosts
// at the port, as the links in /proc/PID/fd name them.
func listeners(hosts []net.IP, port uint16) (map[string]bool, error) {
	sockets := make(map[string]bool)
	read := 0
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		data, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // no IPv6
		}
		if err != nil {
			return nil, err
		}
		read++
		for line := range strings.Lines(string(data)) {
			if l, ok := parseListener(line); ok && l.port == port && l.serves(hosts) {
				sockets["socket:["+l.inode+"]"] = true
			}
		}
	}
	if read == 0 {
		return nil, errors.New("/proc lists no TCP sockets")
	}
	return sockets, nil
}

// listener is one line of /proc/net/tcp.
type listener struct {
	ip    net.IP
	port  uint16
	inode string
}

// parseListener reads one line of /proc/net/tcp or tcp6; ok is false where it
// is no listening socket.
func parseListener(line string) (l listener, ok bool) {
	fields := strings.Fields(line)
	if len(fields) <= inodeField || fields[stateField] != listening {
		return listener{}, false
	}
	ip, port, ok := parseAddress(fields[localField])
	return listener{ip: ip, port: port, inode: fields[inodeField]}, ok
}

// Fields of a line of /proc/net/tcp, and the state of a socket that listens.
const (
	localField, remoteField, stateField, inodeField = 1, 2, 3, 9
	listening                                       = "0A"
)

// parseAddress reads an address as it stands in such a line: "0100007F:1F90".
func parseAddress(text string) (ip net.IP, port uint16, ok bool) {
	host, portText, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(portText, 16, 16)
	words, err2 := hex.DecodeString(host)
	if err != nil || err2 != nil || len(words) != net.IPv4len && len(words) != net.IPv6len {
		return nil, 0, false
	}
	// An address is shown as 32-bit words in the order of this machine's bytes.
	for i := 0; i < len(words); i += 4 {
		ip = binary.NativeEndian.AppendUint32(ip, binary.BigEndian.Uint32(words[i:]))
	}
	return ip, uint16(n), true
}

// serves reports whether the listener gets the connections to one of the
// hosts. One on [::] gets those of IPv4 as well, unless it was told not to,
// which the list does not say.
func (l listener) serves(hosts []net.IP) bool {
	for _, host := range hosts {
		if l.ip.Equal(host) || l.ip.IsUnspecified() && (len(l.ip) == net.IPv6len || host.To4() != nil) {
			return true
		}
	}
	return false
}
