package tui

import (
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

func TestHandlers(t *testing.T) {
	p := told(t, 160, 32).press("4")
	p.want("by request handler", "base #1 12:00:00 → #8", "in 4 handlers and other", "goroutines 45 → 121  +76")
	for handler, want := range map[string][]string{
		"api.(*Server).Create": {"+73.5 MiB", "121.5 MiB", "7.2 MiB/s", "76", "+56", "LEAK", " 2  ", "create.go:69"},
		"api.(*Server).Show":   {"+8.0 MiB", "266.7 KiB/s", "PLATEAU"},
		" /orders":             {"21", "+14"},
	} {
		for _, text := range want {
			if line := p.line(handler); !strings.Contains(line, text) {
				t.Errorf("%s lacks %q: %q", handler, text, line)
			}
		}
	}
	// What belongs to none is the last, however much it grew.
	lines := p.lines()
	last := ""
	for _, l := range lines[bodyTop+handlersTop+1 : len(lines)-1] {
		if strings.TrimSpace(l) != "" {
			last = l
		}
	}
	if !strings.Contains(last, "other") || !strings.Contains(last, "GROWING") {
		t.Errorf("the last row is %q", last)
	}
	p.press("/").enter("show").press("enter").want("shown 1 (filter show)").wantNot("Create")
	p.press("y")
	if got := p.clipboard(); got != "example.com/orders/api.(*Server).Show show.go:17" {
		t.Errorf("y copied %q", got)
	}
}

// The rows add up to what the other screens show.
func TestHandlersAddUp(t *testing.T) {
	p := told(t, 120, 32)
	a := p.free()
	var kept, routines int64
	for _, r := range a.byHandler() {
		kept, routines = kept+r.Kept.Delta, routines+r.Goroutines.After
	}
	heap, goroutines := a.compare(snapshot.Heap), a.compare(snapshot.Goroutine)
	if want := heap.Total(heap.Columns().LiveBytes).Delta; kept != want {
		t.Errorf("the handlers keep %d more, the heap holds %d more", kept, want)
	}
	if want := goroutines.Total(0).After; routines != want {
		t.Errorf("the handlers have %d goroutines of %d", routines, want)
	}
	var byColumn, byGroup int64
	for _, r := range a.heapByHandler(heap, heap.Columns().LiveBytes) {
		byColumn += r.Flat.Delta
	}
	for _, part := range a.groupsByHandler(a.groups()) {
		byGroup += part.After
	}
	if byColumn != kept || byGroup != routines {
		t.Errorf("by handler the heap adds up to %d and the goroutines to %d, want %d and %d", byColumn, byGroup, kept, routines)
	}
}

func TestHandlerDetail(t *testing.T) {
	p := told(t, 160, 32).press("4", "enter")
	p.want("api.(*Server).Create   net/http   create.go:69", "+42.0 MiB/min", "121.5 MiB kept", "allocates 7.2 MiB/s",
		"Findings", "76 goroutines send", "Heap  what was allocated under it", "api.decode", "6.5 MiB/s", "Goroutines  that serve it", "76 goroutines, chan send")
	p.wantNot("lru.(*Cache).Add")
	p.press("enter").want("97% sure")
	p.press("esc", "down", "down", "enter").want("inuse_space of this stack", "notify.(*Notifier).encode")
	p.press("esc", "G", "enter").want("76 goroutines, chan send", "entered at")
	p.press("esc", "esc").want("▸4 Handlers", "in 4 handlers")
	// Labels part the goroutines of one group.
	p.press("/").enter("^/orders").press("enter", "enter").want("21 goroutines, chan receive", "+14").wantNot("31 goroutines")
	// What is left.
	p = told(t, 120, 32).press("4", "G", "enter").want("what no known framework called", "GROWING", "catalog.init")
	p.wantNot("cache.(*Store).Put")
}

// Both tables by handler lead to its page.
func TestByHandler(t *testing.T) {
	p := told(t, 120, 32).press("2", "v", "v", "v").want("+73.5 MiB", "api.(*Server).Create")
	p.press("m", "m").want("allocated bytes (alloc_space) · by handler", "api.(*Server).Show")
	p.press("p").want("own code only").wantNot(" other")
	p.press("enter").want("net/http   create.go:69")
	p = told(t, 120, 32).press("3", "v", "v").want("/orders", "+56", "other")
	p.press("enter").want("net/http   create.go:69")
}

// A page stays open while its handler is gone from what is compared.
func TestHandlerThatIsGone(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(p.story.between(1, 2, nothing)...)
	p.press("5", "down", "B", "4", "enter").want("api.(*Server).Create   net/http")
	for seq := 3; seq <= 4; seq++ {
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
			s.Heap = heapProfile(p.story.table, objects(initStack, 8<<20, 1, 1))
			s.Goroutines = goroutineProfile(p.story.table, goroutines(1, acceptStack, ""))
		}))
	}
	p.want("api.(*Server).Create   net/http", "have nothing of it")
}

// A finding that belongs to no handler counts to the rest, one about the
// process to none.
func TestFindingsOfHandlers(t *testing.T) {
	p := told(t, 120, 32)
	p.judge.result.Findings = append(p.judge.result.Findings, leak.Finding{ID: "rss", Kind: leak.ProcessKind, Verdict: leak.Growing})
	p.tell(p.story.taken(9))
	count := 0
	for _, r := range p.free().byHandler() {
		count += len(p.data.verdicts.ofHandler(r.Handler))
	}
	if want := len(p.judge.result.Findings) - 1; count != want {
		t.Errorf("%d findings at the handlers, want %d", count, want)
	}
}
