package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
)

// sessionFlags say whether a live run is kept, and how large its file may grow.
type sessionFlags struct {
	off bool
	max sizeValue
}

func (s *sessionFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&s.off, "no-session", false, "keep no session file of the run; by default one is kept in the state directory, for leaktop open")
	s.addMax(f)
}

func (s *sessionFlags) addMax(f *pflag.FlagSet) {
	s.max = session.DefaultMaxBytes
	f.Var(&s.max, "session-max", "how large a session file may grow: beyond that the oldest raw profiles are dropped, never decoded data")
}

// recorder writes what is seen of one target to a session file, and takes as long
// as the disk does; see [recordQueue]. The file is made once the target is reached,
// when it is known whose run it is.
type recorder struct {
	create   func(session.Header) (*session.Writer, error)
	table    *snapshot.Table
	every    time.Duration
	settings session.Settings // of the judge

	early  []snapshot.Event // before the target was reached
	writer *session.Writer
	failed error // the first that went wrong

	path atomic.Pointer[string] // of the file, nil before there is one; for until
}

// mostEarly is how many events are kept until the target is reached.
const mostEarly = 64

// liveRecorder keeps a live run in the state directory; nil where none is to be kept.
func liveRecorder(flags sessionFlags, table *snapshot.Table, every time.Duration, settings session.Settings) *recorder {
	if flags.off {
		return nil
	}
	return &recorder{table: table, every: every, settings: settings, create: func(h session.Header) (*session.Writer, error) {
		dir, err := session.Dir()
		if err != nil {
			return nil, err
		}
		return session.CreateLive(dir, h, table, session.Options{MaxBytes: int64(flags.max)})
	}}
}

// apply writes an event down. It says what went wrong, once; "" for nothing.
func (r *recorder) apply(e snapshot.Event) (warning string) {
	if r == nil || r.create == nil {
		return ""
	}
	return r.warning(r.write(e))
}

func (r *recorder) write(e snapshot.Event) error {
	attached, ok := e.(snapshot.Attached)
	if r.writer == nil && !ok {
		if len(r.early) < mostEarly {
			r.early = append(r.early, e)
		}
		return nil
	}
	if r.writer == nil {
		w, err := r.create(session.Header{Leaktop: version(), Info: attached.Info, Started: time.Now(), Every: r.every, Judge: r.settings})
		if err != nil {
			r.create = nil // there will be no file
			return err
		}
		r.writer = w
		path := w.Path()
		r.path.Store(&path)
		early := r.early
		r.early = nil
		for _, e := range early {
			err = errors.Join(err, w.Apply(e))
		}
		return errors.Join(err, w.Apply(e))
	}
	return r.writer.Apply(e)
}

// until hands over what was written down up to a snapshot; false where no file
// has it. It may be called beside all else.
func (r *recorder) until(ctx context.Context, seq int, yield func(snapshot.Event)) bool {
	if r == nil {
		return false
	}
	path := r.path.Load()
	return path != nil && replayUntil(ctx, *path, r.table, seq, yield)
}

// close ends the file, if there is one.
func (r *recorder) close() (warning string) {
	if r == nil || r.writer == nil {
		return ""
	}
	return r.warning(r.writer.Close())
}

// warning says what went wrong, and remembers the first of it.
func (r *recorder) warning(err error) string {
	if err == nil {
		return ""
	}
	if restored := (session.Restored{}); errors.As(err, &restored) && err.Error() == restored.Error() {
		return restored.Error()
	}
	if r.failed == nil {
		r.failed = err
	}
	return notKept(err)
}

// notKept is how the user is told that a file lacks something.
func notKept(err error) string { return "this run is not recorded in full: " + oneLine(err) }
