package target

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// What this very process has open is counted by what it is, and its connections by
// the other side.
func TestDescriptorsOfAProcess(t *testing.T) {
	p, err := newProcess(os.Getpid(), "self")
	if err != nil {
		t.Fatal(err)
	}
	before, err := p.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	const clients = 3
	for range clients {
		c, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		s, err := server.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
	}
	for range 2 {
		f, err := os.Open("/etc/hostname")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	after, err := p.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Sockets - before.Sockets; got != 2*clients+1 {
		t.Errorf("%d more sockets, want %d", got, 2*clients+1)
	}
	if files, pipes := after.Files-before.Files, after.Pipes-before.Pipes; files != 2 || pipes != 2 {
		t.Errorf("%d more files and %d more ends of pipes, want 2 each", files, pipes)
	}
	if more := after.Open - before.Open; more < 2*clients+1+4 || after.Limit <= 0 {
		t.Errorf("%d more in all, of %d", more, after.Limit)
	}
	if n := countFDs(p.PID); n != -1 && n < after.Open-2 {
		t.Errorf("the cheap count is %d, want about %d", n, after.Open)
	}
	port := uint16(server.Addr().(*net.TCPAddr).Port)
	for _, want := range []snapshot.Connections{{Peer: "127.0.0.1", Port: port, Count: clients}} {
		if !slices.Contains(after.Connections, want) {
			t.Errorf("the connections are %+v, want %+v among them", after.Connections, want)
		}
	}
}

func TestConnectionsByPeer(t *testing.T) {
	lines := []string{
		"   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0",
		"   1: 0500000A:1F90 0900000A:C001 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0",
		"   2: 0500000A:1F90 0900000A:C002 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0",
		"   3: 0500000A:D001 0700000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 14 1 0 100 0 0 10 0",
		"   4: 0500000A:D002 0700000A:1538 08 00000000:00000000 00:00000000 00000000     0        0 15 1 0 100 0 0 10 0",
		"   5: 0500000A:D003 0700000A:1538 06 00000000:00000000 00:00000000 00000000     0        0 16 1 0 100 0 0 10 0",
		"   6: 0000000000000000FFFF00000500000A:1F90 0000000000000000FFFF00000900000A:C003 01 00000000:00000000 00:00000000 00000000     0        0 17 1 0 100 0 0 10 0",
		"garbage", "   7: zz:1F90 0900000A:C001 01",
	}
	want := []snapshot.Connections{{Peer: "10.0.0.7:5432", Count: 3}, {Peer: "10.0.0.9", Port: 8080, Count: 3}}
	if got := byPeer(lines); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestFDLimit(t *testing.T) {
	for text, want := range map[string]int64{
		"Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n": 1024,
		"Max open files            unlimited            unlimited            files\n":                                                                                      -1,
		"Max open files": -1,
		"":               -1,
	} {
		if got := parseFDLimit(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// Whatever stands in /proc, what is made of it is bounded and in order.
func FuzzByPeer(f *testing.F) {
	f.Add("   1: 0500000A:1F90 0900000A:C001 01 0:0 0:0 0 0 0 12 1\n   2: 0500000A:1F90 00000000:0000 0A 0:0 0:0 0 0 0 13")
	f.Add("Max open files 10 20 files\n")
	f.Fuzz(func(t *testing.T, text string) {
		all := byPeer(strings.Split(text, "\n"))
		if len(all) > snapshot.MaxConnections {
			t.Fatalf("%d peers", len(all))
		}
		for i, c := range all {
			if c.Count < 1 || c.Peer == "" || i > 0 && c.Count > all[i-1].Count {
				t.Fatalf("%+v", all)
			}
		}
		if n := parseFDLimit(text); n < -1 {
			t.Fatalf("a limit of %d", n)
		}
	})
}
