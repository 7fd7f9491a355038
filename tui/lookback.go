package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// lookback has the run judged as it was at an earlier snapshot, while that is
// looked at: by a judge of its own that sees what was known then.
type lookback struct {
	seq    int // of the snapshot, 0 for the newest
	number int // of the command that is under way: results of another one are dropped
	stop   context.CancelFunc
}

// lookedBackMsg brings what was judged of an earlier snapshot.
type lookedBackMsg struct {
	number   int
	verdicts *verdicts
}

// lookBack follows the cursor. Until the earlier snapshot is judged, findings are
// those of the newest one, and the screens say so.
func (m *Model) lookBack() tea.Cmd {
	l, seq := &m.looking, 0
	if m.data.past() && m.cfg.NewJudge != nil {
		seq = m.data.Current().Seq
	}
	if seq == l.seq {
		return nil
	}
	if l.stop != nil {
		l.stop()
	}
	l.seq, l.stop = seq, nil
	l.number++
	if m.data.verdicts != m.data.latest {
		m.data.verdicts = m.data.latest
		m.version++
	}
	if seq == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(m.cfg.Context)
	l.stop = stop
	history, number, at := m.data.history.Freeze(nil), l.number, m.data.Current()
	vitals := slices.Clone(m.data.history.Vitals())
	telling := func(id snapshot.StackID) snapshot.Frame { return tellingFrame(m.cfg.Table, m.cfg.Own, id) }
	return m.beside(func() tea.Msg {
		newBench := func() judgeBench {
			return judgeBench{judge: m.cfg.NewJudge(), ages: diff.NewAges(m.cfg.Table)}
		}
		bench := newBench()
		whole := m.cfg.Replay != nil && m.cfg.Replay(ctx, seq, func(e snapshot.Event) { bench.see(e) })
		if !whole && ctx.Err() == nil {
			bench = newBench() // which has seen nothing of it
			history.Until(at, vitals, func(e snapshot.Event) bool {
				bench.see(e)
				return ctx.Err() == nil
			})
		}
		if ctx.Err() != nil {
			return nil
		}
		return lookedBackMsg{number, bench.result(telling)}
	})
}

// lookedBack takes over what was judged of an earlier snapshot, unless another
// one is looked at by now.
func (m *Model) lookedBack(msg lookedBackMsg) {
	if msg.number != m.looking.number {
		return
	}
	m.data.verdicts = msg.verdicts
	m.version++
}

// asJudged says of which snapshot the findings are, where that is not the one that
// is looked at; "" where it is.
func (d *data) asJudged() string {
	current, newest := d.Current(), d.history.Newest()
	switch {
	case current == nil || d.verdicts.seq == current.Seq || !d.past():
		return ""
	case d.verdicts.seq == newest.Seq:
		return "as of #" + itoa(newest.Seq) + ", the newest"
	}
	return "as of #" + itoa(d.verdicts.seq)
}
