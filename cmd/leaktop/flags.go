package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/target"
	"leaktop/tui"
)

const (
	// defaultEvery is the time between snapshots.
	defaultEvery = 15 * time.Second
	// demoEvery is that of the demo, whose service leaks fast.
	demoEvery = 5 * time.Second
)

// reachFlags say how to reach a target and what may come from it.
type reachFlags struct {
	headers    []string
	headerFile string
	options    target.Options
	limits     sizeLimits
}

func (r *reachFlags) add(f *pflag.FlagSet) {
	f.StringArrayVarP(&r.headers, "header", "H", nil, "send this `HEADER` with every request, as 'Name: value'")
	f.StringVar(&r.headerFile, "header-file", "", "send the headers in this `FILE`, one per line")
	f.DurationVar(&r.options.Timeout, "timeout", target.DefaultTimeout, "the time that one request may take; attaching waits half of it for answers that do not come")
	f.StringVar(&r.options.CACert, "cacert", "", "trust the authorities in this PEM `FILE` instead of the system's")
	f.StringVar(&r.options.Cert, "cert", "", "client certificate, a PEM `FILE`")
	f.StringVar(&r.options.Key, "key", "", "key of the client certificate, a PEM `FILE`")
	f.BoolVar(&r.options.Insecure, "insecure", false, "do not verify the server's certificate")
	r.limits.add(f)
}

// setDefaults gives the flags the values they have on an empty command line.
func (r *reachFlags) setDefaults() { r.add(pflag.NewFlagSet("", pflag.ContinueOnError)) }

// client returns what fetches from a target.
func (r *reachFlags) client(t *target.Target) (*fetch.Client, error) {
	if r.options.Timeout <= 0 {
		return nil, usageError{fmt.Errorf("--timeout %s: it must be longer than 0; give it as 30s or 1m", r.options.Timeout)}
	}
	o := r.options
	if r.headerFile != "" {
		headers, err := target.ReadHeaders(r.headerFile)
		if err != nil {
			return nil, err
		}
		o.Headers = headers
	}
	for _, line := range r.headers {
		header, err := target.ParseHeader(line)
		if err != nil {
			return nil, err
		}
		o.Headers = append(o.Headers, header)
	}
	return fetch.New(t, fetch.Options{Reach: o, MaxBytes: int64(r.limits.sent)})
}

// sizeLimits bound what one profile may take, from a target or from a file.
type sizeLimits struct{ sent, unpacked sizeValue }

func (s *sizeLimits) add(f *pflag.FlagSet) {
	limits := decode.DefaultLimits()
	s.sent, s.unpacked = sizeValue(limits.MaxBytes), sizeValue(limits.MaxUnpacked)
	f.Var(&s.sent, "max-filesize", "the largest profile to accept, as sent or on disk; a goroutine dump in a file may have any size")
	f.Var(&s.unpacked, "max-unpacked", "the largest profile to accept, unpacked")
}

func (s sizeLimits) decode() decode.Limits {
	return decode.Limits{MaxBytes: int(s.sent), MaxUnpacked: int(s.unpacked)}
}

// sizeValue is a flag that takes a size such as 64MiB.
type sizeValue int64

func (s *sizeValue) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return errors.New("it is not a size; give it as 64MiB or in bytes")
	}
	*s = sizeValue(n)
	return nil
}

func (s *sizeValue) String() string { return humanize.IBytes(uint64(*s)) }

func (s *sizeValue) Type() string { return "SIZE" }

// watchFlags say how often to look and what is allowed.
type watchFlags struct {
	every  time.Duration
	wait   bool
	allow  []string
	costly costlyFlag
}

func (w *watchFlags) add(f *pflag.FlagSet, every time.Duration) {
	f.DurationVar(&w.every, "every", every, "time between snapshots; longer if the target is slow")
	f.BoolVar(&w.wait, "wait", false, "wait for a target that is down at the start")
	f.StringSliceVar(&w.allow, "allow", nil, "allow `CALLS` that cost the target more, with each snapshot: "+
		"gc (forces a GC: 0.05 to 0.7 s of CPU for each GiB of live heap); "+
		"goroutineleak (forces a GC that looks for leaked goroutines: costs as much again, and a pause of 4 ms for each 10,000 goroutines; above 20,000 of them it asks first); "+
		"dump (a full goroutine dump: stops the world for 5 to 8 ms for each 1,000 goroutines; above 8,000 of their frames it asks first)")
}

// check refuses what cannot be meant.
func (w *watchFlags) check() error {
	if w.every < time.Second {
		return usageError{fmt.Errorf("--every %s: snapshots are at least a second apart; give it as 15s or 1m", w.every)}
	}
	for _, call := range w.allow {
		if !slices.Contains(allowedCalls(), call) {
			return usageError{fmt.Errorf("--allow %s: there is no such call to allow; allow any of %s", target.Quote(call), strings.Join(allowedCalls(), ","))}
		}
	}
	return nil
}

// What --allow takes.
const (
	allowGC            = "gc"
	allowGoroutineLeak = "goroutineleak"
	allowDump          = "dump"
)

func allowedCalls() []string { return []string{allowGC, allowGoroutineLeak, allowDump} }

// allows reports whether a call may be made that costs the target more.
func (w *watchFlags) allows(call string) bool { return slices.Contains(w.allow, call) }

// costlyFlag is the yes to what the screens would ask about, for a command that
// has none.
type costlyFlag struct{ yes bool }

func (c *costlyFlag) add(f *pflag.FlagSet) {
	f.BoolVar(&c.yes, "allow-costly", false, "take what the screens would ask about first: goroutine profiles of more than 250,000 goroutines; "+
		"and the calls of --allow for more than 20,000 goroutines (goroutineleak) or 8,000 of their frames (dump), which can stop the world for minutes")
}

// screenFlags say how the screens show what they show.
type screenFlags struct {
	sourceRoot []string
	alert      string
}

func (s *screenFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&s.sourceRoot, "source-root", nil, "look for source files below another directory, as `OLD=NEW`")
	f.StringVar(&s.alert, "alert", "", "the `ALERT` when something is first found to leak or to be stuck: bell (ring the terminal bell) or notify (notify the desktop, where the terminal can)")
}

// check refuses what cannot be meant.
func (s *screenFlags) check() error {
	switch tui.Alert(s.alert) {
	case tui.NoAlert, tui.Bell, tui.Notify:
		return nil
	}
	return usageError{fmt.Errorf("--alert %s: there is no such alert; use bell or notify", target.Quote(s.alert))}
}
