package session

import (
	"bytes"
	"hash/crc32"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/snapshot"
)

// madeFile is a file of records that no writer makes.
func madeFile(t *testing.T, records ...madeRecord) []byte {
	t.Helper()
	p := preamble{version: version, salt: [8]byte{1, 2, 3}}
	file := p.append(nil)
	for i, r := range records {
		var packed bytes.Buffer
		w, err := flate.NewWriter(&packed, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(r.payload); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b := packed.Bytes()
		h := head{kind: r.kind, deflated: true, number: uint32(i + 1), length: uint32(len(b)), sum: crc32.Checksum(b, crcTable)}
		file = append(h.append(file, p.salt), b...)
	}
	return file
}

type madeRecord struct {
	kind    kind
	payload payload
}

// begun is the begin of a snapshot's record, up to the texts of what is missing.
func begun(seq, run int64) payload {
	var p payload
	for range 3 { // the extent of the table
		p.uint(0)
	}
	p.int(seq)
	p.time(time.Unix(seq, 0))
	p.int(run)
	p.bool(false)
	p.bool(false)
	return p
}

// bare is a snapshot that holds nothing.
func bare(seq, run int64) payload {
	p := begun(seq, run)
	p.strings(nil)
	p.vitals(&snapshot.Vitals{})
	for range 5 { // two profiles, a third, raw ones and a dump
		p.uint(0)
	}
	return p
}

// TestHostileRecords reads records of a few kilobytes that unpack to lists of
// millions of empty elements: they take no more than a bound.
func TestHostileRecords(t *testing.T) {
	const many = 16 << 20
	empty := make([]byte, many)
	missing := begun(1, 0)
	missing.uint(many)
	names := payload{0, 0, 0, 0, 0} // after nothing, no frames, no stacks
	names.uint(1)
	names.uint(many / 2)
	info := payload{0, 0, 0, 0, 0, 0, 1}
	info.uint(many / 2)
	for _, c := range []struct {
		name string
		kind kind
		p    payload
	}{
		{"missing profiles", kindSnapshot, missing},
		{"labels of a set", kindTable, names},
		{"profiles of a target", kindAttached, info},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := madeFile(t, madeRecord{c.kind, append(c.p, empty...)})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			read(t, file)
			runtime.ReadMemStats(&after)
			if took := int(after.TotalAlloc-before.TotalAlloc) >> 20; took > 256 {
				t.Errorf("%d KiB made it allocate %d MiB", len(file)>>10, took)
			}
		})
	}
}

// TestRunsBeyondCount reads a run number that cannot be counted on from.
func TestRunsBeyondCount(t *testing.T) {
	file := madeFile(t, madeRecord{kindSnapshot, bare(1, 0)}, madeRecord{kindSnapshot, bare(2, math.MaxInt64)})
	r, events := read(t, file)
	h := snapshot.NewHistory(snapshot.NewTable())
	for _, e := range events {
		h.Apply(e)
	}
	if got := len(h.Run()); got > 1 || r.Damage() == "" {
		t.Errorf("a run of %d snapshots, damage %q; want one at most, and damage", got, r.Damage())
	}
}

// TestStateWithoutStack keeps the ids of a table in which a dump has put a state of
// goroutines whose stack it could not tell.
func TestStateWithoutStack(t *testing.T) {
	run := newRun()
	run.table.InState(snapshot.NoStack, "running")
	r, table := open(t, run.record(t, Options{}, run.events(3, 20)))
	for _, e := range readAll(t, r) {
		if taken, ok := e.(snapshot.Taken); ok {
			for _, k := range taken.Snapshot.Heap.Keys {
				if got, want := table.Stack(k.Stack), run.table.Stack(k.Stack); len(got) == 0 || len(got) != len(want) || got[0] != want[0] {
					t.Fatalf("#%d: stack %d is %v, want %v", taken.Snapshot.Seq, k.Stack, got, want)
				}
			}
		}
	}
	if r.Damage() != "" {
		t.Errorf("damage: %s", r.Damage())
	}
}
