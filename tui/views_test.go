package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestDetailAndBack(t *testing.T) {
	p := told(t, 120, 32)
	p.press("enter").want("76 goroutines send on a channel", "notify.(*Notifier).Push", "stack, leaf first", "Repair")
	p.press("esc").want("Findings")
	p.press("3", "enter").want("76 goroutines, chan send", "notify.(*Notifier).Push", "entered at api.(*Server).Create.func1", "stack, leaf first")
	p.want("76.0 MiB now, +56.0 MiB") // the heap under the same entry function
	p.press("esc", "2", "enter").want("inuse_space of this stack", "notify.(*Notifier).encode")
	p.press("esc", "down", "enter").want("cache.(*Store).Put   store.go:41", "+17.5 MiB", "42.5 MiB now", "bytes.Clone (inlined)")
	p.press("esc").want("by stack")
	p.press("3", "down", "enter").want("31 goroutines, chan receive", "labels tenant=acme  handler=/orders, /users")
	p.press("tab").want("▸4 Handlers")
	p.press("shift+tab").want("by entry function") // the page is closed
	// esc where there is nothing to go back from does nothing.
	p.press("1", "esc").want("Findings")
}

// A group of several stacks, and a function that several stacks pass through.
func TestNextStackOfADetail(t *testing.T) {
	p := told(t, 120, 32).press("3", "enter")
	p.want("stack 1 of 2")
	p.wantNot("notify.(*Notifier).retry")
	p.press("n").want("stack 2 of 2", "notify.(*Notifier).retry")
	p.press("n").want("stack 1 of 2")
	p.press("N").want("stack 2 of 2")

	p = told(t, 120, 32).press("2", "v", "/").enter("conn\\).serve").press("enter", "enter")
	p.want("http.(*conn).serve", "stack 1 of 3")
	p.press("n").want("stack 2 of 3")
}

func TestViews(t *testing.T) {
	p := told(t, 120, 32).press("2")
	for _, want := range []string{"by function", "by package", "by handler", "as tree", "as flame graph", "by stack"} {
		p.press("v").want("live bytes (inuse_space) · " + want)
	}
	for _, want := range []string{"live objects (inuse_objects)", "allocated bytes (alloc_space)", "allocated objects (alloc_objects)", "live bytes (inuse_space)"} {
		p.press("m").want(want)
	}
	p.press("3")
	for _, want := range []string{"by state", "by request handler", "by label", "by set of labels", "by entry function"} {
		p.press("v").want(want)
	}
}

func TestOwnCodeOnly(t *testing.T) {
	p := told(t, 120, 32).press("2")
	p.want("runtime.malg")
	p.press("p").want("shown 7", "own code only", "cache.(*Store).Put")
	p.wantNot("runtime.malg")
	p.press("p").want("runtime.malg")
	p.press("3").want("backgroundRead")
	p.press("p").want("own code only")
	p.wantNot("backgroundRead")
}

func TestTree(t *testing.T) {
	p := told(t, 120, 32).press("2", "v", "v", "v", "v")
	p.want("▾ api.(*Server).Create.func1", "notify.(*Notifier).encode", "▹ report.nightly")
	p.press("left").want("▹ api.(*Server).Create.func1")
	p.wantNot("notify.(*Notifier).encode")
	p.press("right").want("▾ api.(*Server).Create.func1")
	p.press("enter").want("▹ api.(*Server).Create.func1")
	p.press("enter", "G", "enter").want("▾ runtime.systemstack", "runtime.newproc.func1")
	p.press("g", "g", "y")
	if got := p.clipboard(); got != "example.com/orders/api.(*Server).Create.func1" {
		t.Errorf("y copied %q", got)
	}
}

func TestFlameGraph(t *testing.T) {
	p := told(t, 200, 32).press("2", "v", "v", "v", "v", "v")
	p.want("▸+all", " all  now 145.0 MiB  +83.6 MiB")
	p.press("down").want("▸+api.(*Server).Create.func1", " api.(*Server).Create.func1  now 76.0 MiB")
	for range 5 {
		if p.line("▸+http.(*conn).serve") == "" {
			p.press("right") // its neighbours, whatever their order
		}
	}
	p.want("▸+http.(*conn).serve", "now 55.5 MiB  +25.6 MiB")
	p.press("down", "down", "down", "enter").want("▸+http.HandlerFunc.ServeHTTP")
	p.wantNot("notify.(*Notifier)")
	p.press("esc").want("▏+http.(*ServeMux).ServeHTTP", "▸+http.HandlerFunc.ServeHTTP")
	p.press("up").want("▸+http.(*ServeMux).ServeHTTP")
	p.press("esc", "esc", "esc").want("▏+all", "▸+http.(*conn).serve")
	p.press("home").want("▸+all")
	// The mouse selects a box, and zooms on a second click.
	x, y := p.find("▏+http.serverHandler")
	p.click(x+3, y)
	p.want("▸+http.serverHandler.ServeHTTP")
	p.click(x+3, y)
	p.wantNot("notify.(*Notifier)")
	p.press("y")
	if got, want := p.clipboard(), "net/http.(*conn).serve\nnet/http.serverHandler.ServeHTTP"; got != want {
		t.Errorf("y copied %q, want %q", got, want)
	}
}

// find is the cell at which a text begins on the screen.
func (p *program) find(text string) (x, y int) {
	p.t.Helper()
	for y, l := range p.lines() {
		if before, _, ok := strings.Cut(l, text); ok {
			return ansi.StringWidth(before), y
		}
	}
	p.t.Fatalf("%q is not on the screen:\n%s", text, p.screen())
	return 0, 0
}

// clipboard is what the last command put there.
func (p *program) clipboard() string {
	p.t.Helper()
	if len(p.got) == 0 {
		p.t.Error("nothing was copied")
		return ""
	}
	// The message is Bubble Tea's own: a string by another name.
	msg := p.got[len(p.got)-1]
	want := tea.SetClipboard("")()
	if gotType, wantType := typeOf(msg), typeOf(want); gotType != wantType {
		p.t.Errorf("got a %s, want a %s", gotType, wantType)
	}
	return textOf(msg)
}

func TestCopy(t *testing.T) {
	for _, c := range []struct {
		to   string
		want string
	}{
		{"2 down", "bytes.Clone\n\t/usr/local/go/src/bytes/bytes.go:1422\nexample.com/orders/cache.(*Store).Put\n\t/home/dev/orders/cache/store.go:41\n"},
		{"2 down enter", "bytes.Clone\n\t/usr/local/go/src/bytes/bytes.go:1422\n"},
		{"3", "runtime.gopark\n\t/usr/local/go/src/runtime/proc.go:462\n"},
		{"3 enter", "runtime.gopark\n\t/usr/local/go/src/runtime/proc.go:462\n"},
		{"1", "LEAK 76 goroutines send on a channel that nobody receives from: notify.(*Notifier).Push notify.go:88"},
	} {
		p := told(t, 120, 32).press(strings.Fields(c.to)...).press("y")
		if got := p.clipboard(); !strings.HasPrefix(got, c.want) {
			t.Errorf("y after %s copied %q, want it to begin with %q", c.to, got, c.want)
		}
		p.want("copied")
	}
}

func TestSourceAndEditor(t *testing.T) {
	p := told(t, 120, 32)
	p.files.source["/home/dev/orders/cache/store.go"] = storeSource()
	p.press("2", "down", "enter").want("▸    41      s.entries[key] = bytes.Clone(value)", "func (s *Store) Put")
	p.press("up").want("source of bytes.go is not found here")
	p.press("down", "S")
	if want := []string{"/home/dev/orders/cache/store.go:41"}; !slices.Equal(p.files.edited, want) {
		t.Errorf("S opened %v, want %v", p.files.edited, want)
	}
	p.files.noEdit = errNoEditor
	p.press("S").want("no editor: neither VISUAL nor EDITOR is set")
}

func TestSnapshotNowAndInterval(t *testing.T) {
	p := told(t, 120, 32)
	p.press("s").want("snapshot requested")
	p.press("+").want("a snapshot every 30s")
	p.press("-", "-").want("a snapshot every 10s")
	p.press("-", "-", "-", "-", "-").want("a snapshot every 1s")
	want := []string{"snapshot", "every 30s", "every 15s", "every 10s", "every 5s", "every 2s", "every 1s"}
	if got := p.sampler.asked[:7]; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	for _, asked := range p.sampler.asked[7:] {
		if asked != "every 1s" {
			t.Errorf("at the shortest interval - asks for %q", asked)
		}
	}
	// Before the source has said its pace there is nothing to go up or down from.
	p = newProgram(t)
	p.resize(120, 32)
	p.press("-")
	if slices.Contains(p.sampler.asked, "every 0s") {
		t.Error("- before the first schedule asks for a snapshot every 0s")
	}
}

func TestPause(t *testing.T) {
	for _, to := range []string{"1", "2", "3", "4", "5"} {
		p := told(t, 120, 32).press(to, "space")
		p.want("‖ paused", "paused: nothing is asked")
		if strings.Contains(p.header(), "live") {
			t.Errorf("the header says that it is live: %s", p.header())
		}
		p.press("space").wantNot("paused")
		if want := []string{"paused true", "paused false"}; !slices.Equal(p.sampler.asked, want) {
			t.Errorf("asked for %q, want %q", p.sampler.asked, want)
		}
	}
	// The source's word holds, whoever paused it.
	p := told(t, 120, 32)
	p.tell(p.story.scheduled(storyEnd, true))
	p.want("‖ paused")
	p.press("space")
	if want := []string{"paused false"}; !slices.Equal(p.sampler.asked, want) {
		t.Errorf("asked for %q, want %q", p.sampler.asked, want)
	}
}
