package tui

import (
	"reflect"
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
	p.data.judged()
	asked := p.judge.asked
	for range 3 {
		p.now = p.now.Add(time.Second)
		p.tell(snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)})
		p.press("2", "3", "1")
		p.data.judged()
	}
	if p.judge.asked != asked {
		t.Errorf("between two snapshots the judge was asked %d times", p.judge.asked-asked)
	}
	p.tell(p.story.taken(9))
	p.data.judged()
	if p.judge.asked != asked+1 {
		t.Errorf("after a snapshot the judge was asked %d times", p.judge.asked-asked)
	}
	p.tell(p.story.restarted(storySnapshots)...)
	p.data.judged()
	if p.judge.asked != asked+2 {
		t.Errorf("after a restart the judge was asked %d times", p.judge.asked-asked-1)
	}
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
		if f := p.data.verdictOf(intern(p.story.table, stack)); f != nil {
			got = f.ID
		}
		if got != want {
			t.Errorf("%s belongs to finding %q, want %q", stack, got, want)
		}
	}
}
