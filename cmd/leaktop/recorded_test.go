package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
)

// recording makes up the events of a service that leaks in one place, and
// writes them to a session file.
type recording struct {
	t        *testing.T
	path     string
	table    *snapshot.Table
	writer   *session.Writer
	begun    time.Time
	seq      int
	run      int
	level    bool // nothing grows or waits
	heapOnly bool // the target gives no goroutine profile
	dying    bool // the target gives no profile at all
	*judging      // sees what is written
}

// recordingEvery is the time between its snapshots.
const recordingEvery = 15 * time.Second

// startRecording begins a file at a time.
func startRecording(t *testing.T, path string, begun time.Time) *recording {
	t.Helper()
	return startJudged(t, path, begun, session.Settings{})
}

// startJudged is the same for a run that was judged by settings.
func startJudged(t *testing.T, path string, begun time.Time, settings session.Settings) *recording {
	t.Helper()
	r := &recording{t: t, path: path, table: snapshot.NewTable(), begun: begun}
	info := snapshot.Info{
		Address: "http://10.0.3.7:6060/debug/pprof/", Name: "orders-api", GoVersion: "go1.26.8",
		StartTime: begun.Add(-2 * time.Hour), CurveSource: "/metrics",
	}
	w, err := session.Create(path, session.Header{Leaktop: "test", Info: info, Started: begun, Every: recordingEvery, Judge: settings}, r.table, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.writer = w
	if r.judging, err = newJudging(r.table, settings, gate.Policy{}); err != nil {
		t.Fatal(err)
	}
	r.apply(snapshot.Attached{Info: info})
	return r
}

func (r *recording) apply(e snapshot.Event) {
	r.t.Helper()
	r.Apply(e)
	if err := r.writer.Apply(e); err != nil {
		r.t.Fatal(err)
	}
}

func (r *recording) stack(functions ...string) snapshot.StackID {
	var ids []snapshot.FrameID
	for i, f := range functions {
		ids = append(ids, r.table.InternFrame(snapshot.Frame{Function: f, File: "/src/orders/orders.go", Line: 40 + i, StartLine: 30}))
	}
	return r.table.InternStack(ids)
}

// take adds the next snapshot, with the curves up to it.
func (r *recording) take() *snapshot.Snapshot {
	r.t.Helper()
	at := r.begun.Add(time.Duration(r.seq) * recordingEvery)
	r.seq++
	n := int64(r.seq)
	grew := n
	if r.level {
		grew = 0
	}
	heap := snapshot.NewBuilder(snapshot.Profile{
		Kind: snapshot.Heap, Time: at, DefaultType: -1, Period: 512 << 10, Mappings: "one",
		Types: []snapshot.SampleType{{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"}, {Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}},
	})
	grown := 40 * grew
	heap.Add(snapshot.Key{Stack: r.stack("cache.(*Store).Put", "orders.Create", "net/http.(*conn).serve"), Size: 1 << 20}, []int64{grown, grown << 20, grown, grown << 20})
	heap.Add(snapshot.Key{Stack: r.stack("config.Load", "main.main"), Size: 1 << 20}, []int64{200, 200 << 20, 200, 200 << 20})
	routines := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Time: at, DefaultType: -1, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}})
	routines.Add(snapshot.Key{Stack: r.stack("runtime.gopark", "runtime.chansend1", "notify.(*Sender).Push", "notify.Start.func1")}, []int64{20 * grew})
	routines.Add(snapshot.Key{Stack: r.stack("runtime.gopark", "internal/poll.(*FD).Accept", "main.main")}, []int64{1})

	v := snapshot.Vitals{Time: at, Source: "/metrics"}
	v.Set(snapshot.LiveHeap, (200+grown)<<20)
	v.Set(snapshot.HeapInuse, (230+grown)<<20)
	v.Set(snapshot.RSS, (300+grown)<<20)
	v.Set(snapshot.Goroutines, 20*grew+1)
	v.Set(snapshot.NumGC, 3*n)
	r.apply(snapshot.VitalsTaken{Vitals: v})
	s := &snapshot.Snapshot{
		Seq: r.seq, Run: r.run, Time: at, Heap: heap.Profile(), Goroutines: routines.Profile(), Vitals: v, Advanced: true,
		Raw: map[snapshot.Kind][]byte{snapshot.Heap: []byte("raw heap " + at.String())},
	}
	if r.heapOnly {
		s.Goroutines, s.Missing = nil, []string{"goroutine profile: 404 Not Found"}
	}
	if r.dying {
		s.Heap, s.Goroutines, s.Raw = nil, nil, nil
		s.Missing = []string{"heap profile: 500 Internal Server Error", "goroutine profile: 500 Internal Server Error"}
	}
	r.apply(snapshot.Taken{Snapshot: s})
	return s
}

// close ends the run.
func (r *recording) close() {
	r.t.Helper()
	if err := r.writer.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// recordedRun is the path of a session file with so many snapshots.
func recordedRun(t *testing.T, snapshots int) string {
	t.Helper()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	for range snapshots {
		r.take()
	}
	r.close()
	return r.path
}

// noon is when recorded runs begin.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local) }

// cutTo writes the first bytes of a file to another.
func cutTo(t *testing.T, path string, n int) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return put(t, "cut.leaktop", data[:n])
}

// newerVersion returns a session file whose preambles name a later version.
func newerVersion(file []byte) []byte {
	const preamble, sum = 24, 20 // bytes of one of the two, and where its check is
	out := bytes.Clone(file)
	for at := 0; at < 2*preamble; at += preamble {
		binary.LittleEndian.PutUint32(out[at+8:], 99)
		binary.LittleEndian.PutUint32(out[at+sum:], crc32.Checksum(out[at:at+sum], crc32.MakeTable(crc32.Castagnoli)))
	}
	return out
}

// keptRuns are the runs that are kept below a state directory, the newest first.
func keptRuns(t *testing.T, state string) []session.Summary {
	t.Helper()
	runs, err := session.Recent(filepath.Join(state, "leaktop"))
	if err != nil {
		t.Fatal(err)
	}
	return runs
}
