package sampler

import (
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// What is handed out can be kept in a file: no time has more to it than the
// time of day, and they are as far apart as they were.
func TestClockDates(t *testing.T) {
	var c clock
	begun := time.Now()
	shot := &snapshot.Snapshot{Time: begun, Dump: &snapshot.Dump{Time: begun.Add(time.Millisecond)}}
	shot.Vitals.Time = begun.Add(time.Second)
	got := c.event(snapshot.Taken{Snapshot: shot}).(snapshot.Taken).Snapshot
	for _, x := range []struct {
		name      string
		got, want time.Time
	}{
		{"the snapshot", got.Time, begun},
		{"its figures", got.Vitals.Time, shot.Vitals.Time},
		{"its dump", got.Dump.Time, shot.Dump.Time},
		{"a point", c.event(snapshot.VitalsTaken{Vitals: shot.Vitals}).(snapshot.VitalsTaken).Vitals.Time, shot.Vitals.Time},
		{"a restart", c.event(snapshot.Restarted{At: begun}).(snapshot.Restarted).At, begun},
		{"none", c.date(time.Time{}), time.Time{}},
	} {
		if x.got != x.want.Round(0) {
			t.Errorf("%s is dated %v, want %v", x.name, x.got, x.want.Round(0))
		}
	}
	if shot.Time != begun {
		t.Error("the snapshot that was handed over was changed")
	}
}

func TestDateOf(t *testing.T) {
	origin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		since, now time.Duration // since the origin, by the count and by the clock
		want       time.Duration
		anew       bool
	}{
		{"the clock is right", time.Minute, time.Minute, time.Minute, false},
		{"it was set a little", time.Minute, 61 * time.Second, time.Minute, false},
		{"the system slept for an hour", time.Minute, time.Hour + time.Minute, time.Hour + time.Minute, true},
		{"the clock was put back by an hour", 2 * time.Hour, time.Hour, 2 * time.Hour, false},
		{"before the origin", -time.Second, -time.Second, -time.Second, false},
	} {
		got, anew := dateOf(origin, c.since, origin.Add(c.now))
		if got != origin.Add(c.want) || anew != c.anew {
			t.Errorf("%s: %s after the origin, anew %v; want %s, %v", c.name, got.Sub(origin), anew, c.want, c.anew)
		}
	}
}
