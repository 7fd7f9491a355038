package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leaktop/capture/snapshot"
)

// said is what several goroutines say.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) say(text string) { fmt.Fprintln(s, text) }

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// shown returns what stands on the lines of a terminal.
func shown(t *testing.T, written string) []string {
	t.Helper()
	lines := [][]rune{nil}
	column := 0
	for _, r := range written {
		switch line := &lines[len(lines)-1]; r {
		case '\r':
			column = 0
		case '\n':
			lines, column = append(lines, nil), 0
		default:
			for len(*line) <= column {
				*line = append(*line, ' ')
			}
			(*line)[column] = r
			column++
		}
	}
	var out []string
	for _, line := range lines {
		out = append(out, strings.TrimRight(string(line), " "))
	}
	return out
}

func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, 100*time.Second, 2)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.run(ctx)
		}()
		first, second := p.target(0), p.target(1)
		first.address, second.address = "one", "two"
		first.tell(snapshot.Attached{Info: snapshot.Info{Address: "http://one/"}}, 15*time.Second)
		first.tell(snapshot.Attached{Info: snapshot.Info{Address: "http://one/"}}, 15*time.Second)
		second.tell(snapshot.Unreachable{Since: time.Date(2026, 3, 1, 12, 3, 10, 0, time.UTC), Reason: "refused"}, 15*time.Second)
		second.tell(snapshot.Unreachable{Reason: "refused"}, 15*time.Second)
		first.found("GROWING: 1 growing")
		time.Sleep(70 * time.Second)
		first.tell(snapshot.Taken{Snapshot: &snapshot.Snapshot{Missing: []string{"goroutine profile: 500"}}}, 15*time.Second)
		first.tell(snapshot.Taken{Snapshot: &snapshot.Snapshot{Missing: []string{"goroutine profile: 500"}}}, 15*time.Second)
		first.tell(snapshot.Restarted{Evidence: "its start time changed"}, 15*time.Second)
		first.tell(snapshot.Warned{Text: "careful"}, 15*time.Second)
		for _, actual := range []time.Duration{15, 16, 40, 50, 80} {
			e := snapshot.Scheduled{Every: 15 * time.Second, Actual: actual * time.Second}
			if e.Actual > e.Every {
				e.Slowed = "goroutine profile 433 ms"
			}
			first.tell(e, 15*time.Second)
		}
		first.tell(snapshot.Asked{Call: "goroutine profile", Cost: "1.2 s"}, 15*time.Second)
		first.found("LEAK: 1 leak")
		time.Sleep(30 * time.Second)
		first.end("LEAK: 2 leaks")
		stop()
		<-done
		want := `leaktop: http://one/: watched for 1m40s, with a snapshot every 15s
leaktop: two: no answer since 12:03:10 UTC (refused); leaktop retries until the end
leaktop: http://one/: 30s of 1m40s, 1 snapshot, GROWING: 1 growing
leaktop: http://one/: 1m of 1m40s, 1 snapshot, GROWING: 1 growing
leaktop: http://one/: goroutine profile: 500
leaktop: http://one/: it was restarted (its start time changed); what was seen before no longer counts
leaktop: http://one/: careful
leaktop: http://one/: a snapshot comes every 40s, not 15s: goroutine profile 433 ms
leaktop: http://one/: a snapshot comes every 1m20s, not 15s: goroutine profile 433 ms
leaktop: http://one/: left out because of the cost to the target: the goroutine profile (1.2 s); take it with --allow-costly
leaktop: http://one/: 1m30s of 1m40s, 2 snapshots, LEAK: 1 leak
leaktop: http://one/: 1m40s of 1m40s, 2 snapshots, LEAK: 2 leaks
`
		if out.String() != want {
			t.Errorf("it told\n%swant\n%s", &out, want)
		}
	})
}

// On a terminal one line is rewritten each second; what else is said stands
// above it, and nothing is left of it.
func TestProgressBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out said
		p := newProgress(&out, 2*time.Minute, 1)
		p.width = func() int { return 61 }
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.run(ctx)
		}()
		one := p.target(0)
		one.address = "6060"
		sees := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if got := shown(t, out.String()); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
				t.Errorf("the terminal shows %q, want %q", got, want)
			}
		}
		time.Sleep(time.Second)
		sees("[--------------------] not reached yet")
		one.tell(snapshot.Attached{Info: snapshot.Info{Address: "http://one/"}}, 15*time.Second)
		one.found("LEAK: 12 leaks, 3 stuck, 4 growing")
		time.Sleep(time.Minute)
		sees("[##########----------] 1m of 2m, 1 snapshot, LEAK: 12 leaks,")
		one.found("LEAK: 1 leak")
		time.Sleep(time.Second)
		sees("[##########----------] 1m1s of 2m, 2 snapshots, LEAK: 1 leak")
		one.news("careful")
		sees("leaktop: http://one/: careful", "")
		time.Sleep(time.Second)
		sees("leaktop: http://one/: careful", "[##########----------] 1m2s of 2m, 2 snapshots, LEAK: 1 leak")
		one.end("LEAK: 1 leak")
		stop()
		<-done
		p.clear()
		sees("leaktop: http://one/: careful", "")
	})
}

func TestProgressPause(t *testing.T) {
	for _, c := range []struct{ duration, want time.Duration }{
		{10 * time.Second, 30 * time.Second},
		{2 * time.Minute, 30 * time.Second},
		{time.Hour, 3 * time.Minute},
		{24 * time.Hour, 5 * time.Minute},
		{0, 5 * time.Minute},
	} {
		if got := newProgress(nil, c.duration, 1).pause(); got != c.want {
			t.Errorf("of %s a line each %s, want %s", c.duration, got, c.want)
		}
	}
}
