package tui

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
)

// recording is a file as the screens are told of it.
type recording struct {
	name  string
	state RecordedState
}

func (r *recording) Name() string         { return r.name }
func (r *recording) State() RecordedState { return r.state }

// replayed returns a program that was told the story from a file, and the
// state of that file.
func replayed(t *testing.T, width, height int) (*program, *recording) {
	t.Helper()
	s := newStory()
	path := filepath.Join(t.TempDir(), "run.leaktop")
	w, err := session.Create(path, session.Header{Started: noon, Every: storyEvery}, s.table, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.whole() {
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	table := snapshot.NewTable()
	r, err := session.Open(path, table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var events []snapshot.Event
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	p := &program{t: t, story: s, sampler: &sampler{}, judge: &judge{result: s.judged(t)}, files: newFiles(), now: storyEnd.Add(time.Hour)}
	file := &recording{name: "run.leaktop"}
	p.Model = New(Config{
		Context:  context.Background(),
		Table:    table,
		Recorded: file,
		Judge:    p.judge,
		Handlers: newFinder(t, table),
		Files:    p.files,
		Now:      func() time.Time { return p.now },
	})
	p.resize(width, height)
	p.tell(events...)
	p.send(endedMsg{})
	p.Model.notice = notice{}
	return p, file
}

// A recorded run shows what the live one did: all but the header, the footer and
// what is said of the file itself.
func TestReplayShowsTheSameScreens(t *testing.T) {
	for _, s := range scenes() {
		if strings.Contains(s.name, "help") || slices.Contains([]string{"snapshots", "filter", "filter with a fault", "exported"}, s.name) {
			continue // which name keys, or are of the file
		}
		t.Run(s.name, func(t *testing.T) {
			live := told(t, 120, 32)
			again, _ := replayed(t, 120, 32)
			for _, p := range []*program{live, again} {
				p.files.source["/home/dev/orders/cache/store.go"] = storeSource()
				p.press(s.keys...)
			}
			want, got := body(live), body(again)
			if got != want {
				t.Errorf("the recorded run shows\n%s\nthe live one showed\n%s", got, want)
			}
		})
	}
}

// body is the screen without its first line and its last one.
func body(p *program) string {
	lines := strings.Split(p.screen(), "\n")
	return strings.Join(lines[1:len(lines)-1], "\n")
}

func TestRecordedHeader(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		state RecordedState
		keys  []string
		want  string
	}{
		{"wide", 120, RecordedState{}, nil, "■ recorded 2026-03-01 12:00:00 – 12:01:45  #8"},
		{"narrow", 80, RecordedState{}, nil, "■ recorded 12:00:00 – 12:01:45  #8"},
		{"damaged", 120, RecordedState{Damage: "2 damaged records left out"}, nil, "■ recorded, damaged 2026-03-01"},
		{"in the past", 120, RecordedState{}, []string{"left", "left"}, "◂ as of 12:01:15, #6 of 8  (end on 1: newest)"},
		{"being written", 120, RecordedState{Followed: true}, nil, "● being recorded  #8"},
		{"being read", 120, RecordedState{Reading: true}, nil, "… reading  #8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, file := replayed(t, c.width, 32)
			file.state = c.state
			p.press(c.keys...)
			if head, _, _ := strings.Cut(p.screen(), "\n"); !strings.Contains(head, c.want) {
				t.Errorf("the header is %q, want %q in it", head, c.want)
			}
		})
	}
}

// What asks something of a target is neither offered nor done: there is no
// sampler, and a call of it would be a panic.
func TestRecordedRunAsksNothing(t *testing.T) {
	p, _ := replayed(t, 120, 32)
	for _, view := range []string{"1", "2", "3", "4", "5"} {
		p.press(view)
		lines := strings.Split(p.screen(), "\n")
		footer := lines[len(lines)-1]
		for _, word := range []string{"snapshot", "pause", "full dump"} {
			if strings.Contains(footer, word) {
				t.Errorf("screen %s offers %q: %q", view, word, footer)
			}
		}
		for _, key := range []string{"s", "space", "+", "-"} {
			p.press(key)
			p.want("nothing is asked of the target")
		}
		p.press("?")
		for _, line := range strings.Split(p.screen(), "\n") {
			if strings.Contains(line, "snapshot now") || strings.Contains(line, "time between snapshots") {
				t.Errorf("the help of screen %s offers %q", view, line)
			}
		}
		p.press("esc")
	}
	p.press("3", "D")
	p.want("nothing is asked of the target")
	p.press("enter", "D")
	p.want("nothing is asked of the target")
}

// Damage is said at once, until a key is pressed, and stays with the snapshots.
func TestRecordedDamageIsSaid(t *testing.T) {
	p, file := replayed(t, 120, 32)
	file.state.Damage = "2 damaged records left out"
	p.send(endedMsg{})
	p.want("run.leaktop: 2 damaged records left out")
	p.press("5", "4", "5")
	p.want("run.leaktop: 2 damaged records left out")
}

func TestEmptyRecording(t *testing.T) {
	p := newProgram(t)
	p.cfg.Recorded = &recording{name: "run.leaktop"}
	p.resize(120, 32)
	p.send(endedMsg{})
	p.want("■ recorded, no snapshot", "run.leaktop holds no complete snapshot")
}

func TestNotes(t *testing.T) {
	p := told(t, 120, 32)
	var written []snapshot.Noted
	p.cfg.Note = func(n snapshot.Noted) { written = append(written, n) }
	p.press("5", "down", "n")
	p.want(" note on #7: ")
	p.enter("after the deploy")
	p.press("enter")
	p.want("noted on #7")
	if len(written) != 1 || written[0].Seq != 7 || written[0].Text != "after the deploy" {
		t.Fatalf("written: %+v, want the note on #7", written)
	}
	p.tell(written[0]) // as it comes back from the session file
	p.want("after the deploy")

	p.press("P")
	p.tell(written[1])
	p.press("N")
	p.enter("quiet")
	p.press("enter")
	if n := written[2]; n.Text != "after the deploy" || !n.Pinned || n.Baseline != "quiet" {
		t.Errorf("written: %+v, want all that was said of #7", n)
	}
	p.tell(written[2])
	p.want("pinned · baseline quiet · after the deploy", "base")
	p.press("b", "A")
	p.want("Baselines", "#7  12:01:30  quiet  after the deploy")
	p.press("enter", "2")
	p.want("base #7")

	// On the Overview it is about the snapshot that is looked at.
	p.press("1", "left", "left", "n")
	p.want(" note on #5: ")
	p.press("esc")
	if len(written) != 3 {
		t.Errorf("a note that was left was written: %+v", written[3:])
	}
	p.press("e", "down", "down", "enter")
	found := false
	for name, text := range p.files.written {
		found = found || strings.HasSuffix(name, ".md") && strings.Contains(text, "#7: pinned · baseline quiet · after the deploy")
	}
	if !found {
		t.Errorf("no Markdown report with the note was written: %v", p.files.written)
	}
}

// Notes on a recorded run last until the end, and the file stays as it is.
func TestNotesOnARecordedRun(t *testing.T) {
	p, _ := replayed(t, 120, 32)
	p.press("5", "n")
	p.enter("here it starts")
	p.press("enter")
	p.want("noted on #8 (until you quit: a recorded run is not changed)", "here it starts")
}

// Where an earlier snapshot is looked at, a judge that saw no more than what was
// known then says what leaks.
func TestLookBackIsJudgedAsOfThen(t *testing.T) {
	p := newProgram(t)
	p.judge.result = p.story.judged(t)
	var past []*judge
	p.cfg.NewJudge = func() Judge {
		j := &judge{result: tooLittle()}
		past = append(past, j)
		return j
	}
	p.resize(120, 32)
	p.tell(p.story.whole()...)
	p.press("left", "left", "left")
	p.want("#5 of 8", "NOT CLEAR YET").wantNot("as of #8")
	told := past[len(past)-1].told
	last, ok := told[len(told)-1].(snapshot.Taken)
	if !ok || last.Snapshot.Seq != 5 || last.Snapshot.Heap == nil || last.Snapshot.Goroutines == nil {
		t.Fatalf("the last thing that it was told is %+v, want #5 whole", told[len(told)-1])
	}
	points := 0
	for _, e := range told {
		if v, ok := e.(snapshot.VitalsTaken); ok {
			points++
			if v.Vitals.Time.After(last.Snapshot.Time) {
				t.Errorf("it was told of %s, after #5", v.Vitals.Time)
			}
		}
	}
	if points == 0 {
		t.Error("it was told nothing of the curves")
	}
	made := len(past)
	p.tell(p.story.taken(9)) // which changes nothing about then
	p.want("#5 of 9", "NOT CLEAR YET")
	if len(past) != made {
		t.Error("what was judged of #5 was judged anew")
	}
	p.press("end")
	p.want("● live").wantNot("NOT CLEAR YET")
}

// A look back has the whole run told again, where it can be: what is kept of it in
// memory has gaps. Where it cannot, a judge that has seen nothing of it sees those.
func TestLookBackSeesTheWholeRun(t *testing.T) {
	for _, whole := range []bool{true, false} {
		p := newProgram(t)
		p.judge.result = p.story.judged(t)
		var past []*judge
		p.cfg.NewJudge = func() Judge {
			past = append(past, &judge{result: tooLittle()})
			return past[len(past)-1]
		}
		mark := snapshot.Warned{Text: "from the file"}
		p.cfg.Replay = func(_ context.Context, seq int, yield func(snapshot.Event)) bool {
			yield(mark)
			if seq != 7 {
				t.Errorf("the run is told up to #%d, want #7", seq)
			}
			if whole {
				yield(p.story.taken(7))
			}
			return whole
		}
		p.resize(120, 32)
		p.tell(p.story.whole()...)
		p.press("left")
		p.want("#7 of 8", "NOT CLEAR YET")
		told := past[len(past)-1].told
		last, ok := told[len(told)-1].(snapshot.Taken)
		if !ok || last.Snapshot.Seq != 7 || (told[0] == snapshot.Event(mark)) != whole || whole && len(told) != 2 {
			t.Errorf("with a file that has it (%v) the judge was told %d events, the last of them %+v", whole, len(told), told[len(told)-1])
		}
	}
}

// A base from a file is what all is compared with, until the user chooses another.
func TestBaseFromAFile(t *testing.T) {
	p := newProgram(t)
	base := *p.story.taken(1).(snapshot.Taken).Snapshot
	base.Goroutines = nil
	p.cfg.Base = &Base{Name: "before.pb.gz", Snapshot: &base}
	p.Model = New(p.cfg)
	p.resize(120, 32)
	p.tell(p.story.whole()...)
	p.press("2")
	p.want("base before.pb.gz 12:00:00 → #8")
	p.press("3") // which the file does not have
	p.want("base #1 12:00:00 → #8")
	p.press("b", "2")
	p.want("base #8")
	p.press("5", "B", "B")
	p.want("the base is before.pb.gz again")
	p.press("e")
	p.want("before.pb.gz → #8")
}
