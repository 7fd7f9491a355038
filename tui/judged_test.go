package tui

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// The judge sees all that happened, and is asked again only where that may
// change its mind: asking costs more than drawing.
func TestTheJudgeIsAskedOnceASnapshot(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	events := p.story.whole()
	p.tell(events...)
	if !reflect.DeepEqual(p.judge.told, events) {
		t.Errorf("the judge was told %d events of %d, or others", len(p.judge.told), len(events))
	}
	asked := p.judge.asked
	for range 3 {
		p.now = p.now.Add(time.Second)
		p.tell(snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)})
		p.press("2", "3", "1")
	}
	if p.judge.asked != asked {
		t.Errorf("between two snapshots the judge was asked %d times", p.judge.asked-asked)
	}
	p.tell(p.story.taken(9))
	if p.judge.asked != asked+1 {
		t.Errorf("after a snapshot the judge was asked %d times", p.judge.asked-asked)
	}
	p.restart(storySnapshots)
	if p.judge.asked != asked+2 {
		t.Errorf("after a restart the judge was asked %d times", p.judge.asked-asked-1)
	}
}

// It is asked again when the target begins to give no answer, and when it does
// again; and at the end of a run that was interrupted.
func TestTheJudgeIsAskedOnceAnOutage(t *testing.T) {
	p := told(t, 120, 32)
	down := snapshot.Unreachable{Since: p.now, Reason: "refused"}
	back := snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)}
	for i, c := range []struct {
		event snapshot.Event
		asks  int
	}{{down, 1}, {down, 0}, {back, 1}, {back, 0}, {down, 1}, {p.story.taken(9), 1}, {back, 0}, {snapshot.Interrupted{}, 1}} {
		asked := p.judge.asked
		p.tell(c.event)
		if got := p.judge.asked - asked; got != c.asks {
			t.Errorf("event %d, %T: the judge is asked %d times, want %d", i, c.event, got, c.asks)
		}
	}
}

// While the target gives no answer, what was found is told as of then. That too
// little is known is so now.
func TestVerdictInAnOutage(t *testing.T) {
	p := told(t, 120, 32)
	p.tell(snapshot.Unreachable{Since: p.now, Reason: "refused"})
	p.want("as it was", "LEAK")
	p.judge.result = tooLittle()
	p.tell(p.story.taken(9), snapshot.Unreachable{Since: p.now, Reason: "refused"})
	p.want("NOT CLEAR YET").wantNot("as it was")
}

// A stack may belong to several findings: the worst one speaks for it, and one
// that is about it before one that only hangs together with it.
func TestFindingOfARow(t *testing.T) {
	p := told(t, 120, 32)
	r := &p.judge.result
	shared := intern(p.story.table, decodeStack)
	r.Findings = []leak.Finding{
		{ID: "a", Verdict: leak.Leak, Related: []leak.Related{{Kind: leak.HeapKind, Stack: shared}}},
		{ID: "b", Verdict: leak.Stuck, Stacks: []snapshot.StackID{shared}},
		{ID: "c", Verdict: leak.Growing, Stacks: []snapshot.StackID{shared, intern(p.story.table, putStack)}},
	}
	p.tell(p.story.taken(9))
	for stack, want := range map[string]string{decodeStack: "b", putStack: "c", addStack: ""} {
		got := ""
		if f := p.data.verdicts.ofStack(intern(p.story.table, stack)); f != nil {
			got = f.ID
		}
		if got != want {
			t.Errorf("%s belongs to finding %q, want %q", stack, got, want)
		}
	}
}

// Rows say which finding they belong to, in every grouping that has a word for it.
func TestVerdictsOfRows(t *testing.T) {
	for _, c := range []struct{ to, row, want string }{
		{"2", "notify.(*Notifier).encode", "LEAK"}, // what a stuck group holds
		{"2", "cache.(*Store).Put", "LEAK"},
		{"2", "lru.(*Cache).Add", "PLATEAU"},
		{"2 v", "cache.(*Store).Put", "LEAK"},
		{"2 v", "notify.(*Notifier).encode", "LEAK"},
		{"2 v v", "example.com/orders/cache", "LEAK"},
		{"2 v v v", "api.(*Server).Create", "LEAK"},
		{"3", "notify.(*Notifier).Push", "LEAK"},
		{"3", "worker.(*Pool).next", "GROWING"},
		{"3 v v", "  other", "GROWING"},
		{"4", "api.(*Server).Show", "PLATEAU"},
	} {
		p := told(t, 200, 50).press(strings.Fields(c.to)...)
		if line := p.line(c.row); !strings.Contains(line, c.want) {
			t.Errorf("screen %s: %q, want it to say %s", c.to, line, c.want)
		}
	}
	p := told(t, 120, 32).press("2")
	if line := p.line("report.(*Builder)"); strings.Contains(line, "LEAK") || strings.Contains(line, "GROWING") {
		t.Errorf("nothing is judged of %q", line)
	}
}

func TestFindingsOnly(t *testing.T) {
	p := told(t, 120, 32).press("2", "w").want("shown 3", "findings only", "cache.(*Store).Put").wantNot("api.decode")
	p.press("v").want("findings only", "notify.(*Notifier).Push").wantNot("runtime.malg")
	p.press("v", "v").want("api.(*Server).Create", "other") // where the queue is
	p.press("v", "v", "v", "w").want("api.decode").wantNot("findings only")
	p.press("3", "w").want("shown 2 groups with 107 (findings only)").wantNot("http.(*Server).Serve")
	p.press("v").want("chan send", "chan receive").wantNot("IO wait")
	p.press("w").want("IO wait")
}

// From a row to its finding and back, without going ever deeper.
func TestFromARowToItsFinding(t *testing.T) {
	for _, to := range []string{"2 enter", "3 enter"} {
		p := told(t, 120, 32).press(strings.Fields(to)...)
		p.want("LEAK  76 goroutines send on a channel that nobody receives from", "f opens the finding", "f finding")
		for range 3 {
			p.press("f").want("97% sure")
			if to == "2 enter" {
				p.press("N") // the heap that it holds
			}
			p.press("f").want("f opens the finding")
		}
		p.press("esc").wantNot("stack, leaf first")
	}
	told(t, 120, 32).press("2", "down", "down", "down", "enter").want("report.(*Builder).Page").wantNot("f finding").press("f")
}
