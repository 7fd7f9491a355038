package session

import (
	"maps"
	"slices"
	"time"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// encode returns the record of an event that holds no snapshot; false for one
// that a replay does without.
func encode(e snapshot.Event) (kind, payload, bool) {
	var p payload
	switch e := e.(type) {
	case snapshot.Attached:
		p.info(e.Info)
		return kindAttached, p, true
	case snapshot.VitalsTaken:
		p.vitals(&e.Vitals)
		return kindVitals, p, true
	case snapshot.Unreachable:
		p.time(e.Since)
		p.string(e.Reason)
		p.time(e.Next)
		return kindUnreachable, p, true
	case snapshot.Restarted:
		p.time(e.At)
		p.string(e.Evidence)
		return kindRestarted, p, true
	case snapshot.Scheduled:
		p.scheduled(e)
		return kindScheduled, p, true
	case snapshot.Warned:
		p.string(e.Text)
		return kindWarned, p, true
	case snapshot.Noted:
		p.int(int64(e.Seq))
		p.time(e.At)
		p.string(e.Text)
		p.bool(e.Pinned)
		p.string(e.Baseline)
		return kindNoted, p, true
	case snapshot.Interrupted:
		p.int(int64(e.After))
		p.int(int64(e.Of))
		return kindInterrupted, p, true
	}
	return 0, nil, false
}

// maxNote bounds what is said of a snapshot, in characters.
const maxNote = 2000

// decode returns the event of a record that holds no snapshot; nil where the
// payload is none.
func decode(k kind, b []byte) snapshot.Event {
	p := parser{b: b}
	var e snapshot.Event
	switch k {
	case kindAttached:
		e = snapshot.Attached{Info: p.info()}
	case kindVitals:
		e = snapshot.VitalsTaken{Vitals: p.vitals()}
	case kindUnreachable:
		e = snapshot.Unreachable{Since: p.time(), Reason: p.string(), Next: p.time()}
	case kindRestarted:
		e = snapshot.Restarted{At: p.time(), Evidence: p.string()}
	case kindScheduled:
		e = p.scheduled()
	case kindWarned:
		e = snapshot.Warned{Text: p.string()}
	case kindNoted:
		e = snapshot.Noted{Seq: int(p.int()), At: p.time(), Text: clean.Line(p.string(), maxNote), Pinned: p.bool(), Baseline: clean.Line(p.string(), maxNote)}
	case kindInterrupted:
		e = snapshot.Interrupted{After: time.Duration(p.positive()), Of: time.Duration(p.positive())}
	}
	if note, ok := e.(snapshot.Noted); !p.whole() || ok && note.Seq < 1 {
		return nil
	}
	return e
}

// positive reads a number, 0 for one below.
func (p *parser) positive() int64 { return max(p.int(), 0) }

func (p *payload) info(i snapshot.Info) {
	p.string(i.Address)
	p.string(i.Name)
	p.string(i.GoVersion)
	p.int(int64(i.PID))
	p.time(i.StartTime)
	p.string(i.CurveSource)
	p.bool(i.Profiles != nil)
	if i.Profiles == nil {
		return
	}
	p.uint(uint64(len(i.Profiles)))
	for _, name := range slices.Sorted(maps.Keys(i.Profiles)) {
		p.string(name)
		p.int(i.Profiles[name])
	}
}

func (p *parser) info() snapshot.Info {
	i := snapshot.Info{
		Address: p.string(), Name: p.string(), GoVersion: p.string(), PID: int(p.int()),
		StartTime: p.time(), CurveSource: p.string(),
	}
	if !p.bool() {
		return i
	}
	i.Profiles = make(map[string]int64)
	n := p.count()
	if n > snapshot.MaxIndexed {
		p.fail()
	}
	for ; n > 0 && !p.bad; n-- {
		name := p.string()
		i.Profiles[name] = p.int()
	}
	return i
}

// vitals writes the known figures after one bit each that says which they are.
func (p *payload) vitals(v *snapshot.Vitals) {
	p.time(v.Time)
	p.string(v.Source)
	p.bool(v.Gap)
	var known uint64
	for k := range snapshot.Vital(snapshot.NumVitals) {
		if _, ok := v.Get(k); ok {
			known |= 1 << k
		}
	}
	p.uint(known)
	for k := range snapshot.Vital(snapshot.NumVitals) {
		if n, ok := v.Get(k); ok {
			p.uint(uint64(n))
		}
	}
}

// vitals reads a point of the curves. Figures that this version does not know are passed over.
func (p *parser) vitals() snapshot.Vitals {
	v := snapshot.Vitals{Time: p.time(), Source: p.string(), Gap: p.bool()}
	known := p.uint()
	for k := 0; known>>k != 0; k++ {
		if known>>k&1 == 0 {
			continue
		}
		if n := int64(p.uint()); k < snapshot.NumVitals {
			v.Set(snapshot.Vital(k), n)
		}
	}
	return v
}

func (p *payload) scheduled(s snapshot.Scheduled) {
	p.int(int64(s.Every))
	p.int(int64(s.Actual))
	p.string(s.Slowed)
	p.time(s.Next)
	p.bool(s.Paused)
	p.int(int64(s.Cost.Requests))
	p.int(s.Cost.Bytes)
	p.int(int64(s.Cost.Busy))
	p.int(int64(s.Cost.Elapsed))
	p.int(int64(s.Cost.Latency))
	p.int(int64(s.Cost.CPU))
}

func (p *parser) scheduled() snapshot.Scheduled {
	return snapshot.Scheduled{
		Every: time.Duration(p.positive()), Actual: time.Duration(p.positive()), Slowed: p.string(), Next: p.time(), Paused: p.bool(),
		Cost: snapshot.Cost{
			Requests: int(p.positive()), Bytes: p.positive(), Busy: time.Duration(p.positive()),
			Elapsed: time.Duration(p.positive()), Latency: time.Duration(p.positive()), CPU: time.Duration(max(p.int(), -1)),
		},
	}
}
