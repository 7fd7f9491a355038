package decode

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// mailerHeap is the heap profile of the mail server as text, with the rate of its
// samples unknown, and what Go writes of the process below it.
const mailerHeap = `heap profile: 13: 59408 [45: 90272] @ heap/0
1: 16 [3: 48] @ 0x6f2a85 0x6f2a20 0x482501
#	0x6f2a84	example.org/mailer/queue.(*Queue[...]).grow+0x44		/build/mailer/queue/queue.go:61
#	0x6f2a1f	example.org/mailer/smtp.(*Server).deliver.func2+0x1f	/build/mailer/smtp/deliver.go:140

4: 8192 [28: 57344] @ 0x51d0e9 0x6f1f05 0x482501
#	0x51d0e8	bufio.NewReaderSize+0x28				/usr/local/go/src/bufio/bufio.go:58
#	0x6f1f04	example.org/mailer/smtp.(*conn).serve+0x204	/build/mailer/smtp/conn.go:71

8: 51200 [14: 32880] @ 0x6f30c5 0x482501
#	0x6f30c4	example.org/mailer/spool.(*Dir).add+0x64	/build/mailer/spool/dir.go:40

# runtime.MemStats
# Alloc = 387973120
# HeapAlloc = 387973120
# NumGC = 44
`

const mailerHeapTold = `heap profile 1 of 1, 0 unread
[14 32880 8 51200] ; example.org/mailer/spool.(*Dir).add /build/mailer/spool/dir.go:40
[28 57344 4 8192] ; bufio.NewReaderSize /usr/local/go/src/bufio/bufio.go:58; example.org/mailer/smtp.(*conn).serve /build/mailer/smtp/conn.go:71
[3 48 1 16] ; example.org/mailer/queue.(*Queue[...]).grow /build/mailer/queue/queue.go:61; example.org/mailer/smtp.(*Server).deliver.func2 /build/mailer/smtp/deliver.go:140`

// withoutFirst leaves out the first line.
func withoutFirst(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return rest
}

// headlessOf decodes a text and reports whether it has no first line.
func headlessOf(t testing.TB, text string) bool {
	t.Helper()
	c, err := File(strings.NewReader(text), Source{Name: "pasted.txt"}, snapshot.NewTable(), DefaultLimits())
	return err == nil && c.Headless
}

// A profile whose first line was not pasted is read as it would be with it, whatever
// tool it came through.
func TestProfilesWithoutTheirFirstLine(t *testing.T) {
	for what, c := range map[string]struct{ whole, want string }{
		"goroutines": {mailerProfile, mailerProfileTold}, "a heap": {mailerHeap, mailerHeapTold},
	} {
		if got := toldOf(t, c.whole, 0); got != c.want || headlessOf(t, c.whole) {
			t.Fatalf("%s, with the first line: it is\n%s\nwant\n%s", what, got, c.want)
		}
		text := withoutFirst(c.whole)
		if got := toldOf(t, text, 0); got != c.want || !headlessOf(t, text) || !Readable([]byte(text)) {
			t.Fatalf("%s: it is\n%s\nwant\n%s", what, got, c.want)
		}
		for name, tool := range tools {
			if got := toldOf(t, tool(text), 0); got != c.want || !Readable([]byte(tool(text))) {
				t.Errorf("%s, %s: readable is %v, and it is\n%s\nwant\n%s\nof\n%s", what, name, Readable([]byte(tool(text))), got, c.want, tool(text))
			}
		}
	}
	for name, rate := range map[string]string{"go-goroutine-debug1.txt": "", "go-heap-debug1.txt": "heap/1048576"} {
		whole := string(fixture(t, name))
		want, text := toldOf(t, strings.Replace(whole, rate, "heap/0", min(1, len(rate))), 0), withoutFirst(whole)
		for i, stage := range stages() {
			for _, m := range stage {
				if m.name == "no lines of files" || m.name == "escapes without quotes" {
					continue // names are lost, or cannot be told apart
				}
				if got := toldOf(t, m.do(rand.New(rand.NewPCG(uint64(i), 3)), text), 0); got != want {
					t.Errorf("%s, %s: it is\n%.600s\nwant\n%.600s", name, m.name, got, want)
				}
			}
		}
	}
}

// What of a text without a first line is a profile, and which.
func TestRecordsWithoutAFirstLine(t *testing.T) {
	const (
		frames = "#\t0x6f2a84\tmain.take+0x44\t/src/take.go:8\n#\t0x6f2a1f\tmain.main+0x1f\t/src/main.go:9\n\n"
		wait   = "30 @ 0x47a44e 0x51d0e9 0x482501\n#\t0x51d0e8\tmain.wait+0x28\t/src/wait.go:4\n\n"
		told   = "; main.take /src/take.go:8; main.main /src/main.go:9"
		dump   = "goroutine 7 [select]:\nmain.f(0x1)\n\t/src/f.go:1 +0x1\n"
		none   = "pasted.txt: it is text, but neither a profile that pprof knows nor a goroutine dump; " + howToFetch
	)
	for _, c := range []struct{ name, text, want string }{
		{"an excerpt within words", "it is this one:\n2132 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + "any ideas?\n", "goroutine profile 1 of 1, 0 unread\n[2132] " + told},
		{"a record whose names are not there", "7 @ 0x47a44e 0x6f2a85\n\n2132 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames, "goroutine profile 1 of 1, 7 unread\n[2132] " + told},
		{"two excerpts of one server", "before:\n1000 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + wait + "after:\n5000 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + wait,
			"goroutine profile 2 of 2, 0 unread\n[30] ; main.wait /src/wait.go:4\n[5000] " + told},
		{"a second excerpt in which the first stack is new", "1000 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + "90 @ 0x6f2a85\n#\t0x6f2a84\tmain.take+0x44\t/src/take.go:8\n\n" + wait + "5000 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames,
			"goroutine profile 2 of 2, 0 unread\n[5000] " + told},
		{"the same stack with other labels", "9 @ 0x47a44e 0x6f2a85 0x6f2a20\n# labels: {\"q\":\"a\"}\n" + frames + "5 @ 0x47a44e 0x6f2a85 0x6f2a20\n# labels: {\"q\":\"b\"}\n" + frames,
			"goroutine profile 1 of 1, 0 unread\n[5] q=b" + told + "\n[9] q=a" + told},
		{"goroutines, and a heap behind them", "9 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + "1: 2048 [3: 4096] @ 0x6f2a85 0x6f2a20\n" + frames, "heap profile 2 of 2, 0 unread\n[3 4096 1 2048] " + told},
		{"threads", "17 @\n#\t0x0\n\n1 @ 0x43b6ce 0x43bcb3\n#\t0x43b6cd\truntime.allocm+0x8d\t/go/proc.go:1\n#\t0x43bcb2\truntime.newm+0x32\t/go/proc.go:2\n", "other profile 1 of 1, 0 unread\n[1] ; runtime.allocm /go/proc.go:1; runtime.newm /go/proc.go:2"},
		{"a dump behind it", "30 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + dump, "dump 1 of 1, 0 unread, 0 elided, 0 unavailable, cut false\n1 × select; main.f /src/f.go:1; 0 to 0 min; []"},
		{"a whole profile behind it", "30 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames + "goroutine profile: total 9\n9 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames, "goroutine profile 1 of 1, 0 unread\n[9] " + told},
		{"frames of other addresses", "30 @ 0x47a44e 0x482501\n" + frames, none},
		{"no names", "30 @ 0x47a44e 0x482501\n#\t0x47a44d\n\n12 @ 0x1 0x2\n", none},
		{"a profile of waits", "82735 4 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames, none},
		{"one of waits, logged", "2026/11/02 10:00:00 82735 4 @ 0x47a44e 0x6f2a85 0x6f2a20\n" + frames, none},
		{"a frame far behind", "30 @ 0x47a44e 0x6f2a85\n" + strings.Repeat("serving\n", 20) + frames, none},
		{"one who speaks of it", "we have 30 @ 0x47a44e and main.take+0x44 at take.go:8\n", none},
	} {
		if got := toldOf(t, c.text, 0); !strings.HasPrefix(got, strings.TrimSuffix(c.want, told)) || strings.HasSuffix(c.want, told) && !strings.Contains(got, told) {
			t.Errorf("%s: it is\n%s\nwant\n%s", c.name, got, c.want)
		}
		if got, want := Readable([]byte(c.text)), c.want != none; got != want {
			t.Errorf("%s: readable is %v", c.name, got)
		}
	}
}

// goodProfile writes a profile of goroutines as text, and tells its records.
func goodProfile(r *rand.Rand) (text string, records map[string]int64, total int64) {
	functions := []string{"net.(*conn).Read", "main.main", "shop/stock.(*Feed).push", "example.com/a/very/long/path/of/packages/inner.(*Handler[...]).ServeHTTP.func1.2", "main.main.gowrap1"}
	files := []string{"/usr/local/go/src/net/net.go", "/src/shop/main.go", "C:/my src/feed.go", "example.com/shop/stock/feed.go", "/go/pkg/mod/example.com/a/very/long/path@v1.2.3/of/packages/handler.go"}
	records = make(map[string]int64)
	var all []string
	count := int64(5000)
	for n := range 1 + r.IntN(6) {
		count = 1 + r.Int64N(count)
		line, frames, told := fmt.Sprintf("%d @ 0x43a1c6", count), "", ""
		if r.IntN(3) == 0 {
			frames, told = fmt.Sprintf("# labels: {\"request\":\"r%d\", \"route\":\"/orders/of/all/the/customers/of/all/the/shops\"}\n", n), fmt.Sprintf("request=r%d route=/orders/of/all/the/customers/of/all/the/shops", n)
		}
		for i := range 1 + r.IntN(9) {
			address, function, file, at := 0x400000+n<<12+i<<5, functions[r.IntN(len(functions))], files[r.IntN(len(files))], 1+r.IntN(2000)
			line += fmt.Sprintf(" 0x%x", address)
			frames += fmt.Sprintf("#\t0x%x\t%s+0x%x%s%s:%d\n", address-1, function, 1+r.IntN(4000), strings.Repeat("\t", 1+r.IntN(3)), file, at)
			told += fmt.Sprintf("; %s %s:%d", function, file, at)
		}
		all = append(all, line+" 0x46e7e1\n"+frames)
		records[told] += count
		total += count
	}
	return fmt.Sprintf("goroutine profile: total %d\n%s", total, strings.Join(all, "\n")), records, total
}

// Whatever happened to a profile on its way, each record is told as it was, or its
// goroutines are counted as ones that could not be read.
func TestMangledProfilesAtRandom(t *testing.T) {
	const profiles = 4000
	read, unread, failures := int64(0), int64(0), 0
	for seed := range uint64(profiles) {
		r := rand.New(rand.NewPCG(seed, 11))
		text, records, total := goodProfile(r)
		headless := r.IntN(2) == 0
		if headless {
			text = withoutFirst(text)
		}
		width := 0
		if r.IntN(2) == 0 {
			if r.IntN(2) == 0 {
				text = eachLine(text, func(_ int, line string) string { return expanded(line) })
			}
			width = 60 + r.IntN(80)
			text = brokenAt(width, text)
			if r.IntN(3) == 0 {
				text = eachLine(text, func(_ int, line string) string { return strings.TrimRight(line, " ") })
			}
		}
		text, names := mangled(r, text)
		if slices.Contains(names, "no lines of files") || slices.Contains(names, "escapes without quotes") {
			continue
		}
		table := snapshot.NewTable()
		c, err := File(strings.NewReader(text), Source{Name: "profile.txt"}, table, DefaultLimits())
		if err != nil || c.Profile == nil {
			if width == 0 && !slices.Contains(names, "a line broken in two") || !headless { // of which no record was whole
				failures++
				t.Errorf("seed %d, width %d, %s: %v", seed, width, strings.Join(names, ", "), err)
			}
			continue
		}
		sum := c.Unread
		for i, k := range c.Profile.Keys {
			told := fmt.Sprint(table.Labels(k.Labels))
			for f := range table.Frames(k.Stack) {
				told += fmt.Sprintf("; %s %s:%d", f.Function, f.File, f.Line)
			}
			n := c.Profile.Vector(i)[0]
			sum, read = sum+n, read+n
			if records[told] -= n; records[told] < 0 {
				failures++
				t.Errorf("seed %d, width %d, %s: %d too many of\n%s\nof\n%s", seed, width, strings.Join(names, ", "), -records[told], told, text)
			}
		}
		if unread += c.Unread; sum != total && (!headless || sum > total) {
			failures++
			t.Errorf("seed %d, width %d, headless %v, %s: %d of %d, and %d unread\n%s", seed, width, headless, strings.Join(names, ", "), sum, total, c.Unread, text)
		}
		if failures > 3 {
			break
		}
	}
	if share := float64(unread) / float64(read+unread); share > 0.3 {
		t.Errorf("%.1f %% of all goroutines are unread", 100*share)
	} else {
		t.Logf("%d read, %d unread (%.2f %%)", read, unread, 100*share)
	}
}

// expanded has blanks for tabs, as a terminal shows it.
func expanded(line string) string {
	var b strings.Builder
	for _, c := range line {
		if b.WriteByte(' '); c != '\t' {
			continue
		}
		for b.Len()%8 > 0 {
			b.WriteByte(' ')
		}
	}
	out := []byte(b.String())
	at := 0
	for _, c := range line {
		if c != '\t' {
			out[at] = byte(c)
			at++
			continue
		}
		at += 8 - at%8
	}
	return string(out)
}

// A profile that a terminal broke at its width, at any, is read but for what may be
// another: at 118 columns it is the number of a line alone that is broken, which may
// as well be whole.
func TestProfilesBrokenAtTheWidthOfATerminal(t *testing.T) {
	for what, whole := range map[string]string{"goroutines": mailerProfile, "a heap": mailerHeap, "a real one": string(fixture(t, "go-goroutine-debug1.txt"))} {
		want := strings.Split(toldOf(t, whole, 0), "\n")
		for _, form := range []string{"tabs", "blanks"} {
			for width := 60; width <= 200; width++ {
				text := whole
				if form == "blanks" {
					text = eachLine(text, func(_ int, line string) string { return expanded(line) })
				}
				for i, line := range strings.Split(toldOf(t, brokenAt(width, text), 0), "\n") {
					if i > 0 && !slices.Contains(want, line) {
						t.Errorf("%s with %s at %d: there is\n%s", what, form, width, line)
					}
					if i == 0 && form == "blanks" && !strings.HasSuffix(line, " 0 unread") && width >= 80 && width != 118 {
						t.Errorf("%s with %s at %d: %s\n%s", what, form, width, line, brokenAt(width, text))
					}
				}
			}
		}
	}
}
