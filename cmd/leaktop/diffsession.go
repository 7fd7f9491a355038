package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
)

// sessionFile is what a pass over a session file finds out about it.
type sessionFile struct {
	shots  shotIndex
	damage string
}

// eachEvent hands over the events of a session file, in order. Before the first of
// them begin gets what reads it, and with it the header; nil for nothing to begin.
func eachEvent(ctx context.Context, path string, table *snapshot.Table, begin func(*session.Reader) error, take func(snapshot.Event) error) (damage string, err error) {
	r, err := session.Open(path, table)
	if err != nil {
		return "", err
	}
	defer r.Close()
	if begin != nil {
		if err := begin(r); err != nil {
			return "", err
		}
	}
	for ctx.Err() == nil {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Damage(), nil
		}
		if err == nil {
			err = take(e)
		}
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: interrupted while it was being read; run it again", clean.Text(path))
}

// surveySession finds out which snapshots a session file has.
func surveySession(ctx context.Context, path string) (sessionFile, error) {
	var f sessionFile
	damage, err := eachEvent(ctx, path, snapshot.NewTable(), nil, func(e snapshot.Event) error {
		if e, ok := e.(snapshot.Taken); ok {
			f.shots.add(e.Snapshot)
		}
		return nil
	})
	f.damage = damage
	if err == nil && len(f.shots) == 0 {
		err = noShots(path, damage)
	}
	return f, err
}

// note says what of the file could not be read, nil for nothing.
func (f sessionFile) note(path string) []string {
	if f.damage == "" {
		return nil
	}
	return []string{clean.Text(path) + ": " + f.damage}
}

// readSession reads the snapshot of a session file that is named, or the last one.
func readSession(ctx context.Context, table *snapshot.Table, ref sessionRef) (input, error) {
	f, err := surveySession(ctx, ref.path)
	if err != nil {
		return input{}, err
	}
	seq, note, err := f.shots.find(ref)
	if err != nil {
		return input{}, err
	}
	var notes []string
	if note != "" {
		notes = append(notes, note)
	}
	at, _ := f.shots.at(seq)
	side := at.own()
	if ref.whole() {
		last, ok := f.shots.last(comparedKinds()...)
		if !ok {
			return input{}, f.shots.none(ref.path)
		}
		side, notes = last, f.shots.standIns(ref.path, last, at, "last")
	} else if err := f.shots.named(ref.path, seq); err != nil {
		return input{}, err
	}
	in, err := readShot(ctx, table, ref.path, side)
	in.notes = slices.Concat(in.notes, notes, f.note(ref.path))
	in.recorded.seq = seq
	in.others = clean.Text(ref.path) + ": " + f.shots.having()
	return in, err
}

// readEnds reads the sides of a diff of a session file alone: the first and the
// last of its snapshots.
func readEnds(ctx context.Context, table *snapshot.Table, path string) ([]input, error) {
	f, err := surveySession(ctx, path)
	if err != nil {
		return nil, err
	}
	if len(f.shots) == 1 {
		return nil, fmt.Errorf("%s: it holds one snapshot, #%d, and there is nothing to compare it with; name another file as well, or print it with leaktop show", clean.Text(path), f.shots[0].seq)
	}
	base, current, notes, err := f.shots.ends(path, 0, 0)
	if err != nil {
		return nil, err
	}
	var inputs []input
	for _, side := range []end{base, current} {
		in, err := readShot(ctx, table, path, side)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
		collectEarly()
	}
	inputs[1].notes = slices.Concat(inputs[1].notes, notes, f.note(path))
	inputs[1].recorded.seq = f.shots[len(f.shots)-1].seq
	return inputs, nil
}

// readShot reads one snapshot of a session file.
func readShot(ctx context.Context, table *snapshot.Table, path string, side end) (input, error) {
	var info snapshot.Info
	kept := make(map[int]keptShot)
	wanted := side.seqs()
	newest := slices.Max(wanted)
	_, err := eachEvent(ctx, path, table, nil, func(e snapshot.Event) error {
		switch e := e.(type) {
		case snapshot.Attached:
			info = e.Info
		case snapshot.Taken:
			if slices.Contains(wanted, e.Snapshot.Seq) {
				kept[e.Snapshot.Seq] = keptShot{e.Snapshot, info}
			}
		}
		return foundAt(e, newest)
	})
	switch {
	case len(kept) == len(wanted):
		shot := side.of(kept)
		in := shotInput(fmt.Sprintf("%s#%d", clean.Text(path), side.seq), kept[side.seq].info, shot)
		in.lacks = lacking(kept[side.seq].Snapshot)
		in.recorded = sessionRef{path: path, seq: side.seq}
		return in, nil
	case err != nil:
		return input{}, err
	}
	return input{}, fmt.Errorf("%s: #%d is no longer there; the file is being written, so run it again", clean.Text(path), side.seq)
}

// lacking are the kinds of profiles that a snapshot of a target does not have.
func lacking(shot *snapshot.Snapshot) []snapshot.Kind {
	return slices.DeleteFunc(comparedKinds(), func(kind snapshot.Kind) bool { return shot.Profile(kind) != nil })
}

// shotInput is a snapshot of a target as an input.
func shotInput(name string, info snapshot.Info, shot *snapshot.Snapshot) input {
	in := input{
		name:     name,
		time:     shot.Time,
		info:     info,
		missing:  shot.Missing,
		lacks:    lacking(shot),
		profiles: make(map[snapshot.Kind]*snapshot.Profile),
		leaked:   shot.Leaked,
		beside:   shot.Dump,
	}
	for _, kind := range comparedKinds() {
		if p := shot.Profile(kind); p != nil {
			in.profiles[kind] = p
		}
	}
	return in
}

// twoSides wants a base and a current side, or a file alone.
func twoSides(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		_, ok, err := sessionRefOf(args[0])
		switch {
		case err != nil:
			return err
		case ok, isFile(args[0]):
			return nil
		}
	}
	return exactly(2, "BASE and CURRENT, or a file alone")(cmd, args)
}
