package decode

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// pasted reads what somebody has pasted somewhere: see testdata/pasted.
func pasted(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "pasted", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// told decodes a file and tells all that it holds: each group of goroutines, or
// each record of a profile, in the order of their text.
func toldOf(t testing.TB, text string, nth int) string {
	t.Helper()
	table := snapshot.NewTable()
	c, err := File(strings.NewReader(text), Source{Name: "pasted.txt", Length: int64(len(text)), Nth: nth}, table, DefaultLimits())
	if err != nil {
		return err.Error()
	}
	var out []string
	if d := c.Dump; d != nil {
		for _, g := range d.Groups {
			out = append(out, fmt.Sprintf("%d × %s; %d to %d min; %v", g.Count, groupText(g, table, false), g.Least, g.Most, g.Locks))
		}
		slices.Sort(out)
		return fmt.Sprintf("dump %d of %d, %d unread, %d elided, %d unavailable, cut %v\n", d.Number, d.Dumps, d.Unread, d.Elided, d.Unavailable, d.Cut) + strings.Join(out, "\n")
	}
	for i, k := range c.Profile.Keys {
		line := fmt.Sprintf("%d %s", c.Profile.Vector(i), table.Labels(k.Labels))
		for f := range table.Frames(k.Stack) {
			line += fmt.Sprintf("; %s %s:%d", f.Function, f.File, f.Line)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return fmt.Sprintf("%s profile %d of %d, %d unread\n", c.Profile.Kind, c.Number, c.Count, c.Unread) + strings.Join(out, "\n")
}

// A dump tells the same whatever happened to it on its way from a terminal, an
// issue or a log into a file.
func TestPastedDumps(t *testing.T) {
	want := toldOf(t, pasted(t, "plain"), 0)
	if !strings.HasPrefix(want, "dump 1 of 1, 0 unread") || !strings.Contains(want, "40 × chan send; shop/stock.(*Feed).push /src/shop/stock/feed.go:88") {
		t.Fatalf("the dump as it was printed is\n%s", want)
	}
	for _, name := range []string{
		"spaces8", "spaces4", "stripped", "strippedblank", "doublesp", "logrusopen", "trail", "md", "mdsp", // a person, an editor, a wiki
		"logrus", "jsonone", "dockerjson", "cloudlog", "composeansi", "html", // logs
		"z_bell", "z_escin", "z_ff", "z_nulend", "z_nulmid", "z_nulstart", // bytes that are none of a text
	} {
		if got := toldOf(t, pasted(t, name), 0); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
	if got := withoutFiles(toldOf(t, pasted(t, "nofiles"), 0)); got != withoutFiles(want) {
		t.Errorf("without the lines of files it is\n%s\nwant\n%s", got, withoutFiles(want))
	}
}

// withoutFiles takes the places off what is told of a dump.
func withoutFiles(told string) string {
	var out []string
	for line := range strings.Lines(told) {
		var parts []string
		for part := range strings.SplitSeq(line, "; ") {
			words := strings.Fields(part)
			if last := words[len(words)-1]; strings.Contains(last, ":") {
				part = strings.Join(words[:len(words)-1], " ")
			}
			parts = append(parts, part)
		}
		out = append(out, strings.Join(parts, "; "))
	}
	return strings.Join(out, "")
}

// Each of the ways in which a dump is mangled is read by itself, too.
func TestEachMangling(t *testing.T) {
	plain := pasted(t, "plain")
	want := toldOf(t, plain, 0)
	for _, stage := range stages() {
		for _, m := range stage {
			for seed := range uint64(3) {
				text := m.do(rand.New(rand.NewPCG(seed, 1)), plain)
				got, want := toldOf(t, text, 0), want
				if m.name == "no lines of files" {
					got, want = withoutFiles(got), withoutFiles(want)
				}
				if got != want {
					t.Errorf("%s is\n%s\nwant\n%s", m.name, got, want)
				}
			}
		}
	}
}

// Goroutines whose frames were not read are never taken for others.
func TestGoroutinesThatCannotBeRead(t *testing.T) {
	const good = "goroutine 7 [select]:\nmain.f(0x1)\n\t/src/f.go:1 +0x1\ncreated by main.g in goroutine 1\n\t/src/g.go:2 +0x2\n"
	for _, test := range []struct{ name, body string }{
		{"nothing below it", ""},
		{"other words below it", "and it hangs\nfor ever\n"},
		{"a place is missing", "main.h(0x1)\nmain.f(0x1)\n\t/src/f.go:1 +0x1\n"},
		{"a function is missing", "\t/src/h.go:3 +0x1\nmain.f(0x1)\n\t/src/f.go:1 +0x1\n"},
		{"a place is cut", "main.f(0x1)\n\t/src/f.g\nmain.h(0x1)\n\t/src/h.go:1 +0x1\n"},
		{"arguments are cut", "main.f(0x1\n\t/src/f.go:1 +0x1\nmain.h(0x1)\n\t/src/h.go:1 +0x1\n"},
		{"the place of its creator is missing", "main.f(0x1)\n\t/src/f.go:1 +0x1\ncreated by main.g in goroutine 1\n"},
		{"no places", "main.f(0x1)\nmain.h(0x1)\n"},
		{"frames behind an end", "main.f(0x1)\n\t/src/f.go:1 +0x1\n\nlistening\nmain.h(0x1)\n\t/src/h.go:1 +0x1\n"},
	} {
		text := good + "\ngoroutine 8 [select]:\n" + test.body + "\n" + strings.Replace(good, "7", "9", 1)
		const want = "dump 1 of 1, 1 unread, 0 elided, 0 unavailable, cut false\n2 × select; main.f /src/f.go:1; by main.g /src/g.go:2; 0 to 0 min; []"
		if got := toldOf(t, text, 0); got != want {
			t.Errorf("%s: it is\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// Two programs that print dumps by turns have one each.
func TestDumpsByTurns(t *testing.T) {
	const orders = "goroutine 1 [select]:\nmain.orders(0x1)\n\t/src/orders.go:1 +0x1\n\ngoroutine 7 [IO wait]:\nmain.read(0x1)\n\t/src/orders.go:9 +0x1\n"
	const billing = "goroutine 1 [sleep]:\nmain.billing()\n\t/src/billing.go:1 +0x1\nmain.main()\n\t/src/billing.go:5 +0x1\n\ngoroutine 18 [chan send]:\nmain.post()\n\t/src/billing.go:3 +0x1\n"
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		a, b := strings.Split(orders, "\n"), strings.Split(billing, "\n")
		text := "orders-1   | " + a[0] + "\n"
		for a = a[1:]; len(a)+len(b) > 0; {
			if len(b) == 0 || len(a) > 0 && r.IntN(2) == 0 {
				text += "orders-1   | " + a[0] + "\n"
				a = a[1:]
			} else {
				text += "billing-1  | " + b[0] + "\n"
				b = b[1:]
			}
		}
		for nth, dump := range []string{orders, billing} {
			want := strings.Replace(toldOf(t, dump, 0), "dump 1 of 1", fmt.Sprintf("dump %d of 2", nth+1), 1)
			if got := toldOf(t, text, nth+1); got != want {
				t.Errorf("of\n%s\n#%d is\n%s\nwant\n%s", text, nth+1, got, want)
			}
		}
	}
}

// Of several dumps in one text each can be had, and the last is taken.
func TestSeveralDumps(t *testing.T) {
	dump := func(id int, function string, n int) string {
		text := fmt.Sprintf("goroutine %d [running]:\nmain.dump()\n\t/src/dump.go:1 +0x1\n\ngoroutine 1 [select]:\nmain.main()\n\t/src/main.go:1 +0x1\n", id)
		for i := range n {
			text += fmt.Sprintf("\ngoroutine %d [chan send]:\n%s()\n\t/src/f.go:1 +0x1\n", 100+i, function)
		}
		return text
	}
	one, two, three := dump(7, "main.a", 2), dump(8, "main.b", 3), dump(9, "main.c", 4)
	for name, text := range map[string]string{
		"one behind the other":   one + "\n" + two + "\n" + three,
		"no line between":        one + two + three,
		"in a log":               "listening\nSIGQUIT: quit\n\n" + one + "\nrestarted\nSIGQUIT: quit\n\n" + two + "\nexit status 2\n" + three,
		"behind a prefix":        eachLine(one+"\n"+two+"\nstarting\n"+three, func(_ int, line string) string { return "web-1 | " + line }),
		"in the lines of a JSON": asJSON(one) + "\n" + asJSON(map[string]string{"log": two}) + "\n" + asJSON(three) + "\n",
	} {
		if name == "in the lines of a JSON" {
			text = asJSON(map[string]string{"log": one}) + "\n" + asJSON(map[string]string{"log": two}) + "\n" + asJSON(map[string]string{"log": three}) + "\n"
		}
		for nth, want := range []string{three, one, two, three} {
			number := nth
			if nth == 0 {
				number = 3
			}
			want = strings.Replace(toldOf(t, want, 0), "dump 1 of 1", fmt.Sprintf("dump %d of 3", number), 1)
			if got := toldOf(t, text, nth); got != want {
				t.Errorf("%s: #%d is\n%s\nwant\n%s", name, nth, got, want)
			}
		}
		if got, want := toldOf(t, text, 4), "pasted.txt: it holds 3 dumps, so there is no #4; name one from #1 to #3"; got != want {
			t.Errorf("%s: #4 is %q, want %q", name, got, want)
		}
	}
	if got := toldOf(t, pasted(t, "twice"), 2); got != strings.Replace(toldOf(t, pasted(t, "plain"), 0), "1 of 1", "2 of 2", 1) {
		t.Errorf("the second of two is\n%s", got)
	}
}

// The text of a profile is read as a dump is.
func TestPastedProfiles(t *testing.T) {
	want := toldOf(t, pasted(t, "d1plain"), 0)
	if !strings.HasPrefix(want, "goroutine profile 1 of 1, 0 unread") || !strings.Contains(want, "[500] ; shop/stock.(*Feed).push /src/shop/stock/feed.go:88") {
		t.Fatalf("as it was printed it is\n%s", want)
	}
	for _, name := range []string{"d1spaces", "d1nohash", "d1nohashtab", "d1pre", "d1lead", "d1md", "d1golog", "d1testlog"} {
		if got := toldOf(t, pasted(t, name), 0); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
	heap := toldOf(t, pasted(t, "h1pre"), 0)
	if !strings.HasPrefix(heap, "heap profile 1 of 1, 0 unread") || !strings.Contains(heap, "shop/cache.(*Store).keep /src/shop/cache/store.go:70; shop/cache.Handle /src/shop/cache/http.go:21") {
		t.Errorf("the heap is\n%s", heap)
	}
	if got := toldOf(t, pasted(t, "h1spaces"), 0); got != heap {
		t.Errorf("the heap with blanks is\n%s\nwant\n%s", got, heap)
	}
}

// The text of a real profile, with labels and all that stands around it, tells the
// same however it was mangled.
func TestMangledProfiles(t *testing.T) {
	for _, name := range []string{"go-goroutine-debug1.txt", "go-heap-debug1.txt"} {
		plain := string(fixture(t, name))
		want := toldOf(t, plain, 0)
		for i, stage := range stages() {
			for _, m := range stage {
				switch m.name {
				case "no lines of files", "a line broken in two", "escapes without quotes":
					continue // names are lost, or cannot be told apart
				}
				if got := toldOf(t, m.do(rand.New(rand.NewPCG(uint64(i), 3)), plain), 0); got != want {
					t.Errorf("%s, %s: it is\n%.600s\nwant\n%.600s", name, m.name, got, want)
				}
			}
		}
	}
}

// What a text says that it has, and what of it could be read.
func TestProfilesThatAreNotWhole(t *testing.T) {
	plain := pasted(t, "d1plain")
	for _, test := range []struct{ name, text, want string }{
		{"cut", plain[:strings.Index(plain, "40 @")], "goroutine profile 1 of 1, 41 unread"},
		{"names lost of one", strings.Replace(plain, "#\t0x7a10c5\tshop/stock.(*Feed).push+0x555\t\t/src/shop/stock/feed.go:88\n#\t0x7a1b3b\tshop/stock.(*Feed).follow+0x5b\t/src/shop/stock/feed.go:61\n", "", 1), "goroutine profile 1 of 1, 500 unread"},
		{"all names lost", withoutLines(plain, "#"), "goroutine profile 1 of 1, 541 unread"},
		{"all names lost, of another program", withoutLines(mailerProfile, "#\t"), "goroutine profile 1 of 1, 1042 unread"},
		{"its names behind the width of a terminal", broken(nil, strings.ReplaceAll(mailerProfile, "\t", "                ")), "goroutine profile 1 of 1, 1042 unread"},
		{"two of them", plain + "\n" + plain, "goroutine profile 2 of 2, 0 unread"},
	} {
		if got, _, _ := strings.Cut(toldOf(t, test.text, 0), "\n"); got != test.want {
			t.Errorf("%s: it is %q, want %q", test.name, got, test.want)
		}
	}
}

// withoutLines leaves out the lines of a text that begin so.
func withoutLines(text, start string) string {
	return without(func(line string) bool { return strings.HasPrefix(line, start) })(nil, text)
}

// What a test logs has its prefix before the first line alone, or none, and the
// indentation of the test before the others.
func TestDumpInTheOutputOfATest(t *testing.T) {
	const starter = "        created by testing.(*T).Run in goroutine 8\n        \t/usr/local/go/src/testing/testing.go:1997 +0x465\n"
	const started = "by testing.(*T).Run /usr/local/go/src/testing/testing.go:1997; 0 to 0 min; []"
	for _, c := range []struct {
		name, text string
		groups     []string // each begins so
		ends       string   // and the first so
	}{
		{"as it was reported: a dump, and a stack below it", pasted(t, "go-test-v"), []string{
			"1 × chan receive; testing.(*T).Run /usr/local/go/src/testing/testing.go:2109; testing.runTests.func1 ",
			"1 × running; runtime/debug.Stack ",
			"1 × running; runtime/pprof.writeGoroutineStacks /usr/local/go/src/runtime/pprof/pprof.go:819; runtime/pprof.writeGoroutine ",
			"5 × chan receive; gt.wait /home/dev/gt/a_test.go:3; by gt.TestA /home/dev/gt/a_test.go:5",
		}, "_testmain.go:46; 0 to 0 min; []"},
		{"of a subtest, behind words", "=== RUN   TestQueue/drains\n    queue_test.go:31: still busy: goroutine 9 [running]:\n" +
			"        runtime/debug.Stack()\n        \t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e\n        shop/queue.TestQueue.func1(0xc000007a00)\n        \t/src/shop/queue/queue_test.go:31 +0x2b\n" + starter +
			"    queue_test.go:40: and it hangs\n--- FAIL: TestQueue (0.00s)\nFAIL\n", []string{
			"1 × running; runtime/debug.Stack /usr/local/go/src/runtime/debug/stack.go:26; shop/queue.TestQueue.func1 /src/shop/queue/queue_test.go:31; by ",
		}, started},
		{"of goroutines that are left, below the words", "--- FAIL: TestQueue (30.00s)\n    queue_test.go:52: not drained in 30s:\n" +
			"        goroutine 21 [chan send]:\n        shop/queue.(*Q).put(0xc000012345, 0x1)\n        \t/src/shop/queue/queue.go:19 +0x1d\n" + starter + "        \n" +
			"        goroutine 22 [chan send, 2 minutes]:\n        shop/queue.(*Q).put(0xc000012345, 0x2)\n        \t/src/shop/queue/queue.go:19 +0x1d\n" + starter + "FAIL\nexit status 1\n", []string{
			"2 × chan send; shop/queue.(*Q).put /src/shop/queue/queue.go:19; by ",
		}, "testing.go:1997; 0 to 2 min; []"},
		{"of a suite that recovered", "    suite.go:87: test panicked: boom\n        goroutine 9 [running]:\n" +
			"        panic({0x5e3d60?, 0x6a3e50?})\n        \t/usr/local/go/src/runtime/panic.go:783 +0x132\n        shop/queue.(*Suite).TestTwice(0xc0000a4000)\n        \t/src/shop/queue/suite_test.go:14 +0x1d\n" + starter, []string{
			"1 × running; runtime.gopanic /usr/local/go/src/runtime/panic.go:783; shop/queue.(*Suite).TestTwice /src/shop/queue/suite_test.go:14; by ",
		}, started},
	} {
		lines := strings.Split(toldOf(t, c.text, 0), "\n")
		same := len(lines) == len(c.groups)+1 && lines[0] == "dump 1 of 1, 0 unread, 0 elided, 0 unavailable, cut false" && strings.HasSuffix(lines[1], c.ends)
		for i, group := range c.groups {
			same = same && strings.HasPrefix(lines[i+1], group)
		}
		if !same {
			t.Errorf("%s: it is\n%s\nwant what begins with\n%s", c.name, strings.Join(lines, "\n"), strings.Join(c.groups, "\n"))
		}
	}
}

// What a service printed is told as its own, however like that of another it looks.
func TestDumpsOfTwoServices(t *testing.T) {
	for name, c := range map[string]struct{ text, want, not string }{
		"as it was reported": {pasted(t, "hidden"), "40 × select; shop/stock.(*Feed).follow ", "Warm"},
		"a mail server":      {strings.ReplaceAll(mailerDump, "\t", "        "), "2 × select; example.org/mailer/queue", "shop/"},
		"its neighbour":      {strings.ReplaceAll(mailerDump, "example.org/mailer/queue", "example.org/mailer/spool"), "2 × select; example.org/mailer/spool", "mailer/queue."},
	} {
		if got := toldOf(t, c.text, 0); !strings.HasPrefix(got, "dump 1 of 1, 0 unread") || !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
			t.Errorf("%s: it is\n%s\nwant %q in it and not %q", name, got, c.want, c.not)
		}
	}
}

// goleak writes first lines of its own, in earlier releases above the runtime's.
func TestWhatGoleakFinds(t *testing.T) {
	const stacks = `goroutine 20 [chan receive]:
gl.leak(...)
	/src/gl/x_test.go:3
created by gl.TestX in goroutine 19
	/src/gl/x_test.go:4 +0x66

goroutine 21 [chan receive, 3 minutes]:
gl.leak(...)
	/src/gl/x_test.go:3
created by gl.TestX in goroutine 19
	/src/gl/x_test.go:4 +0x66

goroutine 22 [sleep]:
time.Sleep(0x34630b8a000)
	/usr/local/go/src/runtime/time.go:363 +0x165
gl.TestX.func1()
	/src/gl/x_test.go:4 +0x1d
`
	want := toldOf(t, stacks, 0)
	first := regexp.MustCompile(`(?m)^goroutine (\d+) \[([^\]]*)\]:$`)
	replaced := first.ReplaceAllString(strings.ReplaceAll(stacks, "\n\n", "\n"), " Goroutine $1 in state $2, with gl.leak on top of the stack:")
	both := first.ReplaceAllString(stacks, "Goroutine $1 in state $2, with gl.leak on top of the stack:\n$0")
	list := "--- FAIL: TestX (0.45s)\n    x_test.go:4: found unexpected goroutines:\n" +
		eachLine("["+strings.TrimPrefix(replaced, " ")+"]", func(_ int, line string) string { return "        " + line }) + "FAIL\n"
	for name, text := range map[string]string{
		"as it is now":     list,
		"as it was before": "found unexpected goroutines:\n[" + both + "]\n",
		"as it was before, in the log of a build": eachLine("found unexpected goroutines:\n["+strings.ReplaceAll(both, "\n\n", "\n\n ")+"]", func(n int, line string) string {
			return fmt.Sprintf("2026-11-02T16:09:45.%07dZ %s", 9555131+n, line)
		}),
		"as it was before, behind a name": eachLine(both, func(_ int, line string) string { return "web-1 | " + line }),
		"of go test -json": eachLine(list, func(_ int, line string) string {
			return asJSON(map[string]string{"Action": "output", "Test": "TestX", "Output": line + "\n"})
		}),
	} {
		if got := toldOf(t, text, 0); got != want {
			t.Errorf("%s, it is\n%s\nwant\n%s\nof\n%s", name, got, want, text)
		}
	}
}
