package tui

import (
	"math"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

func inf() float64 { return math.Inf(1) }

func TestFindingDetail(t *testing.T) {
	p := told(t, 120, 32).press("enter")
	p.want("LEAK  76 goroutines send on a channel that nobody receives from", "97% sure", "+32.0/min (31.4 – 32.6)",
		"holds about 76.0 MiB, 1.0 MiB each", "stack 1 of 3", "▸ notify.(*Notifier).Push",
		"Holds    notify.(*Notifier).encode", "Why      56 more in 1m45s, from 20 to 76",
		"Repair   Give the send a way out", "Recheck  watch for longer")
	// Its stacks, then what hangs together with it.
	p.press("n").want("stack 2 of 3", "notify.(*Notifier).retry")
	p.press("n").want("stack 3 of 3: heap held with it", "notify.(*Notifier).encode", "heap held with it 76.0 MiB")
	p.press("n").want("stack 1 of 3")
	// The other screens know it as a row of theirs, and the way back is short.
	p.press("f").want("76 goroutines, chan send", "entered at")
	p.press("esc").want("97% sure")
	p.press("N", "f").want("inuse_space of this stack")
	p.press("esc", "esc").want("Findings")
	// The kept state.
	p.press("down", "enter").want("+10.0 MiB/min (9.7 – 10.3)", "42.5 MiB in 680 objects now", "bytes kept 42.5 MiB").wantNot("stack 1 of")
	p.press("y")
	if got := p.clipboard(); !strings.HasPrefix(got, "bytes.Clone\n") {
		t.Errorf("y copied %q", got)
	}
	p.press("S")
	if want := []string{"/home/dev/orders/cache/store.go:41"}; !slices.Equal(p.files.edited, want) {
		t.Errorf("S opened %v, want %v", p.files.edited, want)
	}
}

// What does not fit on the page can be read whole in every window.
func TestFindingInWords(t *testing.T) {
	for _, size := range sizes() {
		p := told(t, size[0], size[1])
		f := &p.judge.result.Findings[0]
		f.Facts = append(f.Facts, leak.Fact{Kind: leak.LabelledByHandler, Handlers: []string{"the last word"}})
		p.tell(p.story.taken(9))
		p.press("enter", "enter")
		var seen strings.Builder
		for range 12 {
			seen.WriteString(p.screen())
			p.press("down", "down", "down")
		}
		for _, text := range []string{"97%", "the last word", "result.", "may yet level off"} {
			if !strings.Contains(seen.String(), text) {
				t.Errorf("at %v nobody can read %q", size, text)
			}
		}
		p.press("x").want("97% sure") // the page is still there
	}
}

// A finding may end while it is read: the page says so and stays.
func TestFindingThatIsNoMore(t *testing.T) {
	p := told(t, 120, 32).press("enter")
	p.judge.result.Findings = p.judge.result.Findings[1:]
	p.tell(p.story.taken(9))
	p.want("not found any more", "76 goroutines send")
	// It grows while it is read: the page follows.
	p = told(t, 120, 32).press("enter")
	p.judge.result.Findings = slices.Clone(p.judge.result.Findings)
	p.judge.result.Findings[0].Claim = sends(84)
	p.tell(p.story.taken(9))
	p.want("84 goroutines send").wantNot("not found any more")
}

// A finding about the process has no stack to show.
func TestFindingAboutTheProcess(t *testing.T) {
	for _, size := range sizes() {
		p := newProgram(t)
		p.judge.result = leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{{
			ID: "rss", Kind: leak.ProcessKind, Check: leak.OffHeap, Verdict: leak.Leak, Confidence: 0.8,
			Claim: leak.Fact{Kind: leak.FactKind(leak.OffHeap)}.With("now", 187<<20, leak.Bytes), Unit: leak.Bytes,
			Now: leak.Amounts{Bytes: snapshot.Known(187 << 20)}, Facts: []leak.Fact{leak.Fact{Kind: leak.LastHalfShare}.With("share", 0.4, leak.Ratio)},
			Remedy: "Look at what cgo allocates.",
		}}}
		p.resize(size[0], size[1])
		p.tell(p.story.whole()...)
		p.want("the process")
		p.press("enter").want("live heap 145.0 MiB", "40 % of that growth came in the second half of", "Look at what cgo")
		for _, key := range strings.Fields("n N f y S down up left right enter esc") {
			p.press(key)
			p.screen()
		}
	}
}

// No verdict is certain but what the runtime proves.
func TestSureness(t *testing.T) {
	for _, c := range []struct {
		verdict    leak.Verdict
		confidence float64
		want       string
	}{
		{leak.Leak, 0.974, "97% sure"},
		{leak.Leak, 0.999, "99% sure"},
		{leak.Proven, 1, "100% sure"},
		{leak.Plateau, 0, ""},
	} {
		if got := sureText(&leak.Finding{Verdict: c.verdict, Confidence: c.confidence}); got != c.want {
			t.Errorf("%s at %v reads %q, want %q", c.verdict, c.confidence, got, c.want)
		}
	}
}

// What the summary says is not said again below it: how many they are, and how
// much each holds.
func TestFindingSaysThingsOnce(t *testing.T) {
	p := told(t, 120, 32)
	p.judge.result.Findings[0].Claim = sends(76).With("holds-each", 1<<20, leak.Bytes)
	p.tell(p.story.taken(9))
	screen := p.press("enter").screen()
	for _, text := range []string{"76 goroutines", "1.0 MiB each", "76.0 MiB"} {
		if n := strings.Count(screen, text); n != 1 {
			t.Errorf("%q is said %d times:\n%s", text, n, screen)
		}
	}
	p.judge.result.Findings[0].Claim = leak.Fact{Kind: leak.LevelledOff}
	p.tell(p.story.taken(10))
	p.want("76 goroutines now", "holds about 76.0 MiB, 1.0 MiB each")
}

// sends is the claim of some goroutines that send.
func sends(n float64) leak.Fact {
	return leak.Fact{Kind: leak.FactKind(leak.BlockedSend)}.With("now", n, leak.Goroutines)
}

// What is read for a page ends when it is left, whichever way.
func TestLeavingAPageEndsItsReading(t *testing.T) {
	for _, leave := range []string{"esc", "2", "tab"} {
		p := told(t, 120, 32).press("down", "enter", "down", "up", "down")
		if len(p.files.reads) == 0 {
			t.Fatal("no source was asked for")
		}
		for _, ctx := range p.files.reads {
			if ctx.Err() != nil {
				t.Error("the reading ended before the page was left")
			}
		}
		p.press(leave)
		for _, ctx := range p.files.reads {
			if ctx.Err() == nil {
				t.Errorf("the reading goes on after %s", leave)
			}
		}
	}
}
