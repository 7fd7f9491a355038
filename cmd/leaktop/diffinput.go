package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/sampler"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// input is what one of the two arguments led to: a file's profile, or all
// that a snapshot of an address holds.
type input struct {
	name     string
	time     time.Time
	info     snapshot.Info
	missing  []string        // why a profile of an address could not be had
	notes    []string        // what a dump or a session file does not tell
	partial  bool            // it does not hold all that there was
	lacks    []snapshot.Kind // what a snapshot of a target does not have; nil for a file
	profiles map[snapshot.Kind]*snapshot.Profile
	leaked   *snapshot.Profile // that a dump says are
	figures  snapshot.Vitals   // of the process, without a time; none for most
	recorded sessionRef        // where it stands in a session file, zero for elsewhere; up to where its run is judged
	others   string            // which snapshots of that file have which profiles
	beside   *snapshot.Dump    // that was taken beside the profiles, nil for none
	several  int               // dumps or profiles that the file holds, of which it is one; 0 for a file that is no text
	chosen   bool              // the user said which of them
	nothing  bool              // it stands for no snapshot at all, as /dev/null does
}

// told is a profile of the input with what the dump beside it says; nil stays nil.
func (in *input) told(table *snapshot.Table, p *snapshot.Profile) *snapshot.Profile {
	if in.beside == nil || p == nil {
		return p
	}
	return p.ToldBy(in.beside.Told(), table)
}

// readInputs reads the arguments, one after the other: two large profiles that
// are decoded at the same time need twice the memory.
func readInputs(ctx context.Context, stdin io.Reader, table *snapshot.Table, reach reachFlags, args ...string) ([]input, error) {
	inputs := make([]input, 0, len(args))
	for _, arg := range args {
		if isNothing(arg) {
			inputs = append(inputs, input{name: target.Name(arg), nothing: true})
			continue
		}
		if info, err := os.Stat(arg); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			return nil, fmt.Errorf("%s: it is empty, so there is nothing to compare; fetch it again, or print the other file with leaktop show", target.Name(arg))
		}
		in, err := readInput(ctx, stdin, table, reach, arg)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
		collectEarly()
	}
	return inputs, nil
}

// collectEarly collects what reading an input left behind, before the next one
// takes as much again. Where much is in memory the collector is made to come
// sooner from then on: most of what a diff reads lives to its end, so that little
// is to be found in the rest and finding it takes little time, while waiting
// until there is as much of it doubles the memory. Of small inputs either would
// take a tenth more CPU.
func collectEarly() {
	const (
		some    = 4 << 20 // bytes
		much    = 16 << 20
		percent = 30
	)
	var m runtime.MemStats
	switch runtime.ReadMemStats(&m); {
	case m.HeapAlloc > much:
		debug.SetGCPercent(percent)
	case m.HeapAlloc > some:
		runtime.GC()
	}
}

// readInput takes a snapshot of a session file or a file where there is one of
// this name, else a snapshot of the address.
func readInput(ctx context.Context, stdin io.Reader, table *snapshot.Table, reach reachFlags, arg string) (input, error) {
	ref, recorded, err := sessionRefOf(arg)
	switch {
	case err != nil:
		return input{}, err
	case recorded:
		return readSession(ctx, table, ref)
	case isFile(arg):
		return readFile(ctx, stdin, table, reach.limits, fileRefOf(arg))
	}
	t, err := target.Parse(arg)
	if err != nil {
		why := "it is not an address"
		var usage *target.UsageError
		if errors.As(err, &usage) {
			why += " (" + usage.Why + ")"
		}
		return input{}, fmt.Errorf("%s: there is no such file, and %s; name a pprof file, a goroutine dump, a session file, or a target such as 6060 or host:6060", target.Name(arg), why)
	}
	client, err := reach.client(t)
	if err != nil {
		return input{}, err
	}
	defer client.Close()
	s := sampler.New(sampler.Config{Target: t, Client: client, Table: table, Limits: reach.limits.decode(), AttachTimeout: reach.options.Timeout / 2})
	shot, info, err := s.One(ctx)
	if err != nil {
		return input{}, err
	}
	return shotInput(info.Address, info, shot), nil
}

// idle notes that much of the heap is idle and was not returned to the system, where
// that is so: it is why a process takes more than its heap profile shows.
func (in *input) idle() {
	if f := leak.IdleHeap(&in.figures); f.Kind != "" {
		in.notes = append(in.notes, in.name+": "+f.Text())
	}
}

// dump takes in a full goroutine dump, and what must be known of it.
func (in *input) dump(table *snapshot.Table, d *snapshot.GroupedDump) {
	in.profiles[snapshot.Goroutine], in.leaked = d.Profile(table), d.Leaked(table)
	in.partial = d.Truncated || d.Cut
	note := func(format string, args ...any) {
		in.notes = append(in.notes, in.name+": "+fmt.Sprintf(format, args...))
	}
	switch {
	case d.Truncated:
		note("the dump is cut off at 64 MiB, where the runtime stops: these are not all the goroutines, and a missing one may still be there")
	case d.Cut:
		note("the dump ends in the middle of a goroutine: these are not all of them, and a missing one may still be there")
	}
	in.oneOf("dump", d.Number, d.Dumps)
	unread := d.Unread
	if d.Cut {
		unread-- // the one that it ends in, which was said
	}
	if unread > 0 {
		in.unread(unread, "goroutine")
	}
	if d.Unavailable > 0 {
		note("%s running on another thread, so the stack is unknown", were(d.Unavailable))
	}
	if d.Elided > 0 {
		note("%s too deep to be printed in full: the frames in the middle are left out", were(d.Elided))
	}
}

// text notes what must be known of a profile that was read from a text.
func (in *input) text(c decode.Content) {
	in.oneOf("profile", c.Number, c.Count)
	if c.Headless {
		in.headless(c.Profile.Kind)
	}
	if c.Unread > 0 {
		what := "record"
		if c.Profile.Kind == snapshot.Goroutine {
			what = "goroutine"
		}
		in.unread(c.Unread, what)
	}
}

// headless notes what is not known of a profile whose first line is not there.
func (in *input) headless(kind snapshot.Kind) {
	in.partial = true
	why := "the first line of the profile is missing, so records before it may be missing too"
	if kind == snapshot.Heap {
		why += "; without the sampling rate that it gives, the figures are not scaled, and the heap holds more than they show"
	}
	in.notes = append(in.notes, in.name+": "+why)
}

// oneOf notes which of several it is that one text holds.
func (in *input) oneOf(what string, number, count int) {
	if count < 2 || in.chosen {
		return
	}
	which := fmt.Sprintf("#%d", number)
	if number == count {
		which = "the last"
	}
	in.notes = append(in.notes, fmt.Sprintf("%s: it holds %d %ss, and this is %s; %s#1 is the first", in.name, count, what, which, in.name))
}

// unread notes what of a text could not be read.
func (in *input) unread(n int64, what string) {
	in.partial = true
	verb := "have"
	if n == 1 {
		verb = "has"
	}
	in.notes = append(in.notes, fmt.Sprintf("%s: %s could not be read and %s been left out: lines are missing or mangled", in.name, units.Plural(n, what), verb))
}

// were is "1 goroutine was", "1,203 goroutines were".
func were(n int64) string {
	if n == 1 {
		return "1 goroutine was"
	}
	return units.Plural(n, "goroutine") + " were"
}
