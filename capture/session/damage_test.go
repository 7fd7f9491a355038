package session

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// memory is a file in memory.
type memory []byte

func (m memory) ReadAt(p []byte, at int64) (int, error) { return bytes.NewReader(m).ReadAt(p, at) }
func (m memory) size() (int64, error)                   { return int64(len(m)), nil }

// small writes a small run that has everything in it, and returns its bytes and
// where each record begins.
func small(t testing.TB) (file []byte, records []found) {
	t.Helper()
	run := newRun()
	file, err := os.ReadFile(run.record(t, Options{}, run.events(4, 3)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReader("small", memory(file), snapshot.NewTable())
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(2 * preambleSize); ; {
		found, err := r.find(at, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if !found.whole {
			return file, records
		}
		records, at = append(records, found), found.end()
	}
}

// read reads all events of a file in memory.
func read(t testing.TB, file []byte) (*Reader, []snapshot.Event) {
	t.Helper()
	r, err := newReader("small", memory(file), snapshot.NewTable())
	if err != nil {
		t.Fatal(err)
	}
	return r, readAll(t, r)
}

// isEvent reports whether a record is read as an event of its own.
func isEvent(k kind) bool {
	switch k {
	case kindHeader, kindSettings, kindTable, kindRaw, kindDump, kindArguments, kindClosed:
		return false
	}
	return true
}

// A file that is cut at any byte shows all that is whole, and says that it was cut.
func TestCutAtEveryByte(t *testing.T) {
	file, records := small(t)
	_, all := read(t, file)
	for n := range file {
		r, err := newReader("small", memory(file[:n]), snapshot.NewTable())
		if n < preambleSize {
			if err == nil || !strings.Contains(err.Error(), "not a leaktop session file") {
				t.Fatalf("%d bytes gave %v, want that it is no session file", n, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		events := readAll(t, r)
		whole, end := 0, int64(2*preambleSize)
		for _, f := range records {
			if f.end() > int64(n) {
				break
			}
			end = f.end()
			if isEvent(f.kind) {
				whole++
			}
		}
		if len(events) != whole || whole > 0 && !reflect.DeepEqual(events, all[:whole]) {
			t.Fatalf("%d bytes: %d events are not the first %d", n, len(events), whole)
		}
		if said := strings.Contains(r.Damage(), "of an incomplete record"); said != (int64(n) > end) || r.Ended() {
			t.Fatalf("%d bytes, the last record ends at %d: it says %q", n, end, r.Damage())
		}
	}
}

// A flipped bit loses at most the record that it is in, and what was built on
// it. What is read is never wrong.
func TestEveryFlippedBit(t *testing.T) {
	file, records := small(t)
	_, all := read(t, file)
	bySeq := make(map[int]*snapshot.Snapshot)
	for _, e := range all {
		if taken, ok := e.(snapshot.Taken); ok {
			bySeq[taken.Snapshot.Seq] = taken.Snapshot
		}
	}
	for bit := range 8 * len(file) {
		hit := kind(0) // the preamble
		for _, f := range records {
			if int64(bit/8) >= f.at {
				hit = f.kind
			}
		}
		file[bit/8] ^= 1 << (bit % 8)
		r, events := read(t, file)
		file[bit/8] ^= 1 << (bit % 8)
		least := len(all)
		if isEvent(hit) {
			least--
		}
		if len(events) < least {
			t.Fatalf("bit %d, in a record of kind %d: %d events of %d", bit, hit, len(events), len(all))
		}
		if (hit == 0) != (r.Damage() == "") {
			t.Fatalf("bit %d, in a record of kind %d: it says %q", bit, hit, r.Damage())
		}
		for _, e := range events {
			if taken, ok := e.(snapshot.Taken); ok {
				checkShot(t, taken.Snapshot, bySeq[taken.Snapshot.Seq], hit, bit)
			}
		}
	}
}

// checkShot holds a snapshot of a damaged file against the one that was written.
func checkShot(t *testing.T, got, want *snapshot.Snapshot, hit kind, bit int) {
	t.Helper()
	missing := len(want.Missing)
	for _, k := range chained() {
		p, q := got.Profile(k), want.Profile(k)
		switch {
		case p == nil && q != nil:
			missing++
		case hit == kindTable && q != nil: // its stacks have other ids, but none is lost
			for column := range q.Types {
				if p.Total(column) != q.Total(column) {
					t.Fatalf("bit %d: the %s of #%d adds up to %d, want %d", bit, k, want.Seq, p.Total(column), q.Total(column))
				}
			}
		case !reflect.DeepEqual(p, q):
			t.Fatalf("bit %d: the %s of #%d is\n%+v, want\n%+v", bit, k, want.Seq, p, q)
		}
	}
	if len(got.Missing) != missing {
		t.Fatalf("bit %d: #%d says %q, want %d lines", bit, want.Seq, got.Missing, missing)
	}
	for k, raw := range got.Raw {
		if !bytes.Equal(raw, want.Raw[k]) {
			t.Fatalf("bit %d: the raw %s of #%d is %q", bit, k, want.Seq, raw)
		}
	}
}

// A damaged profile costs those that are built on it, up to the next that is whole.
func TestLostSnapshotBreaksTheChain(t *testing.T) {
	run := newRun()
	const shots = 2*maxChain + 10
	var events []snapshot.Event
	heap := run.heap(0, 300)
	for n := range shots {
		next := *heap
		next.Values = slices.Clone(heap.Values)
		next.Values[n%len(next.Values)]++
		heap = &next
		events = append(events, snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: n + 1, Time: run.at(n), Heap: heap}})
	}
	file, err := os.ReadFile(run.record(t, Options{}, events))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReader("run", memory(file), snapshot.NewTable())
	if err != nil {
		t.Fatal(err)
	}
	for at, n := int64(2*preambleSize), 0; n < 20; { // the 20th snapshot
		found, err := r.find(at, int64(len(file)))
		if err != nil || !found.whole {
			t.Fatal(found, err)
		}
		if at = found.end(); found.kind == kindSnapshot {
			n++
			if n == 20 {
				file[at-1] ^= 1
			}
		}
	}
	broken, lines := 0, map[string]bool{}
	got := readAll(t, r)
	for _, e := range got {
		if shot := e.(snapshot.Taken).Snapshot; shot.Heap == nil {
			broken++
			lines[shot.Missing[0]] = true
		} else if want := events[shot.Seq-1].(snapshot.Taken).Snapshot; !reflect.DeepEqual(shot.Heap, want.Heap) {
			t.Errorf("#%d is another than was written", shot.Seq)
		}
	}
	if len(got) != shots-1 || broken == 0 || broken > maxChain || len(lines) != 1 {
		t.Errorf("%d snapshots of %d, %d without a heap profile: %v", len(got), shots, broken, lines)
	}
	if want := "1 damaged record left out, 1 snapshot among them"; r.Damage() != want {
		t.Errorf("it says %q, want %q", r.Damage(), want)
	}
}

// What is damaged between two records is passed over.
func TestGarbageInBetween(t *testing.T) {
	file, records := small(t)
	_, all := read(t, file)
	at := records[len(records)/2].at
	garbage := bytes.Repeat([]byte("leaktop\x1a\x01\x00\x00\x00"), 1000)
	r, events := read(t, append(append(bytes.Clone(file[:at]), garbage...), file[at:]...))
	if len(events) != len(all) || !r.Ended() || r.Damage() != "1 damaged record left out" {
		t.Errorf("%d events of %d, ended %v, and it says %q", len(events), len(all), r.Ended(), r.Damage())
	}
}
