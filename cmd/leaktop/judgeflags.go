package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"leaktop/capture/session"
)

// usualWarmup is the warm-up that nobody asked for where a run has no planned
// end: time enough for a service that has just started to fill what it keeps
// ready, which grows as a leak does.
const usualWarmup = 10 * time.Second

// recordedWarmup is what the help says of the warm-up of a run that is recorded.
const recordedWarmup = "that of the recording"

// judgeFlags say how to judge what is seen.
type judgeFlags struct {
	handlers []string
	own      []string
	limit    sizeValue
	warmup   time.Duration

	flags []*pflag.Flag // as they are parsed
}

func (j *judgeFlags) add(f *pflag.FlagSet) {
	j.addWithoutLimit(f)
	f.Var(&j.limit, "limit", "the memory that the process may use; by default GOMEMLIMIT or the cgroup's limit, where known")
	limit := f.Lookup("limit")
	limit.DefValue = "" // none
	j.flags = append(j.flags, limit)
}

// addWithoutLimit is for a command whose --limit is about something else.
func (j *judgeFlags) addWithoutLimit(f *pflag.FlagSet) {
	f.StringArrayVar(&j.handlers, "handler", nil, "a function whose full name matches this `REGEXP` is a request handler, besides those of known frameworks")
	f.StringSliceVar(&j.own, "own", nil, "functions and packages that start with this `PREFIX` also count as own code")
	f.DurationVar(&j.warmup, "warmup", usualWarmup, "how long after the first snapshot to leave out of all trends")
	j.flags = append(j.flags, f.Lookup("handler"), f.Lookup("own"), f.Lookup("warmup"))
}

// check refuses what cannot be meant.
func (j *judgeFlags) check() error {
	if j.warmup < 0 {
		return usageError{fmt.Errorf("--warmup %s: it cannot be negative; give it as 30s, or 0 for none", j.warmup)}
	}
	return nil
}

// settings are what a live run is judged by.
func (j *judgeFlags) settings() session.Settings {
	return session.Settings{Warmup: j.warmup, Handlers: j.handlers, Own: j.own, Limit: int64(j.limit)}
}

// over are what a recorded run is judged by: the settings in its file, except for
// the flags that were given on the command line.
func (j *judgeFlags) over(recorded session.Settings) session.Settings {
	given, out := j.settings(), recorded
	for _, f := range j.flags {
		if !f.Changed {
			continue
		}
		switch f.Name {
		case "handler":
			out.Handlers = given.Handlers
		case "own":
			out.Own = given.Own
		case "limit":
			out.Limit = given.Limit
		case "warmup":
			out.Warmup = given.Warmup
		}
	}
	return out
}
