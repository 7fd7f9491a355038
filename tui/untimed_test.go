package tui

import (
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// still returns a program on a file that holds one snapshot, beside one from
// another file where change says of when that is.
func still(t *testing.T, at time.Time, base *time.Time) *program {
	t.Helper()
	p := newProgram(t)
	p.cfg.Recorded = &recording{name: "dump.txt"}
	shot := *p.story.taken(8).(snapshot.Taken).Snapshot
	shot.Seq, shot.Time, shot.Vitals.Time = 1, at, at
	if base != nil {
		before := *p.story.taken(1).(snapshot.Taken).Snapshot
		before.Time = *base
		p.cfg.Base = &Base{Name: "before.txt", Snapshot: &before}
	}
	p.judge.result = leak.Result{Outcome: leak.Inconclusive, Reason: "there was no heap profile"}
	p.Model = New(p.cfg)
	p.resize(120, 32)
	p.tell(snapshot.Attached{Info: snapshot.Info{Name: "dump.txt"}}, snapshot.VitalsTaken{Vitals: shot.Vitals}, snapshot.Taken{Snapshot: &shot})
	p.send(endedMsg{})
	p.Model.notice = notice{}
	return p
}

// Where a file does not say when it was taken, no screen tells a time: not the
// year 1, no clock below a curve, no rate, and no span.
func TestTimeUnknown(t *testing.T) {
	none := time.Time{}
	for name, p := range map[string]*program{
		"alone":                       still(t, none, nil),
		"with a base":                 still(t, none, &none),
		"with a base of a known time": still(t, none, &noonBefore),
	} {
		t.Run(name, func(t *testing.T) {
			p.want("■ recorded, time unknown")
			for _, keys := range [][]string{{"1"}, {"2"}, {"2", "enter"}, {"3"}, {"3", "enter"}, {"4"}, {"5"}} {
				p.press("esc", "esc")
				p.press(keys...)
				p.wantNot("0001", "00:00:00", ", 0s", "22:4", "/min")
			}
		})
	}
	p := still(t, none, &none)
	p.press("2").want("base before.txt → #1 · time unknown")
	p.press("3").want("base before.txt → #1 · time unknown").wantNot("same snapshot")
	p.press("2", "enter").want("since before.txt, time unknown")
	p = still(t, none, &noonBefore)
	p.press("2").want("base before.txt 11:00:00 → #1 – · time unknown")
	p = still(t, noon, nil)
	p.want("■ recorded 2026-03-01 12:00:00", "12:00")
	p.press("2").want("same snapshot")
}

var noonBefore = noon.Add(-time.Hour)

// Two files of one time are two snapshots.
func TestTwoFilesOfOneTime(t *testing.T) {
	p := still(t, noon, &noon)
	for _, key := range []string{"2", "3"} {
		p.press(key).want("base before.txt 12:00:00 → #1 12:00:00 · same time").wantNot("same snapshot")
	}
}

// What hangs shows in one snapshot, and its verdict is the first thing said.
func TestVerdictOnOneSnapshot(t *testing.T) {
	p := still(t, time.Time{}, nil)
	p.want("one snapshot · a second one shows what changes")
	p.judge.result = p.story.judged(t)
	p.tell(snapshot.VitalsTaken{})
	shot := *p.story.taken(8).(snapshot.Taken).Snapshot
	shot.Seq, shot.Time, shot.Vitals.Time = 1, time.Time{}, time.Time{}
	p.Model = New(p.cfg)
	p.resize(120, 32)
	p.tell(snapshot.Attached{}, snapshot.VitalsTaken{Vitals: shot.Vitals}, snapshot.Taken{Snapshot: &shot})
	p.send(endedMsg{})
	if line := strings.TrimSpace(p.lines()[3]); !strings.HasPrefix(line, "LEAK") && !strings.HasPrefix(line, "STUCK") {
		t.Errorf("the verdict is %q", line)
	}
}

// What is exported of a file with one snapshot is that snapshot, and no difference.
func TestExportOfOneSnapshot(t *testing.T) {
	for _, at := range []time.Time{{}, noon} {
		p := still(t, at, nil)
		run := p.Model.exportRun()()
		if !run.Alone || run.Current.Name != "dump.txt" || run.Heap == nil || run.Heap.Base != nil {
			t.Errorf("it is alone: %v; its name %q", run.Alone, run.Current.Name)
		}
		if n := len(run.Curves.Points); at.IsZero() != (n == 0) {
			t.Errorf("the curves of a file of %v have %d points", at, n)
		}
		if stem := p.Model.exportStem("x"); strings.Contains(stem, "0001") {
			t.Errorf("the file is proposed as %q", stem)
		}
	}
	p := still(t, noon, &noon)
	if run := p.Model.exportRun()(); run.Alone || run.Base.Name != "before.txt" {
		t.Errorf("with a base it is alone: %v, beside %q", run.Alone, run.Base.Name)
	}
}
