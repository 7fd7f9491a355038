package tui

import (
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// counting is the story of a process whose threads and descriptors are known, or one
// of the two.
func counting(s *story, figures ...snapshot.Vital) []snapshot.Event {
	events := s.whole()
	var out []snapshot.Event
	n := int64(0)
	for _, e := range events {
		if v, ok := e.(snapshot.VitalsTaken); ok {
			n++
			for _, figure := range figures {
				v.Vitals.Set(figure, 10*int64(figure)+n)
			}
			e = v
		}
		out = append(out, e)
	}
	return out
}

func TestCountsOfTheOverview(t *testing.T) {
	for _, size := range sizes() {
		p := newProgram(t)
		p.resize(size[0], size[1])
		p.tell(counting(p.story, snapshot.Threads, snapshot.OpenFDs)...)
		p.want("━ goroutines 12").wantNot("━ threads")
		p.press("c").want("━ threads 2").wantNot("━ goroutines")
		p.press("c").want("━ open ").wantNot("━ threads")
		p.press("c").want("━ goroutines 12")
	}
}

// What no source tells is passed over, and where it is all of it a line says so.
func TestCountsThatAreUnknown(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(counting(p.story, snapshot.OpenFDs)...)
	p.want("c file descriptors").press("c").want("File descriptors").press("c").want("Goroutines")
	p = newProgram(t)
	p.resize(120, 32)
	p.tell(p.story.whole()...)
	p.wantNot("c threads").press("c").want("no source reports threads or file descriptors", "Goroutines")
}

// A finding about the whole process is drawn with the curve that it is about.
func TestProcessFindingHasItsCurve(t *testing.T) {
	for _, c := range []struct {
		check leak.Check
		unit  leak.Unit
		want  string
	}{
		{leak.DescriptorLeak, leak.Descriptors, "File descriptors"},
		{leak.ThreadLeak, leak.Threads, "Threads"},
		{leak.OffHeap, leak.Bytes, "Memory"},
	} {
		p := newProgram(t)
		p.resize(120, 32)
		p.judge.result = leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{{
			ID: "process", Kind: leak.ProcessKind, Check: c.check, Verdict: leak.Leak, Confidence: 0.8,
			Claim: leak.Fact{Kind: leak.FactKind(c.check)}.With("now", 70, c.unit), Unit: c.unit,
		}}}
		p.tell(counting(p.story, snapshot.Threads, snapshot.OpenFDs)...)
		p.press("enter").want(c.want)
	}
}
