package sampler

import (
	"testing"
	"time"
)

const ms = time.Millisecond

// ask records one answer that took so long and returns when it ended.
func (p *pace) ask(at time.Time, took time.Duration) time.Time {
	p.answered(at, at.Add(took))
	return at.Add(took)
}

func TestPaceOfAnswers(t *testing.T) {
	for _, test := range []struct {
		name      string
		latencies []time.Duration
		asked     time.Duration
		want      time.Duration
	}{
		{"before the first answer", nil, time.Second, time.Second},
		{"quick", []time.Duration{2 * ms}, time.Second, time.Second},
		{"slow", []time.Duration{50 * ms}, time.Second, 5 * time.Second},
		{"what was asked is longer", []time.Duration{50 * ms}, 15 * time.Second, 15 * time.Second},
		{"one slow answer among quick ones", []time.Duration{1 * ms, 900 * ms, 1 * ms}, time.Second, time.Second},
		{"the lower one of two", []time.Duration{1 * ms, 900 * ms}, 0, 100 * ms},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p pace
			at := time.Unix(1000, 0)
			for _, latency := range test.latencies {
				at = p.ask(at, latency)
			}
			if got := p.interval(test.asked); got != test.want {
				t.Errorf("interval is %s, want %s", got, test.want)
			}
		})
	}
}

func TestPaceForgetsOldLatencies(t *testing.T) {
	var p pace
	at := time.Unix(1000, 0)
	for range 100 {
		at = p.ask(at, time.Second)
	}
	for range paceWindow/2 + 1 {
		at = p.ask(at, ms)
	}
	if got := p.median(); got != ms {
		t.Errorf("median is %s after most of the window was quick, want %s", got, ms)
	}
	if len(p.latencies) != paceWindow {
		t.Errorf("%d latencies are kept, want %d", len(p.latencies), paceWindow)
	}
}

func TestPaceAfterTimeouts(t *testing.T) {
	var p pace
	at := time.Unix(1000, 0)
	// Nothing was ever answered: the target may be at work on it for as long again.
	p.timedOut(at, at.Add(30*time.Second))
	if got, want := p.next(0), at.Add(90*time.Second); !got.Equal(want) {
		t.Errorf("after one timeout it may be asked at %s, want %s", got, want)
	}
	p = pace{}
	p.ask(at, ms)
	for want := 2; want <= 2*maxSlowdown; want *= 2 {
		p.timedOut(at, at.Add(time.Second))
		if got := p.interval(15 * time.Second); got != time.Duration(min(want, maxSlowdown))*15*time.Second {
			t.Errorf("interval is %s, want %d times 15s", got, min(want, maxSlowdown))
		}
	}
	for want := maxSlowdown / 2; want >= 1; want /= 2 {
		p.ask(at, ms)
		if got := p.interval(15 * time.Second); got != time.Duration(want)*15*time.Second {
			t.Errorf("interval is %s after an answer, want %d times 15s", got, want)
		}
	}
}

func TestPaceCountsThePauseFromTheEnd(t *testing.T) {
	var p pace
	if !p.next(time.Hour).IsZero() {
		t.Error("what was never asked must wait")
	}
	at := time.Unix(1000, 0)
	p.ask(at, 100*ms)
	if got, want := p.next(time.Second), at.Add(100*ms+10*time.Second); !got.Equal(want) {
		t.Errorf("next is %s, want %s", got, want)
	}
	if got, want := p.next(time.Minute), at.Add(time.Minute); !got.Equal(want) {
		t.Errorf("next is %s, want %s: as asked, from begin to begin", got, want)
	}
}
