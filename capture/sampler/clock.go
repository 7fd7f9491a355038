package sampler

import (
	"time"

	"leaktop/capture/snapshot"
)

// clock dates what is handed out. A time of ours also counts the nanoseconds
// since the system started, and two of them are as far apart as that says; but
// that cannot be kept in a file, and a run that is read again is to be judged
// as it was live. So what is handed out are times of day alone that are as far apart.
type clock struct {
	origin time.Time // what all times are counted from
}

// maxBehind is how far a time may fall behind the time of day before that counts anew:
// the system slept, or its clock was put forward. A clock that is put back changes nothing:
// no time comes before an earlier one.
const maxBehind = 2 * time.Second

// date returns the time of day that stands for a time.
func (c *clock) date(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if c.origin.IsZero() {
		c.origin = t
	}
	dated, anew := dateOf(c.origin.Round(0), t.Sub(c.origin), t.Round(0))
	if anew {
		c.origin = t
	}
	return dated
}

// dateOf returns the time of day that stands for one that came so long after an
// origin, when the system's clock showed now; and whether to count from it anew.
func dateOf(origin time.Time, since time.Duration, now time.Time) (time.Time, bool) {
	dated := origin.Add(since)
	if now.Sub(dated) > maxBehind {
		return now, true
	}
	return dated, false
}

// event dates what trends are told from. A snapshot is kept as it was for what
// is planned by its time, so a copy is handed out.
func (c *clock) event(e snapshot.Event) snapshot.Event {
	switch e := e.(type) {
	case snapshot.VitalsTaken:
		e.Vitals.Time = c.date(e.Vitals.Time)
		return e
	case snapshot.Taken:
		shot := *e.Snapshot
		shot.Time, shot.Vitals.Time = c.date(shot.Time), c.date(shot.Vitals.Time)
		if shot.Dump != nil {
			dump := *shot.Dump
			dump.Time = c.date(dump.Time)
			shot.Dump = &dump
		}
		return snapshot.Taken{Snapshot: &shot}
	case snapshot.Restarted:
		e.At = c.date(e.At)
		return e
	}
	return e
}
