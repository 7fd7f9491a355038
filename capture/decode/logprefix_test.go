package decode

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"leaktop/capture/snapshot"
)

// loggers are ways in which the lines of a dump come through a log: each gets
// the number of a line and the line.
var loggers = map[string]func(n int, line string) string{
	"docker logs -t": func(n int, line string) string {
		return fmt.Sprintf("2026-11-23T07:28:%02d.%09dZ %s", 58+n/40, n*7919, line)
	},
	"kubectl, prefix": func(_ int, line string) string { return "[pod/orders-5d9c7b/app] " + line },
	"docker compose":  func(_ int, line string) string { return "orders-1  | " + line },
	"the container runtime": func(n int, line string) string {
		return fmt.Sprintf("2026-11-23T07:28:58.%dZ stderr F %s", 1000+n, line)
	},
	"journald": func(n int, line string) string {
		return fmt.Sprintf("Nov 23 07:28:%02d web1 orders[4711]: %s", n%60, line)
	},
	"rsyslog": func(n int, line string) string {
		return fmt.Sprintf("Nov 23 07:28:%02d web1 orders[4711]: %s", n%60, strings.ReplaceAll(line, "\t", "#011"))
	},
	"an indentation":   func(_ int, line string) string { return "    " + line },
	"blanks taken off": func(n int, line string) string { return strings.TrimRight(fmt.Sprintf("web1 %d: %s", n, line), " ") },
	"colours":          func(n int, line string) string { return fmt.Sprintf("\x1b[36morders_%d |\x1b[0m %s", n, line) },
	"others between": func(n int, line string) string {
		if n%3 < 2 {
			return "orders | " + line
		}
		return fmt.Sprintf("orders | %s\nbilling | goroutine pool is full\nbilling | \tmain.go:%d\n", line, n)
	},
}

// A dump tells the same whatever a log has put before its lines, and around it.
func TestDumpsInLogs(t *testing.T) {
	text := string(fixture(t, "go-goroutine-debug2.txt"))
	text = strings.Replace(text, "[chan send]:", `[chan send] {route: "/orders ]:"}:`, 20) // as Go 1.27 does
	plain, table := parsed(t, text)
	for name, logged := range loggers {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			n := 0
			write := func(lines string) {
				for line := range strings.SplitSeq(lines, "\n") {
					b.WriteString(logged(n, line) + "\n")
					n++
				}
			}
			write("starting\nSIGQUIT: quit\nPC=0x47f281 m=0 sigcode=0\n")
			write(strings.TrimSuffix(text, "\n"))
			write("\nrax    0xca\nexit status 2\nstarting\nlistening on :6060")
			d, err := Goroutines(iotest.HalfReader(strings.NewReader(b.String())), "test", table)
			if err != nil {
				t.Fatal(err)
			}
			if d.Cut || len(d.Goroutines) != len(plain.Goroutines) {
				t.Fatalf("cut %v, %d goroutines, want %d", d.Cut, len(d.Goroutines), len(plain.Goroutines))
			}
			for i, g := range d.Goroutines {
				if got, want := printed(g, table), printed(plain.Goroutines[i], table); got != want {
					t.Errorf("it is\n%s\nwant\n%s", got, want)
				}
			}
			if !mayBeText([]byte(b.String())) {
				t.Error("it is not taken for a log with a dump in it")
			}
		})
	}
}

// A program that logs its own stack puts a prefix before the first line only.
func TestStacksThatAProgramLogs(t *testing.T) {
	d, table := parsed(t, "2026/11/23 07:28:58 serving\n"+
		"2026/11/23 07:28:58 recovered: oh no: goroutine 34 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\ncreated by main.g in goroutine 1\n\t/a.go:2 +0x2\n\n"+
		"2026/11/23 07:28:59 http: panic serving 127.0.0.1:5: oh no\ngoroutine 35 [running]:\nmain.h()\n\t/a.go:3 +0x1\n"+
		"2026/11/23 07:29:00 serving\n")
	var got []string
	for _, g := range d.Goroutines {
		got = append(got, printed(g, table))
	}
	const want = "34 running\n  main.f /a.go:1\n  created by main.g /a.go:2 in 1\n35 running\n  main.h /a.go:3"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("they are\n%s\nwant\n%s", text, want)
	}
}

// What only speaks of a goroutine starts none.
func TestLogsWithoutDumps(t *testing.T) {
	for _, text := range []string{
		"msg: goroutine 5 [running]:\nmsg: it is well\nmsg: main.f\n",
		"msg: goroutine 5 [running]:\n\nmain.f()\n\t/a.go:1 +0x1\n",
		"xgoroutine 5 [running]:\nxmain.f()\nx\t/a.go:1 +0x1\n",
		"msg: goroutine 5 [running]:",
		strings.Repeat("m", maxPrefix) + " goroutine 5 [running]:\nmain.f()\n\t/a.go:1 +0x1\n",
	} {
		if d, err := Goroutines(strings.NewReader(text), "x", snapshot.NewTable()); err == nil {
			t.Errorf("%q is taken for %+v", text, d.Goroutines)
		}
	}
}
