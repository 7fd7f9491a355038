package main

import (
	"testing"
	"time"

	"leaktop/fixtures/leaky"
)

// TestScoreboardShort is the scoreboard for every day: few modes at raised
// rates, judged early. What leaks is to be named by its check, as growing at
// least, and nothing may be wrong. It runs alone, four services at once: more
// would take what two cores have.
func TestScoreboardShort(t *testing.T) {
	modes, err := leaky.Select([]string{"task", "state", "send", "lock", "sawtooth", "burst", "workers", "contended"})
	if err != nil {
		t.Fatal(err)
	}
	sheets := watchModes(t, modes, watching{
		rate:   8,
		every:  2 * time.Second,
		ends:   []time.Duration{20 * time.Second},
		atOnce: 4,
	})
	total := score(sheets).all
	if len(sheets) != len(modes) || total.seen() != total.places || total.checks != total.seen() || total.wrong > 0 {
		t.Errorf("not all of %d modes were judged rightly:\n%s", len(modes), board(sheets))
	}
}
