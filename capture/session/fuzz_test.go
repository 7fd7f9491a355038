package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/klauspost/compress/flate"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// FuzzReader holds what is promised of reading, whatever the bytes: no panic,
// no end to come to, no more memory than the file accounts for, clean strings,
// and snapshots in order.
//
// A file is fuzzed as it stands, and as a list of records whose sums and checks are made
// right, since what is behind them is of interest: kind, flags and two bytes of
// length before each payload.
func FuzzReader(f *testing.F) {
	run := newRun()
	file, err := os.ReadFile(run.record(f, Options{}, run.events(2, 2)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(false, file)
	f.Add(false, file[:len(file)/2])
	f.Add(true, unsealed(f, file))
	f.Add(true, []byte{byte(kindTable), 1, 5, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, loose bool, data []byte) {
		if loose {
			data = sealed(data)
		}
		before := allocated()
		table := snapshot.NewTable()
		r, err := newReader("fuzz", memory(data), table)
		checkAllocated(t, "opening", before, data)
		if err != nil {
			if text := err.Error(); !plain.MatchString(text) {
				t.Fatalf("error %q", text)
			}
			return
		}
		history := snapshot.NewHistory(table)
		last := 0
		for {
			before := allocated()
			e, err := r.Next()
			checkAllocated(t, "an event", before, data)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if taken, ok := e.(snapshot.Taken); ok {
				if taken.Snapshot.Seq <= last {
					t.Fatalf("#%d after #%d", taken.Snapshot.Seq, last)
				}
				last = taken.Snapshot.Seq
				checkRead(t, table, taken.Snapshot)
			}
			history.Apply(e)
		}
		if text := r.Damage(); clean.Text(text) != text {
			t.Fatalf("damage %q", text)
		}
	})
}

// mostAllocated is what an event may allocate besides a multiple of the file:
// what inflates, and ids of which nothing is known that have something stand in for.
const mostAllocated = 160 << 20

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func checkAllocated(t *testing.T, what string, before uint64, data []byte) {
	t.Helper()
	if n := allocated() - before; n > mostAllocated+400*uint64(len(data)) {
		t.Fatalf("%s took %d bytes for a file of %d", what, n, len(data))
	}
}

// checkRead holds a snapshot to what the program relies on.
func checkRead(t *testing.T, table *snapshot.Table, s *snapshot.Snapshot) {
	t.Helper()
	frames, stacks := table.Size()
	for _, k := range chained() {
		p := s.Profile(k)
		if p == nil {
			continue
		}
		if len(p.Types) == 0 || len(p.Values) != len(p.Keys)*len(p.Types) || p.DefaultType < -1 || p.DefaultType >= len(p.Types) {
			t.Fatalf("%d values for %d keys and %d types, default %d", len(p.Values), len(p.Keys), len(p.Types), p.DefaultType)
		}
		for i, key := range p.Keys {
			if i > 0 && p.Keys[i-1].Compare(key) >= 0 || int(key.Stack) > stacks {
				t.Fatalf("key %v after others, of %d stacks", key, stacks)
			}
			for f := range table.Frames(key.Stack) {
				if clean.Text(f.Function) != f.Function || clean.Text(f.File) != f.File || f.Function == "" || f.Line < 0 || f.StartLine < 0 {
					t.Fatalf("frame %+v", f)
				}
			}
			for _, l := range table.Labels(key.Labels) {
				if clean.Text(l.Key) != l.Key || clean.Text(l.Value) != l.Value {
					t.Fatalf("label %+v", l)
				}
			}
		}
	}
	if s.Dump != nil {
		for _, g := range s.Dump.Goroutines {
			if int(g.Stack) > stacks || int(g.Creator) > frames || clean.Text(g.Status) != g.Status {
				t.Fatalf("goroutine %+v", g)
			}
		}
		for stack, sets := range s.Dump.Arguments {
			for _, set := range sets {
				if int(stack) > stacks || set.Count < 0 || len(set.Objects) > snapshot.MaxObjects || slices.ContainsFunc(set.Objects, func(o snapshot.Argument) bool { return int(o.Frame) > frames }) {
					t.Fatalf("arguments %+v of stack %d", set, stack)
				}
			}
		}
	}
}

// sealed makes a file of records whose sums and checks are right.
func sealed(loose []byte) []byte {
	p := preamble{version: version}
	file := p.append(nil)
	for n := uint32(1); len(loose) >= 4; n++ {
		h := head{kind: kind(loose[0]), deflated: loose[1]&1 != 0, number: n}
		length := min(int(binary.LittleEndian.Uint16(loose[2:])), len(loose)-4)
		body := loose[4 : 4+length]
		loose = loose[4+length:]
		if h.deflated {
			body = deflated(body)
		}
		h.length, h.sum = uint32(len(body)), crc32.Checksum(body, crcTable)
		file = append(h.append(file, p.salt), body...)
	}
	return file
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// unsealed makes the list that a file is sealed from.
func unsealed(tb testing.TB, file []byte) []byte {
	tb.Helper()
	r, err := newReader("small", memory(file), snapshot.NewTable())
	if err != nil {
		tb.Fatal(err)
	}
	var loose []byte
	for at := int64(2 * preambleSize); ; {
		found, err := r.find(at, int64(len(file)))
		if err != nil {
			tb.Fatal(err)
		}
		if !found.whole {
			return loose
		}
		at = found.end()
		body, err := r.payload(found)
		if err != nil {
			tb.Fatal(err)
		}
		loose = append(loose, byte(found.kind), 0)
		if found.deflated {
			loose[len(loose)-1] = 1
		}
		loose = binary.LittleEndian.AppendUint16(loose, uint16(len(body)))
		loose = append(loose, body...)
	}
}

// What was unsealed and sealed again is the same run.
func TestSealed(t *testing.T) {
	file, _ := small(t)
	_, all := read(t, file)
	if r, got := read(t, sealed(unsealed(t, file))); len(got) != len(all) || r.Damage() != "" || !r.Ended() {
		t.Errorf("%d events of %d; it says %q", len(got), len(all), r.Damage())
	}
}
