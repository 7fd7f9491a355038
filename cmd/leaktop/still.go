package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/tui"
)

// still is a source of one snapshot: what a profile or a dump holds.
type still struct {
	name string
	in   input
}

func newStill(in input, path string) *still {
	return &still{name: clean.Text(filepath.Base(path)), in: in}
}

// Name is the file's.
func (s *still) Name() string { return s.name }

// State says that there is no more to come, and what of the file was not read or
// must be known of it.
func (s *still) State() tui.RecordedState {
	var notes []string
	for _, note := range s.in.notes {
		notes = append(notes, strings.TrimPrefix(note, s.in.name+": "))
	}
	return tui.RecordedState{Damage: strings.Join(notes, "; ")}
}

// Close does nothing: the file is read.
func (s *still) Close() error { return nil }

// settings are none: a profile holds none.
func (s *still) settings() session.Settings { return session.Settings{} }

// until hands over nothing: there is no earlier snapshot to look back at.
func (s *still) until(context.Context, int, func(snapshot.Event)) bool { return false }

// Run emits the one snapshot.
func (s *still) Run(_ context.Context, emit func(snapshot.Event)) error {
	info := s.in.info
	info.Name = s.name
	emit(snapshot.Attached{Info: info})
	shot := s.in.snapshot()
	shot.Seq, shot.Advanced = 1, shot.Heap != nil
	shot.Vitals = vitalsOf(shot)
	emit(snapshot.VitalsTaken{Vitals: shot.Vitals})
	emit(snapshot.Taken{Snapshot: shot})
	return nil
}

// vitalsOf is what the profiles of a snapshot tell of the process as a whole.
func vitalsOf(shot *snapshot.Snapshot) snapshot.Vitals {
	v := shot.Vitals
	v.Time, v.Source = shot.Time, cmp.Or(v.Source, "the profile")
	if p := shot.Heap; p != nil && p.Columns().LiveBytes >= 0 {
		v.Set(snapshot.LiveHeap, p.Total(p.Columns().LiveBytes))
	}
	if p := shot.Goroutines; p != nil && len(p.Types) > 0 {
		v.Set(snapshot.Goroutines, p.Total(max(0, p.Column(string(snapshot.Goroutine)))))
	}
	return v
}

// shortName is a path without its directories, for a line of the screens.
func shortName(name string) string { return filepath.Base(name) }
