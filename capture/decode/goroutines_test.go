package decode

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
)

// parsed decodes a full dump and fails the test if that fails.
func parsed(t testing.TB, text string) (*snapshot.Dump, *snapshot.Table) {
	t.Helper()
	table := snapshot.NewTable()
	d, err := Goroutines(strings.NewReader(text), "test", table)
	if err != nil {
		t.Fatal(err)
	}
	return d, table
}

// printed writes a goroutine out whole, its frames as "function file:line".
func printed(g snapshot.DumpedGoroutine, table *snapshot.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", g.ID, g.Status)
	if g.Minutes > 0 {
		fmt.Fprintf(&b, ", %d minutes", g.Minutes)
	}
	if g.Leaked {
		b.WriteString(", leaked")
	}
	if g.Locked {
		b.WriteString(", locked")
	}
	for _, l := range table.Labels(g.Labels) {
		fmt.Fprintf(&b, ", %q=%q", l.Key, l.Value)
	}
	writeStack(&b, "", g.Stack, table)
	if g.Creator != 0 {
		fmt.Fprintf(&b, "\n  created by %s in %d", frameText(table.Frame(g.Creator)), g.CreatorID)
	}
	writeStack(&b, "while it was at ", g.Origin, table)
	return b.String()
}

func writeStack(b *strings.Builder, what string, stack snapshot.StackID, table *snapshot.Table) {
	for f := range table.Frames(stack) {
		b.WriteString("\n  " + what + frameText(f))
	}
}

func frameText(f snapshot.Frame) string {
	text := f.Function
	if f.File != "" || f.Line != 0 {
		text += fmt.Sprintf(" %s:%d", f.File, f.Line)
	}
	return text
}

func TestRecordedDump(t *testing.T) {
	d, table := parsed(t, string(fixture(t, "go-goroutine-debug2.txt")))
	if d.Cut || d.Elided != 0 || d.Unavailable != 0 {
		t.Errorf("cut %v, %d elided, %d unavailable", d.Cut, d.Elided, d.Unavailable)
	}
	var b strings.Builder
	for _, g := range d.Goroutines {
		b.WriteString(printed(g, table) + "\n")
	}
	golden.RequireEqual(t, b.String())
}

// Every form of a goroutine's first line.
func TestHeaders(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"goroutine 1 [running]:", "1 running"},
		{"goroutine 18 [chan send]:", "18 chan send"},
		{"goroutine 7 [chan receive, 5 minutes]:", "7 chan receive, 5 minutes"},
		{"goroutine 7 [chan receive (nil chan), 1234 minutes, locked to thread]:", "7 chan receive (nil chan), 1234 minutes, locked"},
		{"goroutine 17 [syscall, locked to thread]:", "17 syscall, locked"},
		{"goroutine 9 [select (no cases)]:", "9 select (no cases)"},
		{"goroutine 9 [force gc (idle), 2 minutes]:", "9 force gc (idle), 2 minutes"},
		{"goroutine 9 [GOMAXPROCS updater (idle)]:", "9 GOMAXPROCS updater (idle)"},
		{"goroutine 9 [waiting for cgo callback]:", "9 waiting for cgo callback"},
		{"goroutine 9 [???]:", "9 ???"},
		{"goroutine 9 []:", "9 ???"},
		{"goroutine 4 [chan send (leaked)]:", "4 chan send, leaked"},
		{"goroutine 4 [leaked (leaked)]:", "4 leaked, leaked"},
		{"goroutine 4 [sync.Mutex.Lock (leaked) (scan)]:", "4 sync.Mutex.Lock, leaked"},
		{"goroutine 4 [runnable (scan)]:", "4 runnable"},
		{"goroutine 4 [chan receive (durable), synctest bubble 3]:", "4 chan receive"},
		{"goroutine 4 [select (no cases) (durable), synctest bubble 3]:", "4 select (no cases)"},
		{"goroutine 4 [sleep (scan) (durable), 2 minutes, synctest bubble 3]:", "4 sleep, 2 minutes"},
		{"goroutine 4 [chan receive (synctest), synctest group 3]:", "4 chan receive"},
		{"goroutine 3 gp=0xc000002380 m=0 mp=0x5a1200 [running]:", "3 running"},
		{"goroutine 3 gp=0xc000002380 m=nil [GC worker (idle), 3 minutes]:", "3 GC worker (idle), 3 minutes"},
		{`goroutine 5 [select labels:{"route": "/orders"}]:`, `5 select, "route"="/orders"`},
		{`goroutine 5 [select, 3 minutes, locked to thread labels:{"b": "2", "a": "1"}]:`, `5 select, 3 minutes, locked, "a"="1", "b"="2"`},
		{`goroutine 5 [select labels:{"q": "[running]: \"x\\\", labels:{\"a\": \"b\"}", "r": ""}]:`, `5 select, "q"="[running]: \"x\\\", labels:{\"a\": \"b\"}", "r"=""`},
		{`goroutine 5 [select labels:{"q": "a, b]:\n\tx:1"}]:`, `5 select, "q"="a, b]:  x:1"`},
		{`goroutine 5 [select labels:{"q": "\u00e9\U0001f600\x1b[31m"}]:`, `5 select, "q"="é😀` + "\uFFFD" + `[31m"`},
		{`goroutine 5 [select labels:{}]:`, "5 select"},
		{`goroutine 5 [select labels:{"a": "1", "b]:`, `5 select, "a"="1"`},
		{"goroutine 5 [select labels:{nonsense]:", "5 select"},
		{`goroutine 5 [select] {route: /orders}:`, `5 select, "route"="/orders"`},
		{`goroutine 5 [select (no cases) (leaked)] {route: "/orders ]:"}:`, `5 select (no cases), leaked, "route"="/orders ]:"`},
		{`goroutine 5 [select, 3 minutes, locked to thread, synctest bubble 3] {b: 2, "a b": 1, c: }:`, `5 select, 3 minutes, locked, "a b"="1", "b"="2", "c"=""`},
		{`goroutine 5 gp=0xc000002380 m=nil [select] {q: "[a] {b: c}:", r: "x labels:{"}:`, `5 select, "q"="[a] {b: c}:", "r"="x labels:{"`},
		{`goroutine 5 [select labels:{"q": "a] {b: c"}]:`, `5 select, "q"="a] {b: c"`},
		{`goroutine 5 [select] {a: 1, b: "x}:`, `5 select, "a"="1"`},
		{`goroutine 5 [select] {nonsense}:`, "5 select"},
		{`goroutine 5 [select] {}:`, "5 select"},
		{"goroutine 5 [select] {a: 1}:\r", `5 select, "a"="1"`},
		{"goroutine 9223372036854775807 [select, 99999999999999999999 minutes]:", "9223372036854775807 select, 2147483647 minutes"},
		{"goroutine 99999999999999999999 [select]:", "9223372036854775807 select"},
		{"goroutine 5 [\x1b[31mred, 2 minutes]:", "5 red, 2 minutes"},
		{"goroutine 5 [\u202ered]:", "5 \uFFFDred"},
		{"goroutine 5 [a status of a later release, 7 seconds]:", "5 a status of a later release"},
		{"goroutine 5 [select]:\r", "5 select"},
	} {
		d, table := parsed(t, test.line+"\nmain.f()\n\t/src/f.go:1 +0x1\n")
		if len(d.Goroutines) != 1 {
			t.Errorf("%s\nare %d goroutines", test.line, len(d.Goroutines))
			continue
		}
		if got, _, _ := strings.Cut(printed(d.Goroutines[0], table), "\n"); got != test.want {
			t.Errorf("%s\nis %s\nwant %s", test.line, got, test.want)
		}
	}
}

func TestWhatIsNoHeader(t *testing.T) {
	for _, line := range []string{
		"goroutine", "goroutine ", "goroutine x [running]:", "goroutine 5", "goroutine 5 [running]", "goroutine 5 [running", "goroutine 5[running]:",
		"goroutine 5 [running] {a: b}", "goroutine 5 [running] {a: b:", "goroutine 5 [running]{a: b}:", "goroutine 5 [running] a: b}:",
		"goroutine 5 of 7 [running]:", "goroutine -5 [running]:", "goroutine 5 (running):", "goroutines 5 [running]:",
		"goroutine profile: total 44", "goroutine running on other thread; stack unavailable",
	} {
		if d, err := Goroutines(strings.NewReader(line+"\nmain.f()\n\t/src/f.go:1 +0x1\n"), "x", snapshot.NewTable()); err == nil {
			t.Errorf("%q is taken for %+v", line, d.Goroutines)
		}
	}
}

// Every form of what stands below the first line.
func TestBodies(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"a function", "main.f(0xc000012345, {0x1, 0x2?}, 0x3?, ...)\n\t/src/main.go:17 +0x1b", "main.f /src/main.go:17"},
		{"no arguments", "main.f()\n\t/src/main.go:17 +0x1b", "main.f /src/main.go:17"},
		{"at the start of a function", "main.f()\n\t/src/main.go:17", "main.f /src/main.go:17"},
		{"arguments that are too large", "main.f(_, 0x1)\n\t/src/main.go:17 +0x1b\nmain.g(_)\n\t/src/main.go:27 +0x1b", "main.f /src/main.go:17\nmain.g /src/main.go:27"},
		{"nothing but more arguments", "main.f(...)\n\t/src/main.go:17 +0x1b", "main.f /src/main.go:17"},
		{"inlined", "main.f(...)\n\t/src/main.go:17\nmain.g({0x1})\n\t/src/main.go:27 +0x1b", "main.f /src/main.go:17\nmain.g /src/main.go:27"},
		{"methods", "main.(*T).f(0x1)\n\t/a.go:1 +0x1\nmain.T.g({...})\n\t/a.go:2 +0x1\nmain.(*T).f-fm()\n\t/a.go:3 +0x1", "main.(*T).f /a.go:1\nmain.T.g /a.go:2\nmain.(*T).f-fm /a.go:3"},
		{"closures", "main.(*T).f.func1.2()\n\t/a.go:1 +0x1\nmain.main.gowrap1()\n\t/a.go:2 +0x1", "main.(*T).f.func1.2 /a.go:1\nmain.main.gowrap1 /a.go:2"},
		{"generics", "main.Map[...](0x1)\n\t/a.go:1 +0x1\nmain.(*Set[...]).Add(...)\n\t/a.go:2\nmain.f[...].func1()\n\t/a.go:3 +0x1", "main.Map[...] /a.go:1\nmain.(*Set[...]).Add /a.go:2\nmain.f[...].func1 /a.go:3"},
		{"a panic", "panic({0x1?, 0x2?})\n\t/go/src/runtime/panic.go:792 +0x132", "runtime.gopanic /go/src/runtime/panic.go:792"},
		{"a file with a blank, and on Windows", "main.f()\n\t/my src/main.go:17 +0x1b\nmain.g()\n\tC:/src/main.go:18 +0x2", "main.f /my src/main.go:17\nmain.g C:/src/main.go:18"},
		{"a file that is not known", "main.f()\n\t?:0 +0x1b\nmain.g()\n\t?:0", "main.f\nmain.g"},
		{"with addresses", "main.f()\n\t/src/main.go:17 +0x1b fp=0xc00001 sp=0xc00002 pc=0x4567", "main.f /src/main.go:17"},
		{"C without names", "non-Go function at pc=7f12\nnon-Go function\n\tpc=0x7f13\nmain.f()\n\t/a.go:1 +0x1", "non-Go function at pc=7f12\nnon-Go function\nmain.f /a.go:1"},
		{"C with names", "malloc\n\t/libc/malloc.c:7 pc=0x7f12\nns::f(int, T*)\n\tpc=0x7f13\noperator new(unsigned long)\n\t/new.cc:9 pc=0x7f13", "malloc /libc/malloc.c:7\nns::f(int, T*)\noperator new(unsigned long) /new.cc:9"},
		{"frames left out", "main.f()\n\t/a.go:1 +0x1\n...12 frames elided...\nmain.g()\n\t/a.go:2 +0x1", "main.f /a.go:1\n<elided>\nmain.g /a.go:2"},
		{"frames left out before Go 1.21", "main.f()\n\t/a.go:1 +0x1\n...additional frames elided...", "main.f /a.go:1\n<elided>"},
		{"a creator", "main.f()\n\t/a.go:1 +0x1\ncreated by main.main.func1 in goroutine 12\n\t/a.go:7 +0x25", "main.f /a.go:1\ncreated by main.main.func1 /a.go:7 in 12"},
		{"a creator before Go 1.21", "main.f()\n\t/a.go:1 +0x1\ncreated by net/http.(*Server).Serve\n\t/a.go:7 +0x25", "main.f /a.go:1\ncreated by net/http.(*Server).Serve /a.go:7 in 0"},
		{"no stack", "\tgoroutine running on other thread; stack unavailable\ncreated by main.main in goroutine 1\n\t/a.go:7 +0x25", "created by main.main /a.go:7 in 1"},
		{
			"ancestors",
			"main.f()\n\t/a.go:1 +0x1\ncreated by main.g in goroutine 9\n\t/a.go:7 +0x25\n" +
				"[originating from goroutine 9]:\nmain.g(...)\n\t/a.go:7 +0x25\nmain.h(...)\n\t/a.go:8 +0x1\n...additional frames elided...\ncreated by main.i\n\t/a.go:9 +0x3\n" +
				"[originating from goroutine 8]:\nmain.i(...)\n\t/a.go:9 +0x3\ncreated by main.j\n\t/a.go:10 +0x3",
			"main.f /a.go:1\ncreated by main.g /a.go:7 in 9\nwhile it was at main.g /a.go:7\nwhile it was at main.h /a.go:8\nwhile it was at <elided>",
		},
		{"what stands between by mistake", "rax    0x0\nmain.f()\n\t/a.go:1 +0x1\n[signal SIGSEGV]\nmain.g()\n\t/a.go:2 +0x1\nexit status 2", "main.f /a.go:1\nmain.g /a.go:2"},
		{"what a terminal would act on", "main.\x1b[2J\u202e()\n\t/\x07a.go:1 +0x1", "main.\uFFFD /a.go:1"},
		{"a function without a name", "(0x1)\n\t/a.go:1 +0x1", "<unknown> /a.go:1"},
		{"a line that is none", "main.f()\n\t/a.go:99999999999 +0x1\nmain.g()\n\t/a.go +0x2", "main.f /a.go:0\nmain.g /a.go:0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, end := range []string{"\n\ngoroutine 6 [select]:\nmain.x()\n\t/x.go:1 +0x1\n", "\ngoroutine 6 [select]:\nmain.x()\n\t/x.go:1 +0x1\n"} {
				d, table := parsed(t, "goroutine 5 [select]:\n"+test.body+end)
				if d.Cut || len(d.Goroutines) != 2 {
					t.Errorf("cut %v, %d goroutines", d.Cut, len(d.Goroutines))
				}
				want := "5 select\n  " + strings.ReplaceAll(test.want, "\n", "\n  ")
				if got := printed(d.Goroutines[0], table); got != want {
					t.Errorf("it is\n%s\nwant\n%s", got, want)
				}
				if g := d.Goroutines[1]; table.Leaf(g.Stack).Function != "main.x" || g.Creator != 0 || g.Origin != 0 {
					t.Errorf("the next one is\n%s", printed(g, table))
				}
			}
		})
	}
}

func TestWhatWasLeftOutIsCounted(t *testing.T) {
	frames := "main.f()\n\t/a.go:1 +0x1\n"
	d, _ := parsed(t, "panic: oh no\n\n"+
		"goroutine 3 [running]:\n"+frames+"...7 frames elided...\n"+frames+"...9 frames elided...\n"+frames+
		"\ngoroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n"+
		"\ngoroutine 2 [select]:\n"+frames+"[originating from goroutine 1]:\n"+frames+"...additional frames elided...\n"+
		"\nexit status 2\n")
	if d.Elided != 1 || d.Unavailable != 1 || d.Cut {
		t.Errorf("%d elided, %d unavailable, cut %v; want 1, 1, false", d.Elided, d.Unavailable, d.Cut)
	}
	var ids []int64
	for _, g := range d.Goroutines {
		ids = append(ids, g.ID)
	}
	if !slices.Equal(ids, []int64{1, 2, 3}) {
		t.Errorf("the goroutines are %d, want them in order", ids)
	}
}

// At whatever byte a dump ends, all before its last goroutine is as in the
// whole one, and of the last one there is no stack that it does not have. (A
// text that ends between two frames looks as if it were whole.)
func TestDumpsThatAreCut(t *testing.T) {
	text := string(fixture(t, "go-goroutine-debug2.txt"))
	text = text[strings.Index(text, "goroutine 57 "):] // three of them
	table := snapshot.NewTable()
	whole, err := Goroutines(strings.NewReader(text), "test", table)
	if err != nil || len(whole.Goroutines) != 3 {
		t.Fatal(whole, err)
	}
	for n := strings.Index(text, "\n") + 1; n < len(text); n++ {
		d, err := Goroutines(strings.NewReader(text[:n]), "test", table)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		last := len(d.Goroutines) - 1
		if want := strings.Count(text[:n], "]:") - 1; last != want || !slices.Equal(d.Goroutines[:last], whole.Goroutines[:last]) {
			t.Fatalf("cut at %d: %d goroutines, want %d and all but the last as they were", n, last+1, want+1)
		}
		g := d.Goroutines[last]
		line := text[strings.LastIndexByte(text[:n-1], '\n')+1 : n]
		// The end of a place, with or without that of its line, and the blank line
		// behind it, look whole.
		if unseen := n == strings.LastIndex(text[:n], "\n\n")+2 || line[0] == '\t' && (strings.HasSuffix(line, "\n") || offsetEnd.MatchString(line)); d.Cut == unseen {
			t.Fatalf("cut at %d, in %q: cut is %v", n, line, d.Cut)
		}
		if inHeader := line[0] == 'g' && !strings.HasSuffix(line, "\n"); d.Cut && !inHeader && (g.Stack != snapshot.NoStack || g.Creator != 0) {
			t.Fatalf("cut at %d, in %q: the last goroutine is\n%s", n, line, printed(g, table))
		}
		if g.ID != whole.Goroutines[last].ID || g.Status != whole.Goroutines[last].Status {
			t.Fatalf("cut at %d: the last goroutine is\n%s", n, printed(g, table))
		}
	}
}

// The runtime stops at 64 MiB, whatever it is about.
func TestADumpOf64MiBIsCut(t *testing.T) {
	block := "goroutine 7 [select]:\nmain.f()\n\t/a.go:1 +0x1\nmain.g()\n\t/a.go:1 +0x1\n\n"
	fill := strings.Repeat("x", 1<<20-1) + "\n"
	for _, missing := range []int{1, 0} {
		body := block + strings.Repeat(fill, 63)
		body += strings.Repeat("\n", largestDump-missing-len(body)-len(block)) + strings.TrimSuffix(block, "\n") + "\n"
		d, table := parsed(t, body)
		last := d.Goroutines[len(d.Goroutines)-1]
		if want := missing == 0; len(body) != largestDump-missing || d.Cut != want || len(d.Goroutines) != 2 {
			t.Errorf("with %d bytes: cut %v, %d goroutines, the last one\n%s", len(body), d.Cut, len(d.Goroutines), printed(last, table))
		}
	}
}

func TestLinesWithoutEnd(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	d, table := parsed(t, "goroutine 5 [select, 3 minutes labels:{\"a\": \"1\", \"q\": \""+long+"\"}]:\nmain."+long+"(0x1)\n\t/"+long+".go:1 +0x1\nmain.f()\n\t/a.go:1 +0x1\n\n"+
		long+"\ngoroutine 6 [sleep]:\nmain.g()\n\t/a.go:1 +0x1\n")
	if len(d.Goroutines) != 2 || d.Cut {
		t.Fatalf("%d goroutines, cut %v", len(d.Goroutines), d.Cut)
	}
	g := d.Goroutines[0]
	if g.Minutes != 3 || !reflect.DeepEqual(table.Labels(g.Labels), snapshot.Labels{{Key: "a", Value: "1"}}) {
		t.Errorf("%d minutes, labels %s", g.Minutes, table.Labels(g.Labels))
	}
	stack := table.Stack(g.Stack)
	if len(stack) != 2 || len(stack[0].Function) > maxLine || len(stack[0].File) > maxLine || stack[1].Function != "main.f" {
		t.Errorf("the stack has %d frames", len(stack))
	}
}

func TestDumpsThatAreRefused(t *testing.T) {
	broken := errors.New("the disk is gone\x1b")
	deep := strings.Repeat("main.f()\n\t/a.go:1 +0x1\n", maxDepth+1)
	for _, test := range []struct {
		name, text, want string
	}{
		{"nothing", "", "it is not a full goroutine dump"},
		{"HTML", "<html>\n<body>\n", "it is not a full goroutine dump"},
		{"the older text form", string(fixture(t, "go-goroutine-debug1.txt")), "it is not a full goroutine dump"},
		{"too deep", "goroutine 1 [select]:\n" + deep, "it has a stack of more than 65536 frames"},
	} {
		_, err := Goroutines(strings.NewReader(test.text), "dump\n.txt", snapshot.NewTable())
		if err == nil || !strings.HasPrefix(err.Error(), "dump .txt: "+test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want …%s…", test.name, err, test.want)
		}
	}
	_, err := Goroutines(iotest.ErrReader(broken), "dump.txt", snapshot.NewTable())
	if err == nil || err.Error() != "dump.txt: it cannot be read (the disk is gone\uFFFD); try it again" {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestNumber(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int64
		rest string
	}{
		{"0", 0, ""}, {"12 minutes", 12, " minutes"}, {"", 0, ""}, {"x", 0, "x"},
		{"9223372036854775807", math.MaxInt64, ""}, {"9223372036854775808", math.MaxInt64, ""}, {"92233720368547758070", math.MaxInt64, ""},
	} {
		if n, rest := number([]byte(test.text)); n != test.n || string(rest) != test.rest {
			t.Errorf("%q is %d and %q, want %d and %q", test.text, n, rest, test.n, test.rest)
		}
	}
}

// BenchmarkGoroutines reads 100,000 goroutines of 8 frames.
func BenchmarkGoroutines(b *testing.B) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "goroutine %d [chan send, %d minutes]:\n", i+1, i%7)
		for frame := range 8 {
			fmt.Fprintf(&text, "example.com/orders/internal/service.(*Handler%d).Process(0xc%09x, {0x7ae3b8, 0xc%09x}, 0x27d822e7c000?)\n"+
				"\t/home/build/src/example.com/orders/internal/service/handler.go:%d +0x%x\n", i%50, i, i, 10*frame, 16*frame)
		}
		text.WriteString("created by example.com/orders/internal/service.(*Server).Serve in goroutine 1\n\t/home/build/src/example.com/orders/internal/service/server.go:77 +0x485\n\n")
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if d, _ := parsed(b, text.String()); len(d.Goroutines) != 100_000 {
			b.Fatal(len(d.Goroutines))
		}
	}
}
