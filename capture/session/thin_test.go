package session

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// heavy is the next snapshot, with a raw profile of so many bytes that cannot be packed.
func (r *run) heavy(stacks, raw int) snapshot.Taken {
	taken := r.taken(stacks)
	b := append(make([]byte, 0, raw), 0x1f, 0x8b, 8)
	random := rand.New(rand.NewPCG(1, uint64(r.seq)))
	for len(b) < raw {
		b = append(b, byte(random.Uint32()))
	}
	taken.Snapshot.Raw = map[snapshot.Kind][]byte{snapshot.Heap: b}
	return taken
}

// A file at its bound loses its oldest raw profiles, and nothing that was decoded.
func TestThinsOldestRawProfiles(t *testing.T) {
	const most, shots = 512 << 10, 60
	run := newRun()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	w, err := Create(path, run.header(), run.table, Options{MaxBytes: most})
	if err != nil {
		t.Fatal(err)
	}
	var want []snapshot.Event
	for range shots {
		e := run.heavy(20, 30<<10)
		want = append(want, e)
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > most || info.Size() != w.end {
			t.Fatalf("after #%d it takes %d bytes, want at most %d (%v)", run.seq, info.Size(), most, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, table := open(t, path)
	got := readAll(t, r)
	if len(got) != shots || r.Damage() != "" || !r.Ended() {
		t.Fatalf("%d snapshots of %d; it says %q", len(got), shots, r.Damage())
	}
	first := -1 // that has its raw profile
	for i := range got {
		a, b := got[i].(snapshot.Taken).Snapshot, want[i].(snapshot.Taken).Snapshot
		if first < 0 && a.Raw != nil {
			first = i
		}
		if first >= 0 && !reflect.DeepEqual(a.Raw, b.Raw) {
			t.Errorf("#%d lost its raw profile, and #%d before it has it", a.Seq, first+1)
		}
		bare := *b
		bare.Raw, a.Raw = nil, nil
		if !reflect.DeepEqual(a, &bare) {
			t.Errorf("#%d is another than was written", b.Seq)
		}
	}
	if first < shots/4 || first > shots-10 {
		t.Errorf("the raw profiles from #%d on are kept, want the newest third or so", first+1)
	}
	if !reflect.DeepEqual(table.Since(snapshot.Extent{}), run.table.Since(snapshot.Extent{})) {
		t.Error("the stacks are others")
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside it are %v (%v)", entries, err)
	}
}

// Where what was decoded comes to the bound alone, it is said once, and what
// happens is written all the same.
func TestFullOfSnapshots(t *testing.T) {
	const most = 64 << 10
	run := newRun()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	w, err := Create(path, run.header(), run.table, Options{MaxBytes: most})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	kept, raws := 0, 0
	for range 400 {
		e := run.heavy(60, 4<<10)
		for _, e := range []snapshot.Event{e, snapshot.Warned{Text: "a word"}} {
			if err := w.Apply(e); err != nil {
				said = append(said, err.Error())
			}
		}
		if !w.full {
			kept = run.seq
		}
	}
	for range 500 {
		if err := w.Apply(snapshot.Warned{Text: "a word"}); err != nil {
			said = append(said, err.Error())
		}
	}
	if w.end > most+most/eventShare {
		t.Errorf("it takes %d bytes", w.end)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > most+most/eventShare+200 {
		t.Errorf("in the end it takes %d bytes (%v)", info.Size(), err)
	}
	if len(said) != 2 || !strings.Contains(said[0], "it has reached its limit of 64 KiB; snapshots from now on are not recorded") ||
		!strings.Contains(said[1], "nothing that happens from now on is recorded") {
		t.Errorf("it said %q", said)
	}
	r, _ := open(t, path)
	shots, words := 0, 0
	for _, e := range readAll(t, r) {
		switch e := e.(type) {
		case snapshot.Taken:
			if shots++; e.Snapshot.Seq != shots {
				t.Errorf("#%d comes after %d snapshots", e.Snapshot.Seq, shots-1)
			}
			if e.Snapshot.Raw != nil {
				raws++
			}
		case snapshot.Warned:
			words++
		}
	}
	if shots != kept || words <= kept || raws != 0 || r.Damage() != "" || !r.Ended() {
		t.Errorf("%d snapshots, %d of them with a raw profile, and %d words; want %d without any, and more words; it says %q", shots, raws, words, kept, r.Damage())
	}
}

// A disk that is full for a while is said once. What is written once it has
// room again can be read, and so can what was there before.
func TestFullDisk(t *testing.T) {
	run := newRun()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	w, err := Create(path, run.header(), run.table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	good := w.file
	closed, err := os.Open(path) // which cannot be written to
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	var want []snapshot.Event
	errs := 0
	for i := range 12 {
		if w.file = good; i/4 == 1 {
			w.file = closed
		}
		e := run.taken(20)
		err := w.Apply(e)
		switch {
		case err != nil:
			if errs++; !plain.MatchString(err.Error()) || !strings.Contains(err.Error(), "it cannot be written") {
				t.Errorf("it says %q", err)
			}
		case i/4 != 1:
			want = append(want, e)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if errs != 1 {
		t.Errorf("it was said %d times, want once", errs)
	}
	r, _ := open(t, path)
	if got := readAll(t, r); !reflect.DeepEqual(got, want) || r.Damage() != "" || !r.Ended() {
		t.Errorf("%d events, want the %d that were written; it says %q", len(got), len(want), r.Damage())
	}
}

// Who follows a file goes on when it is thinned, and meets nothing twice.
func TestFollowsThroughThinning(t *testing.T) {
	const shots = 60
	run := newRun()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	w, err := Create(path, run.header(), run.table, Options{MaxBytes: 256 << 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Apply(run.heavy(20, 30<<10)); err != nil {
		t.Fatal(err)
	}
	r, table := open(t, path)
	events := make(chan snapshot.Event)
	done := make(chan error, 1)
	go func() {
		done <- r.Follow(context.Background(), func(e snapshot.Event) { events <- e })
		close(events)
	}()
	seq := 0
	next := func() {
		shot := (<-events).(snapshot.Taken).Snapshot
		if seq++; shot.Seq != seq {
			t.Errorf("#%d comes as number %d", shot.Seq, seq)
		}
		for i := range shot.Heap.Keys {
			if f := table.Leaf(shot.Heap.Keys[i].Stack); !strings.HasPrefix(f.Function, "main.leaf") {
				t.Fatalf("#%d has the stack of %q", seq, f.Function)
			}
		}
	}
	next()
	for i := range shots - 1 {
		if err := w.Apply(run.heavy(20, 30<<10)); err != nil {
			t.Fatal(err)
		}
		if i%20 == 19 { // several at once, as after a thinning
			for seq < run.seq {
				next()
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for seq < shots {
		next()
	}
	if e, more := <-events; more {
		t.Errorf("%T comes after the last", e)
	}
	if err := <-done; err != nil || !r.Ended() || r.Damage() != "" {
		t.Errorf("it ended with %v, ended %v, and says %q", err, r.Ended(), r.Damage())
	}
}

// A run that is thinned over and over keeps the spans of what may go right.
func TestWithout(t *testing.T) {
	all := []span{{kindRaw, 100, 10}, {kindDump, 150, 20}, {kindRaw, 200, 30}, {kindRaw, 300, 40}}
	got := without(all, []span{all[0], all[2]})
	if want := []span{{kindDump, 140, 20}, {kindRaw, 260, 40}}; !reflect.DeepEqual(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
}
