package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// sessionRef names a snapshot of a session file: FILE#3, FILE@12:03:10,
// FILE@2026-03-01T12:03:10, or FILE for its last.
type sessionRef struct {
	path string
	seq  int    // 0 for none
	at   string // a time of day or a whole time, "" for none
}

// whole reports whether it is the file, and not one of its snapshots.
func (r sessionRef) whole() bool { return r.seq == 0 && r.at == "" }

// sessionRefOf reads an argument; false for one that names no session file. A
// file that has # or @ in its own name is taken by it.
func sessionRefOf(arg string) (sessionRef, bool, error) {
	if session.Is(arg) {
		return sessionRef{path: arg}, true, nil
	}
	if _, err := os.Stat(arg); err == nil {
		return sessionRef{}, false, nil
	}
	if i := strings.LastIndexByte(arg, '#'); i > 0 && session.Is(arg[:i]) {
		seq, err := strconv.Atoi(arg[i+1:])
		if err != nil || seq <= 0 {
			return sessionRef{}, true, usageError{fmt.Errorf("%s: %q is not the number of a snapshot; name one as %s#3", clean.Text(arg), clean.Text(arg[i+1:]), clean.Text(arg[:i]))}
		}
		return sessionRef{path: arg[:i], seq: seq}, true, nil
	}
	if i := strings.LastIndexByte(arg, '@'); i > 0 && session.Is(arg[:i]) {
		ref := sessionRef{path: arg[:i], at: arg[i+1:]}
		if _, _, err := parseMoment(ref.at); err != nil {
			return sessionRef{}, true, usageError{fmt.Errorf("%s: %q is not a time; give one as %s@12:03:10 or %s@2026-03-01T12:03:10", clean.Text(arg), clean.Text(ref.at), clean.Text(ref.path), clean.Text(ref.path))}
		}
		return ref, true, nil
	}
	return sessionRef{}, false, nil
}

// filesOf are the paths of what may be files among some arguments.
func filesOf(args []string) []string {
	paths := make([]string, len(args))
	for i, arg := range args {
		paths[i] = arg
		if ref, ok, err := sessionRefOf(arg); ok && err == nil {
			paths[i] = ref.path
		}
	}
	return paths
}

// parseMoment reads a time of day or a whole time, by the local clock as the
// screens show it; daily says that it has no date.
func parseMoment(text string) (t time.Time, daily bool, err error) {
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, true, nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, false, nil
		}
	}
	return time.Time{}, false, errors.New("no time")
}

// shotIndex is where the snapshots of a file are in time, and which profiles they have.
type shotIndex []indexedShot

type indexedShot struct {
	seq, run         int
	time             time.Time
	heap, goroutines bool
	missing          []string // why a profile could not be had
}

// add notes a snapshot.
func (x *shotIndex) add(s *snapshot.Snapshot) {
	*x = append(*x, indexedShot{seq: s.Seq, run: s.Run, time: s.Time, heap: s.Heap != nil, goroutines: s.Goroutines != nil, missing: s.Missing})
}

// find returns the number of the snapshot that is named, and what to say of it
// where that is not the very one asked for.
func (x shotIndex) find(ref sessionRef) (seq int, note string, err error) {
	path := clean.Text(ref.path)
	if len(x) == 0 {
		return 0, "", noShots(ref.path, "")
	}
	first, last := x[0], x[len(x)-1]
	switch {
	case ref.seq != 0:
		for _, s := range x {
			if s.seq == ref.seq {
				return s.seq, "", nil
			}
		}
		return 0, "", fmt.Errorf("%s: there is no snapshot #%d; it has %s", path, ref.seq, x.numbers())
	case ref.at == "":
		return last.seq, "", nil
	}
	at := x.moment(ref.at)
	if at.Before(first.time.Truncate(time.Second)) {
		return 0, "", fmt.Errorf("%s: there is no snapshot at or before %s; the first is #%d, %s", path, clean.Text(ref.at), first.seq, first.time.Local().Format(shownTime))
	}
	found := first
	for _, s := range x {
		if !s.time.Truncate(time.Second).After(at) {
			found = s
		}
	}
	if !found.time.Truncate(time.Second).Equal(at) {
		note = fmt.Sprintf("%s@%s: the snapshot before that is used, #%d of %s", path, clean.Text(ref.at), found.seq, found.time.Local().Format(shownTime))
	}
	return found.seq, note, nil
}

// noShots says that a file has nothing to compare, and what of it is damaged.
func noShots(path, damage string) error {
	if damage != "" {
		damage = " (" + damage + ")"
	}
	return fmt.Errorf("%s: it holds no complete snapshot%s; record for longer, or name another file", clean.Text(path), damage)
}

// shownTime is how a snapshot's time is written for people.
const shownTime = "2006-01-02 15:04:05"

// moment is the time that is meant: of a time of day the last one that the run
// has a snapshot of or before, without going past its end.
func (x shotIndex) moment(text string) time.Time {
	t, daily, _ := parseMoment(text) // was checked
	if !daily {
		return t
	}
	first, last := x[0].time.Local(), x[len(x)-1].time.Local()
	on := func(day time.Time) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.Local)
	}
	for day := last; !on(day).Before(first.Truncate(time.Second)); day = day.AddDate(0, 0, -1) {
		if !on(day).After(last) {
			return on(day)
		}
	}
	// Not within the run: after its end, or before its begin.
	return on(first)
}

// numbers says which snapshots there are: "#1 to #14", "#3", "#1 to #14, of which 2 are missing".
func (x shotIndex) numbers() string {
	first, last := x[0].seq, x[len(x)-1].seq
	if first == last {
		return fmt.Sprintf("#%d only", first)
	}
	text := fmt.Sprintf("#%d to #%d", first, last)
	if missing := last - first + 1 - len(x); missing > 0 {
		text += fmt.Sprintf(", without %s in between", units.Count(int64(missing)))
	}
	return text
}
