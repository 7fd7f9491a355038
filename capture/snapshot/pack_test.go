package snapshot_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/fixtures/bench/day"
)

// session is the heap profiles, or those of the goroutines, of a busy program.
func session(kind snapshot.Kind, snapshots int, p day.Program) []*snapshot.Profile {
	s := day.New(snapshot.NewTable(), 1, p)
	var out []*snapshot.Profile
	for range snapshots {
		for _, e := range s.Next() {
			if taken, ok := e.(snapshot.Taken); ok {
				out = append(out, taken.Snapshot.Profile(kind))
			}
		}
	}
	return out
}

func busy() day.Program {
	return day.Program{Stacks: 2000, Groups: 300, Changing: 0.1, Leaks: 20, Every: 30 * time.Second}
}

// random is a profile of any shape: few columns or many, of any values.
func random(r *rand.Rand, columns int) *snapshot.Profile {
	p := &snapshot.Profile{Kind: snapshot.Other, DefaultType: r.IntN(columns+1) - 1, Period: r.Int64N(3) * 1000, Duration: time.Duration(r.IntN(3))}
	if r.IntN(3) > 0 {
		p.Time = time.Unix(0, r.Int64N(1e18))
	}
	for i := range columns {
		p.Types = append(p.Types, snapshot.SampleType{Name: fmt.Sprint("column", i), Unit: "count"})
	}
	return refill(r, p)
}

// refill is the same profile with other records, some of them the same.
func refill(r *rand.Rand, before *snapshot.Profile) *snapshot.Profile {
	p := *before
	old := make(map[snapshot.Key][]int64)
	for i, k := range before.Keys {
		if r.IntN(4) > 0 {
			old[k] = before.Vector(i)
		}
	}
	for range r.IntN(1500) {
		k := snapshot.Key{Stack: snapshot.StackID(r.Uint32()), Labels: snapshot.LabelsID(r.Uint32N(3)), Size: r.Int64N(4) * 4096}
		if r.IntN(8) == 0 {
			k.Stack, k.Size = snapshot.StackID(r.Uint32N(9)), -r.Int64()
		}
		old[k] = make([]int64, len(p.Types))
	}
	p.Keys, p.Values = nil, nil
	for k := range old {
		p.Keys = append(p.Keys, k)
	}
	slices.SortFunc(p.Keys, snapshot.Key.Compare)
	for _, k := range p.Keys {
		v := slices.Clone(old[k])
		if len(v) > 0 && r.IntN(3) == 0 {
			v[r.IntN(len(v))] = []int64{0, 1, -1, math.MaxInt64, math.MinInt64, r.Int64()}[r.IntN(6)]
		}
		p.Values = append(p.Values, v...)
	}
	return &p
}

// equalProfiles compares in everything, but for whether what is empty is nil.
func equalProfiles(t *testing.T, what string, got, want *snapshot.Profile) {
	t.Helper()
	if got == nil {
		t.Fatalf("%s: there is none", what)
	}
	g, w := *got, *want
	if !g.Time.Equal(w.Time) || !slices.Equal(g.Types, w.Types) || !slices.Equal(g.Keys, w.Keys) || !slices.Equal(g.Values, w.Values) {
		t.Fatalf("%s: the records differ", what)
	}
	g.Time, g.Types, g.Keys, g.Values = w.Time, w.Types, w.Keys, w.Values
	if !reflect.DeepEqual(g, w) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, g, w)
	}
}

// What is packed is unpacked as it was, frame by frame.
func TestPackAndUnpack(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	chains := map[string][]*snapshot.Profile{
		"heap":       session(snapshot.Heap, 40, busy()),
		"goroutines": session(snapshot.Goroutine, 40, busy()),
		"nothing":    {{}, {}, {DefaultType: -1}},
	}
	for _, columns := range []int{0, 1, 2, 16, 17, 70} {
		p := random(r, columns)
		all := []*snapshot.Profile{p}
		for i := range 12 {
			if p = refill(r, p); i == 6 {
				p.Period++ // another head
			}
			all = append(all, p)
		}
		chains[fmt.Sprint(columns, " columns")] = all
	}
	for name, profiles := range chains {
		t.Run(name, func(t *testing.T) {
			var packer snapshot.Packer
			var unpacker snapshot.Unpacker
			var handed []*snapshot.Profile
			for i, p := range profiles {
				frame := packer.Append(nil, p)
				if i == 0 && !snapshot.IsKeyFrame(frame) {
					t.Fatal("a chain does not begin with a key frame")
				}
				if err := unpacker.Next(frame); err != nil {
					t.Fatal(err)
				}
				handed = append(handed, unpacker.Profile())
			}
			for i, p := range profiles { // what was handed out did not change since
				equalProfiles(t, fmt.Sprint("profile ", i), handed[i], p)
			}
		})
	}
}

// Frames of a heap that a Go program reports hold numbers of sampled objects: a
// few bytes a record that changed.
func TestPackedSize(t *testing.T) {
	profiles := session(snapshot.Heap, 300, busy())
	var packer snapshot.Packer
	keys, sum, largest := 0, 0, 0
	for i, p := range profiles {
		frame := packer.Append(nil, p)
		sum += len(frame)
		if snapshot.IsKeyFrame(frame) {
			keys++
			if i == 0 && len(frame) > 8*len(p.Keys) {
				t.Errorf("a key frame of %d records takes %d bytes", len(p.Keys), len(frame))
			}
			continue
		}
		largest = max(largest, len(frame))
	}
	changed := int(busy().Changing*float64(busy().Stacks)) + busy().Leaks
	if largest > 5*changed {
		t.Errorf("of a profile with %d changes a frame takes %d bytes", changed, largest)
	}
	if mean := sum / len(profiles); mean > 6*changed {
		t.Errorf("a frame takes %d bytes in the mean", mean)
	}
	if keys < 2 || keys > len(profiles)/20 {
		t.Errorf("%d of %d frames are key frames", keys, len(profiles))
	}
}

// A real profile of a Go program is made of counts, as the packing assumes.
func TestRealProfileIsCounts(t *testing.T) {
	const name = "../../fixtures/profiles/prometheus-heap.pb.gz"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := decode.Profile(data, name, snapshot.NewTable(), decode.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var packer snapshot.Packer
	frame := packer.AppendKey(nil, p)
	var unpacker snapshot.Unpacker
	if err := unpacker.Next(frame); err != nil {
		t.Fatal(err)
	}
	equalProfiles(t, name, unpacker.Profile(), p)
	t.Logf("%d records: %d bytes", len(p.Keys), len(frame))
	if most := 12 * len(p.Keys); len(frame) > most {
		t.Errorf("%d records take %d bytes, want at most %d", len(p.Keys), len(frame), most)
	}
}

// A chain that lost a frame, or was damaged, says so and goes on with the next
// key frame.
func TestUnpackRefuses(t *testing.T) {
	profiles := session(snapshot.Heap, 3, busy())
	var packer snapshot.Packer
	key, delta := packer.Append(nil, profiles[0]), packer.Append(nil, profiles[1])
	var u snapshot.Unpacker
	refused := func(what string, frame []byte) {
		t.Helper()
		if err := u.Next(frame); err == nil {
			t.Errorf("%s is taken", what)
		}
		if u.Profile() != nil {
			t.Errorf("after %s there is a profile", what)
		}
	}
	refused("nothing", nil)
	refused("a delta without what it differs from", delta)
	for cut := range 400 {
		refused("a key frame that was cut", key[:cut*len(key)/400])
	}
	if err := u.Next(key); err != nil {
		t.Fatal(err)
	}
	refused("a delta that was cut", delta[:len(delta)-1])
	refused("a delta after damage", delta)
	refused("another version", append([]byte{key[0] + 4}, key[1:]...))
	refused("more than there is", append(slices.Clone(key), 0))
	u.MaxRecords = 100
	refused("more records than are allowed", key)
	u.MaxRecords, u.MaxValues = 0, 400
	refused("more values than are allowed", key)
	u.MaxValues = 0
	for _, frame := range [][]byte{key, delta} {
		if err := u.Next(frame); err != nil {
			t.Fatal(err)
		}
	}
	equalProfiles(t, "after all that", u.Profile(), profiles[1])
}

// Few bytes that claim many records of many columns take no memory.
func TestUnpackIsBounded(t *testing.T) {
	head := []byte{1<<2 | 1, 0, 1, 0, 0, 0} // a key frame of no kind
	head = binary.AppendUvarint(head, 256)
	head = append(head, make([]byte, 2*256)...) // columns without names
	head = append(head, 0, 0)                   // no duration, nothing deleted
	frame := binary.AppendUvarint(head, 1<<20)
	for range 1 << 20 {
		frame = append(frame, 1<<2|1) // the next stack, without a size
	}
	frame = append(frame, make([]byte, 1<<20/512)...) // nothing changed from zero
	var u snapshot.Unpacker
	if err := u.Next(frame); err == nil {
		t.Error("2 GiB of values are unpacked from 1 MiB")
	}
	if allocated := testing.AllocsPerRun(1, func() { _ = u.Next(frame) }); allocated > 1000 {
		t.Errorf("%v allocations", allocated)
	}
}

// FuzzUnpack reads frames as they may stand in a damaged or made-up file: none
// makes it panic, and what is taken packs into the same again.
func FuzzUnpack(f *testing.F) {
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		var packer snapshot.Packer
		var frames []byte
		for _, p := range session(kind, 3, day.Program{Stacks: 30, Groups: 20, Changing: 0.3, Every: time.Second}) {
			frame := packer.Append(nil, p)
			frames = append(binary.AppendUvarint(frames, uint64(len(frame))), frame...)
		}
		f.Add(frames)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		u := snapshot.Unpacker{MaxValues: 1 << 16, MaxRecords: 1 << 14}
		var packer snapshot.Packer
		var again snapshot.Unpacker
		for len(data) > 0 {
			n, size := binary.Uvarint(data)
			if size <= 0 || n > uint64(len(data)-size) {
				n = uint64(len(data) - 1)
				size = 1
			}
			frame := data[size : size+int(n)]
			data = data[size+int(n):]
			if u.Next(frame) != nil {
				continue
			}
			p := u.Profile()
			if len(p.Values) != len(p.Keys)*len(p.Types) {
				t.Fatalf("%d values of %d records", len(p.Values), len(p.Keys))
			}
			if err := again.Next(packer.Append(nil, p)); err != nil {
				t.Fatal(err)
			}
			equalProfiles(t, "packed again", again.Profile(), p)
		}
	})
}

// BenchmarkPack packs and unpacks a snapshot of 20,000 stacks of which one in
// ten changed.
func BenchmarkPack(b *testing.B) {
	profiles := session(snapshot.Heap, 2, day.Program{Stacks: 20_000, Changing: 0.1, Every: time.Second})
	var packer snapshot.Packer
	key := packer.Append(nil, profiles[0])
	delta := packer.Append(nil, profiles[1])
	b.Run("key frame", func(b *testing.B) {
		for b.Loop() {
			key = packer.AppendKey(key[:0], profiles[0])
		}
		b.ReportMetric(float64(len(key)), "B")
	})
	b.Run("delta frame", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			delta = packer.Append(delta[:0], profiles[(i+1)%2])
		}
		b.ReportMetric(float64(len(delta)), "B")
	})
	packer = snapshot.Packer{}
	key, delta = packer.Append(nil, profiles[0]), packer.Append(nil, profiles[1])
	b.Run("unpack both", func(b *testing.B) {
		var u snapshot.Unpacker
		for b.Loop() {
			for _, frame := range [][]byte{key, delta} {
				if err := u.Next(frame); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
