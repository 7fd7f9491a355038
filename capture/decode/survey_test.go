//go:build !race

package decode

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// The tests here measure what is allocated. The race detector allocates on its own.

// allocates returns the bytes that f allocates in all, garbage included.
func allocates(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// estimated is what decoding a profile takes by the survey and the count of labels.
func estimated(t *testing.T, data []byte) int {
	s, err := surveyProto(data, 0)
	if err != nil {
		t.Fatal(err)
	}
	labels := 0
	each(t, data, func(f field) {
		if f.num == fieldSample {
			each(t, f.body, func(f field) {
				if f.num == 3 {
					labels++
				}
			})
		}
	})
	return s.cost + (costLabel+costLabelled)*labels
}

// each calls visit for each field of a message.
func each(t *testing.T, message []byte, visit func(field)) {
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			t.Fatal(err)
		}
		visit(f)
		message = rest
	}
}

// TestSurveyBoundsAllocation holds the estimate to be an upper bound for what
// decoding really allocates, refused or not, for every hostile shape.
func TestSurveyBoundsAllocation(t *testing.T) {
	const n = 50_000
	for name, data := range hostile {
		t.Run(name, func(t *testing.T) {
			input := data(n)
			estimate := estimated(t, input)
			var decodeErr error
			got := allocates(func() {
				_, decodeErr = Profile(input, "test", snapshot.NewTable(), DefaultLimits())
			})
			if got > estimate+1<<20 {
				t.Errorf("allocated %d bytes, estimated %d (%v)", got, estimate, decodeErr)
			}
		})
	}
}

// TestSurveyIsNotTooStrict keeps the estimate near the truth for real shapes:
// a bound too high would refuse what could be shown. Most of it is for what is
// made of samples later.
func TestSurveyIsNotTooStrict(t *testing.T) {
	data, err := gunzip(manyStacks(t, 20_000), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	s, err := surveyProto(data, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := allocates(func() { decoded(t, data) })
	if s.cost < got || s.cost > 10*got {
		t.Errorf("estimated %d bytes, allocated %d", s.cost, got)
	}
	t.Logf("%d bytes unpacked, estimated %d, allocated %d", len(data), s.cost, got)
}

// TestSizesAreNoLabels takes as many records with the size of their objects as
// the largest services have: their labels are not what a profile is refused for.
func TestSizesAreNoLabels(t *testing.T) {
	const records = 500_000
	var l labels
	for i := range records {
		l.size = int64(i * i % 300)
		if err := l.sized(); err != nil {
			t.Fatalf("record %d: %v", i, err)
		}
	}
	if most := 128 << 20; l.cost > most {
		t.Errorf("the sizes of %d records count as %d bytes, want at most %d", records, l.cost, most)
	}
}

// TestHostileProfiles feeds each shape in a size that would take up to a gigabyte.
func TestHostileProfiles(t *testing.T) {
	const n, most = 1 << 20, 640 << 20
	if testing.Short() {
		t.Skip("makes large inputs")
	}
	for name, data := range hostile {
		t.Run(name, func(t *testing.T) {
			input := gzipped(t, data(n))
			start := time.Now()
			var err error
			got := allocates(func() { _, err = Profile(input, "test", snapshot.NewTable(), DefaultLimits()) })
			if got > most {
				t.Errorf("%d bytes made it allocate %d MiB", len(input), got>>20)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			t.Logf("%d bytes, allocated %d MiB in %v: %v", len(input), got>>20, time.Since(start), err)
		})
	}
}

// TestHostileTexts has text profiles that make the parser grow or compare without bound.
func TestHostileTexts(t *testing.T) {
	const head, maps = "goroutine profile: total 1\n1 @ 0x1\n", "--- Memory map: ---\n"
	inputs := map[string]string{
		"samples":             "goroutine profile: total 1\n" + strings.Repeat("1 @ 0x1\n", 1<<20),
		"addresses":           "goroutine profile: total 1\n" + strings.Repeat("1 @"+strings.Repeat(" 0x1", 10000)+"\n", 1<<8),
		"mappings":            head + maps + strings.Repeat("00400000-00500000 r-xp 00000000 fd:01 1 /bin/x\n", 1<<15),
		"variables in values": head + maps + "a=xxxxxxxxxxxxxxxx\nb=$a$a$a$a\nc=$b$b$b$b\n",
		"many variables":      head + maps + strings.Repeat("a=xxxxxxxxxxxxxxxx\n", 1<<10),
		"uses of a variable":  head + maps + "a=" + strings.Repeat("x", 1<<10) + "\n" + strings.Repeat("$a\n", 1<<14),
		"comments":            strings.Repeat("#\n", 30<<20),
	}
	for name, text := range inputs {
		t.Run(name, func(t *testing.T) {
			data, err := []byte(text), error(nil)
			got := allocates(func() { _, err = Profile(data, "test", snapshot.NewTable(), DefaultLimits()) })
			if err == nil {
				t.Error("decoded")
			}
			if got > 16<<20 {
				t.Errorf("allocated %d MiB (%v)", got>>20, err)
			}
		})
	}
}

func TestGunzipDoesNotTrustTheTrailer(t *testing.T) {
	small := withTrailer(gzipped(t, bytes.Repeat([]byte("ab"), 1<<19)), 500<<20)
	allocated := allocates(func() {
		if _, err := gunzip(small, 512<<20); err == nil {
			t.Error("no error about the wrong size")
		}
	})
	if allocated > 4<<20 {
		t.Errorf("allocated %d bytes for what unpacks to 1 MiB", allocated)
	}
}
