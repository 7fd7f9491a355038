package tui

import (
	"context"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
)

// judging has the judge see the events and judge them beside the update loop:
// either takes longer than a frame where there are many stacks.
type judging struct {
	// bench is what the running command has for itself.
	bench    judgeBench
	waiting  []snapshot.Event // that the judge has not seen yet, in order
	behind   int              // snapshots of them
	held     bool             // no events are listened for until the judge is back
	running  bool
	late     bool // it takes longer than a frame or two
	number   int  // of the command
	done     context.CancelFunc
	restarts int // that were handed over
}

// judgeBench is all that sees every event in order.
type judgeBench struct {
	judge    Judge
	ages     *diff.Ages
	seq      int // number of the newest snapshot that was seen
	restarts int
	down     bool // the target gave no answer, the last time it was asked
	// stuck are the groups of goroutines of the run that were found to be so.
	stuck map[diff.GroupKey]bool
}

// judgedMsg brings a judgement, or only the judge back.
type judgedMsg struct {
	verdicts *verdicts // nil where nothing has changed
	restarts int       // that the judge had seen
}

// lateJudgeMsg says that what the judge began a while ago may still last.
type lateJudgeMsg struct{ number int }

// mostBehind is how many snapshots wait for the judge until no more are taken: a
// recorded run is read faster than it is judged, and is not to be in memory as a whole.
const mostBehind = 16

// see notes an event for the judge.
func (j *judging) see(e snapshot.Event) {
	j.waiting = append(j.waiting, e)
	switch e.(type) {
	case snapshot.Restarted:
		j.restarts++
	case snapshot.Taken:
		j.behind++
	}
}

// judge hands over the events that the judge has not seen. While it is at work
// they wait, so that a slow judge is asked once for several snapshots.
func (m *Model) judge() tea.Cmd {
	j := &m.judging
	if j.running || len(j.waiting) == 0 {
		return nil
	}
	j.running, j.late = true, false
	j.number++
	events, bench, number := j.waiting, &j.bench, j.number
	ctx, done := context.WithCancel(m.cfg.Context)
	j.waiting, j.behind, j.done = nil, 0, done
	telling := func(id snapshot.StackID) snapshot.Frame { return tellingFrame(m.cfg.Table, m.cfg.Own, id) }
	judge := m.beside(func() tea.Msg {
		changed := false
		for _, e := range events {
			if ctx.Err() != nil {
				return nil
			}
			changed = bench.see(e) || changed
		}
		msg := judgedMsg{restarts: bench.restarts}
		if changed {
			msg.verdicts = bench.result(telling)
		}
		return msg
	})
	return tea.Batch(judge, m.beside(func() tea.Msg {
		if !wait(ctx, patience) {
			return nil
		}
		return lateJudgeMsg{number}
	}))
}

// see takes one event in, and reports whether it may change the judgement.
func (b *judgeBench) see(e snapshot.Event) bool {
	b.judge.Apply(e)
	switch e := e.(type) {
	case snapshot.Taken:
		b.ages.Observe(e.Snapshot)
		b.seq, b.down = e.Snapshot.Seq, false
	case snapshot.Restarted:
		b.restarts++
		b.stuck = nil
	case snapshot.Interrupted:
	case snapshot.Unreachable:
		began := !b.down
		b.down = true
		return began
	case snapshot.VitalsTaken, snapshot.Attached:
		ended := b.down
		b.down = false
		return ended
	default:
		return false
	}
	return true
}

// result is what is judged of all that was seen.
func (b *judgeBench) result(telling func(snapshot.StackID) snapshot.Frame) *verdicts {
	v := newVerdicts(b.judge.Result(), telling)
	v.seq, v.since, v.stuck = b.seq, b.ages.All(), b.stuckStacks(v.result)
	return v
}

// stuckStacks are the stacks of all goroutines that are stuck: of those that are
// PROVEN, a LEAK or STUCK, and of those that were and are a PLATEAU now, for that
// they become no more lets none of them go. They are found by their groups: the
// stacks of a finding are only those that its goroutines have now.
func (b *judgeBench) stuckStacks(r *leak.Result) []snapshot.StackID {
	stacks := make(map[snapshot.StackID]bool)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Kind != leak.GoroutineKind {
			continue
		}
		fails := f.Verdict.Fails()
		if fails {
			for _, id := range f.Stacks {
				stacks[id] = true
			}
		}
		for _, key := range f.Groups {
			if !fails && !(f.Verdict == leak.Plateau && b.stuck[key]) {
				continue
			}
			if b.stuck == nil {
				b.stuck = make(map[diff.GroupKey]bool)
			}
			b.stuck[key] = true
			for _, id := range b.ages.Stacks(key) {
				stacks[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(stacks))
}

// goOn listens for events again where the judge was waited for.
func (m *Model) goOn() tea.Cmd {
	if !m.judging.held {
		return nil
	}
	m.judging.held = false
	return m.listen()
}

// judged takes a judgement over, unless it is of a process that is no more.
func (m *Model) judged(msg judgedMsg) tea.Cmd {
	m.judging.done()
	m.judging.running, m.judging.late = false, false
	if msg.verdicts == nil || msg.restarts != m.judging.restarts {
		return nil
	}
	if m.data.verdicts == m.data.latest {
		m.data.verdicts = msg.verdicts
	}
	m.data.latest = msg.verdicts
	m.version++
	return m.raise()
}

// asOf says of which snapshot the judgement is where the newest one waits for
// its own, "" where it does not or not for long.
func (m *Model) asOf() string {
	newest := m.data.history.Newest()
	if !m.judging.late || newest == nil || m.data.latest.seq == newest.Seq {
		return ""
	}
	if m.data.latest.seq == 0 {
		return "judging #" + itoa(newest.Seq)
	}
	return "judging #" + itoa(newest.Seq) + ", findings as of #" + itoa(m.data.latest.seq)
}
