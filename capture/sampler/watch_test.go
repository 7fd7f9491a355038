package sampler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// config returns what watches a fake target.
func config(t *testing.T, client Getter, change func(*Config)) Config {
	t.Helper()
	to, err := target.Parse("http://orders.test:6060")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Target: to, Client: client, Table: snapshot.NewTable(), Limits: decode.DefaultLimits(), Every: 15 * time.Second}
	if change != nil {
		change(&cfg)
	}
	return cfg
}

// recorder keeps the events of a sampler.
type recorder struct {
	mu     sync.Mutex
	events []snapshot.Event
}

func (r *recorder) emit(e snapshot.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// all returns the events of one type so far.
func all[E snapshot.Event](r *recorder) []E {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []E
	for _, e := range r.events {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// story returns what happened, in words, without the curves and the schedule.
func (r *recorder) story() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var words []string
	for _, e := range r.events {
		switch e := e.(type) {
		case snapshot.Attached:
			words = append(words, "attached")
		case snapshot.Taken:
			words = append(words, fmt.Sprintf("#%d/%d", e.Snapshot.Seq, e.Snapshot.Run))
		case snapshot.Unreachable:
			words = append(words, "unreachable")
		case snapshot.Restarted:
			words = append(words, "restarted")
		case snapshot.Asked:
			words = append(words, "asked")
		case snapshot.Warned:
			words = append(words, "warned")
		}
	}
	return strings.Join(words, " ")
}

// watcher is a sampler that runs.
type watcher struct {
	*Sampler
	*recorder
	t    *testing.T
	stop context.CancelFunc
	done chan error
}

// watch starts a sampler in the bubble.
func watch(t *testing.T, client Getter, change func(*Config)) *watcher {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w := &watcher{Sampler: New(config(t, client, change)), recorder: &recorder{}, t: t, stop: stop, done: make(chan error, 1)}
	go func() { w.done <- w.Run(ctx, w.recorder.emit) }()
	return w
}

// end stops the sampler, which must be prompt and no error.
func (w *watcher) end() {
	w.t.Helper()
	before := time.Now()
	w.stop()
	if err := <-w.done; err != nil {
		w.t.Errorf("Run ended with %v, want nil", err)
	}
	if took := time.Since(before); took != 0 {
		w.t.Errorf("Run took %s to end", took)
	}
}

// check compares the story.
func (w *watcher) check(want string) {
	w.t.Helper()
	if got := w.story(); got != want {
		w.t.Errorf("what happened:\n%s\nwant:\n%s", got, want)
	}
}

// newest returns the newest snapshot.
func (w *watcher) newest() *snapshot.Snapshot {
	w.t.Helper()
	taken := all[snapshot.Taken](w.recorder)
	if len(taken) == 0 {
		w.t.Fatal("no snapshot was taken")
	}
	return taken[len(taken)-1].Snapshot
}

// source returns the source that the newest Attached names.
func (w *watcher) source() string {
	attached := all[snapshot.Attached](w.recorder)
	if len(attached) == 0 {
		return ""
	}
	return attached[len(attached)-1].Info.CurveSource
}

// bubble runs a test in fake time with a watched target.
func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

// after lets the time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// gaps returns the times between.
func gaps(at []time.Time) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(at); i++ {
		out = append(out, at[i].Sub(at[i-1]))
	}
	return out
}

func shortest(at []time.Time) time.Duration { return slices.Min(append(gaps(at), time.Hour)) }

// isKind reports whether an error is of a kind.
func isKind(err error, kind fetch.Kind) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	return ok && fault.Kind == kind
}
