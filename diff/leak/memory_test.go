package leak

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// holding tells what is said of one finding at each of some snapshots, ten seconds
// apart: what its points say, and what speaks for leaving the verdict.
func holding(points []Verdict, why func(i int) standing) []Verdict {
	m := new(memory)
	var out []Verdict
	for i, v := range points {
		now := why(i)
		now.at = time.Unix(1e9, 0).Add(time.Duration(i) * 10 * time.Second)
		m.begin()
		out = append(out, m.hold("one", v, now))
		m.keep()
	}
	return out
}

// verdicts reads a course of verdicts, a letter each.
func verdicts(letters string) []Verdict {
	of := map[rune]Verdict{'.': "", 'p': Plateau, 'g': Growing, 'S': Stuck, 'L': Leak}
	var out []Verdict
	for _, c := range letters {
		out = append(out, of[c])
	}
	return out
}

func letters(all []Verdict) string {
	var b strings.Builder
	for _, v := range all {
		b.WriteByte(map[Verdict]byte{"": '.', Plateau: 'p', Growing: 'g', Stuck: 'S', Leak: 'L'}[v])
	}
	return b.String()
}

// Looks at which a leak is barely likely are none against it once it was said.
func TestHoldThroughDoubt(t *testing.T) {
	const points = "LLgLLgLLgLLg"
	got := letters(holding(verdicts(points), func(i int) standing {
		return standing{doubt: points[i] == 'g', barely: i > 1}
	}))
	if want := "LLLLLLLLLLLL"; got != want {
		t.Errorf("%s is told as %s, want %s", points, got, want)
	}
}

// A verdict that was reached is left for a reason only.
func TestHold(t *testing.T) {
	for _, test := range []struct {
		name         string
		points, want string
		why          standing
		from         int // snapshot from which on there is that reason
	}{
		{"it becomes stronger at once", ".pgL", ".pgL", standing{}, 0},
		{"quiet steps are no reason", "gLggggggL", "gLLLLLLLL", standing{}, 0},
		{"nor is what the points alone say", "gL......", "gLLLLLLL", standing{}, 0},
		{"what was given back is gone at once", "gLLg.", "gLLpp", standing{freed: true}, 3},
		{"and told of for two minutes", "gLLg..............", "gLLppppppppppppp..", standing{freed: true}, 3},
		{"growth that ended needs three looks", "LLppppp", "LLLLppp", standing{ended: true}, 0},
		{"goroutines that stay though no more come are stuck", "LLpppppppppp", "LLLLSSSSSSSS", standing{ended: true, waits: true, blocks: true}, 0},
		{"and so they are where a leak is in doubt, as it is then", "LLpppppppppp", "LLLLSSSSSSSS", standing{waits: true, blocks: true, doubt: true, unlikely: true}, 0},
		{"workers that were started one by one are not", "LLpppppp", "LLLLpppp", standing{ended: true, waits: true}, 0},
		{"nor where a leak becomes unlikely at once", "LLpppppp", "LLpppppp", standing{waits: true, unlikely: true}, 2},
		{"what may idle is stuck if it leaked for three minutes", "LLLLLLLLLLLLLLLLLLLpppp", "LLLLLLLLLLLLLLLLLLLLLSS", standing{ended: true, waits: true, doubt: true, unlikely: true}, 19},
		{"where they go on to become more they are not stuck", "LLLLLLgggg", "LLLLLLLLgg", standing{waits: true, blocks: true, doubt: true, unlikely: true}, 6},
		{"until they are gone", "SSpp.", "SSSSp", standing{freed: true}, 4},
		{"only what leaked is stuck then", "ggppppp", "ggggppp", standing{ended: true, waits: true, blocks: true}, 0},
		{"chance after all", "gg......", "ggggpppp", standing{noise: true}, 0},
		{"a leak that is no longer likely", "LLgggg", "LLLLgg", standing{doubt: true}, 0},
		{"doubt of a leak is none of growth", "gg....", "gggggg", standing{doubt: true}, 0},
		{"looks that speak against it must be in a row", "LLppLppLppp", "LLLLLLLLLLp", standing{ended: true}, 0},
		{"a leak that is barely likely must be so for a while", "gLLLLgLL", "ggggLLLL", standing{barely: true}, 0},
		{"and without a break", "gLLLgLLL", "gggggggg", standing{barely: true}, 0},
	} {
		got := holding(verdicts(test.points), func(i int) standing {
			if i < test.from {
				return standing{}
			}
			return test.why
		})
		if letters(got) != test.want {
			t.Errorf("%s: %s is told as %s, want %s", test.name, test.points, letters(got), test.want)
		}
	}
}

// Of a verdict that was left it is told which, when and why, until one as strong
// is reached again.
func TestWhyLeft(t *testing.T) {
	start := time.Unix(1e9, 0)
	for _, test := range []struct {
		name   string
		points string
		why    standing
		want   leaving // none where the verdict is ""
	}{
		{"what was given back", "Lg", standing{freed: true}, leaving{Leak, start.Add(10 * time.Second), GaveBack}},
		{"a leak that became unlikely", "Lg", standing{unlikely: true}, leaving{Leak, start.Add(10 * time.Second), LessLikely}},
		{"a leak in doubt", "Lggg", standing{doubt: true}, leaving{Leak, start.Add(30 * time.Second), LessLikely}},
		{"growth that ended", "gppp", standing{ended: true}, leaving{Growing, start.Add(30 * time.Second), HasLevelled}},
		{"chance after all", "g...", standing{noise: true}, leaving{Growing, start.Add(30 * time.Second), ComesAndGoes}},
		{"goroutines that stay", "Lppp", standing{ended: true, waits: true, blocks: true}, leaving{Leak, start.Add(30 * time.Second), HasLevelled}},
		{"a leak again", "LgL", standing{freed: true}, leaving{}},
		{"less than it was", "LgSg", standing{freed: true}, leaving{Stuck, start.Add(30 * time.Second), GaveBack}},
		{"a leak all along", "LLLL", standing{}, leaving{}},
	} {
		m := new(memory)
		for i, v := range verdicts(test.points) {
			now := test.why
			now.at = start.Add(time.Duration(i) * 10 * time.Second)
			m.begin()
			m.hold("one", v, now)
			m.keep()
		}
		got, left := m.reason("one")
		if got != test.want || left != (test.want.verdict != "") {
			t.Errorf("%s: %+v was left, want %+v", test.name, got, test.want)
		}
		if f := got.fact(); left && (f.Kind != VerdictLeft || !slices.Equal(f.Words, []string{string(got.verdict), string(got.reason)}) || !slices.Equal(f.Times, []time.Time{got.at})) {
			t.Errorf("%s: the fact is %+v", test.name, f)
		}
	}
}

// What is told no more is forgotten, and what is judged twice at one snapshot by
// asking again is not counted twice.
func TestMemoryForgets(t *testing.T) {
	m := new(memory)
	for _, v := range verdicts("gL") {
		m.begin()
		m.hold("one", v, standing{at: time.Unix(1e9, 0)})
		m.keep()
	}
	for range 5 { // of judgements that nothing came of
		m.begin()
		if got := m.hold("one", Plateau, standing{ended: true}); got != Leak {
			t.Errorf("told as %q where it was asked for again", got)
		}
	}
	m.begin()
	m.keep()
	if m.has("one") {
		t.Error("it is remembered, though nothing was told of it")
	}
	if got := holding(verdicts("L"), func(int) standing { return standing{} }); !slices.Equal(got, []Verdict{Leak}) {
		t.Errorf("another one is told as %q", got)
	}
}
