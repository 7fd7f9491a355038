package trend

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Over a week, a series keeps few points, the first and the newest among them,
// and what it keeps is what it was at those times.
func TestThinning(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	start := time.Unix(1e9, 0)
	var line timeline
	var often, seldom series
	values := make(map[int64][2]amount) // by second
	var a, b amount
	const every = 15 * time.Second
	for i := range 7 * 24 * 60 * 4 {
		at := start.Add(time.Duration(i) * every)
		step := every
		if i == 0 {
			step = 0
		}
		place := line.add(at, step)
		a.live += int64(r.IntN(3)) - 1
		if i%5000 == 100 {
			b.live++
		}
		often.set(place, a)
		seldom.set(place, b)
		values[at.Unix()] = [2]amount{a, b}
		if line.crowded(len(often.packed) + len(seldom.packed)) {
			moved := line.thin()
			often.thin(moved)
			seldom.thin(moved)
		}
	}
	n := len(line.times)
	if n < maxTimes/2 || n > maxTimes || int(often.count) > n || int(seldom.count) > 9 {
		t.Errorf("%d times, %d and %d points", n, int(often.count), int(seldom.count))
	}
	if !line.times[0].Equal(start) || line.times[n-1].Sub(start) != 7*24*time.Hour-every {
		t.Errorf("kept %v to %v", line.times[0], line.times[n-1])
	}
	widest := 0.0
	for i := 1; i < n; i++ {
		widest = max(widest, line.seconds[i]-line.seconds[i-1])
		if line.seconds[i] != line.times[i].Sub(start).Seconds() {
			t.Fatalf("place %d is at %v s", i, line.seconds[i])
		}
	}
	// Even spacing over the week would be 1.5 hours.
	if widest > 5*3600 {
		t.Errorf("the widest gap is %.1f h", widest/3600)
	}
	for i, s := range []*series{&often, &seldom} {
		s.each(n, func(place int, got amount) {
			if want := values[line.times[place].Unix()][i]; got != want {
				t.Errorf("series %d at %v: got %v, want %v", i, line.times[place], got, want)
			}
		})
	}
}

func TestCrowdedByBytes(t *testing.T) {
	var line timeline
	for range 40 {
		line.add(time.Time{}, time.Second)
	}
	if line.crowded(maxBytes) || !line.crowded(maxBytes+1) {
		t.Error("the bound of all bytes does not hold")
	}
	for line.crowded(maxBytes + 1) {
		line.thin()
	}
	if n := len(line.times); n > minTimes || n < minTimes/2 {
		t.Errorf("kept %d times", n)
	}
}

// What went up and came back between two times that are kept leaves no point.
func TestThinForgetsWhatCameBack(t *testing.T) {
	s := series{}
	for place, live := range []int64{5, 6, 5, 7} {
		s.set(place, amount{live: live})
	}
	s.thin([]uint32{0, 1, 1, 2})
	var got []int64
	s.each(3, func(_ int, a amount) { got = append(got, a.live) })
	if s.count != 2 || got[0] != 5 || got[1] != 5 || got[2] != 7 {
		t.Errorf("got %v from %d points", got, s.count)
	}
}

// Series that lie in one piece of memory stay apart, also when they outgrow it.
func TestMove(t *testing.T) {
	all := make([]series, 3)
	set := func(from, to int) {
		for place := from; place < to; place++ {
			for i := range all {
				all[i].set(place, amount{live: int64(place * (i + 1)), alloc: int64(place << (9 * i))})
			}
		}
	}
	set(0, 20)
	room := 0
	for i := range all {
		room += all[i].room()
	}
	piece := make([]byte, 0, room)
	for i := range all {
		piece = all[i].move(piece)
	}
	if len(piece) != room || &all[0].packed[0] != &piece[0] {
		t.Errorf("%d bytes are taken of %d", len(piece), room)
	}
	set(20, 60)
	for i := range all {
		all[i].each(60, func(place int, got amount) {
			if want := (amount{int64(place * (i + 1)), int64(place << (9 * i))}); got != want {
				t.Errorf("series %d at %d: got %v, want %v", i, place, got, want)
			}
		})
	}
}
