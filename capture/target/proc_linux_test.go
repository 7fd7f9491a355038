package target

import (
	"errors"
	"net"
	"os"
	"testing"
)

// statLine is a line as proc(5) defines it, with a name that tries to confuse.
const statLine = "4312 (a) S 1 (b) S 1 4312 4312 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 8 0 123456 1000 2000 18446744073709551615 1 1"

func TestParseStat(t *testing.T) {
	got, err := parseStat(statLine)
	want := stat{cpu: 300, start: 123456, rss: 2000 * int64(os.Getpagesize()), threads: 8}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := parseStat("1 (a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0"); !errors.Is(err, ErrGone) {
		t.Errorf("a zombie gives %v, want ErrGone", err)
	}
	for _, bad := range []string{"", "1 (a) S 1", "1 (a) S 1 1 1 0 -1 0 0 0 0 0 x 0 0 0 20 0 1 0 5 0 0 0"} {
		if got, err := parseStat(bad); err == nil {
			t.Errorf("parseStat(%q) = %+v", bad, got)
		}
	}
}

func TestParseStatm(t *testing.T) {
	// 765 pages are resident, and 393 of them are of files.
	if got, err := parseStatm("4096 765 393 5 0 123 0\n"); err != nil || got != 372*int64(os.Getpagesize()) {
		t.Errorf("got %d, %v, want %d", got, err, 372*os.Getpagesize())
	}
	for _, bad := range []string{"", "4096 765", "4096 x 393 5 0 123 0", "4096 765 -1", "4096 393 765 5 0 123 0"} {
		if got, err := parseStatm(bad); err == nil {
			t.Errorf("parseStatm(%q) = %d", bad, got)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add(statLine)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parseStat(text); err == nil && s.rss < 0 {
			t.Errorf("parseStat(%q) = %+v", text, s)
		}
	})
}

func TestParseListener(t *testing.T) {
	const tail = " 00000000:00000000 00:00000000 00000000  1000        0 26817 1 0000000000000000 100 0 0 10 0"
	tests := []struct {
		name, line, ip string
		port           uint16
	}{
		{"IPv4", "   0: 0100007F:17AC 00000000:0000 0A" + tail, "127.0.0.1", 6060},
		{"IPv6", "   1: 00000000000000000000000001000000:17AC 00000000000000000000000000000000:0000 0A" + tail, "::1", 6060},
		{"any IPv6", "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A" + tail, "::", 80},
		{"established", "   2: 0100007F:17AC 0100007F:9C40 01" + tail, "", 0},
		{"head line", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", "", 0},
		{"cut", "   0: 0100007F:17AC 00000000:0000 0A", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, ok := parseListener(tt.line)
			if ok != (tt.ip != "") {
				t.Fatalf("listening is %v", ok)
			}
			if ok && (!l.ip.Equal(net.ParseIP(tt.ip)) || l.port != tt.port || l.inode != "26817") {
				t.Errorf("got %+v", l)
			}
		})
	}
}
