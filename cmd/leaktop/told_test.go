package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// reportInput is an input of those that testdata/reports describes.
func reportInput(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "reports", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// toldChanges is what the tests of this file read of a report.
type toldChanges struct {
	Changes struct {
		Goroutines []struct {
			State string
			Role  *string
			Delta int64
			Dump  *struct {
				Wait    struct{ Least, Most int } `json:"reported_wait_minutes"`
				Started []struct {
					Function   string
					Line       *int
					Goroutines int64
				} `json:"started_by"`
				Locked int64 `json:"locked_to_threads"`
				Locks  []struct {
					Address    string
					Goroutines int64
					Longest    int `json:"longest_wait_minutes"`
				}
			}
		}
		Locks []struct {
			Address    string
			Goroutines int64
			Longest    int `json:"longest_wait_minutes"`
			At         []struct {
				Function   string
				Goroutines int64
			} `json:"waiting_in"`
		}
		Labels []struct {
			Key     string
			Values  int
			Before  int64
			After   int64
			Largest []struct {
				Value string
				Delta int64
			}
		}
	}
}

func readTold(t *testing.T, args ...string) toldChanges {
	t.Helper()
	out := leaktop(t, append(append([]string{"diff"}, args...), "--format", "json")...).accepted(t)
	assertCleanJSON(t, []byte(out))
	var report toldChanges
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// tableOf is a table of a diff as CSV, by its heads.
func tableOf(t *testing.T, table string, args ...string) []map[string]string {
	t.Helper()
	out := leaktop(t, append(append([]string{"diff"}, args...), "--format", "csv", "--table", table)...).accepted(t)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var named []map[string]string
	for _, row := range rows[1:] {
		fields := make(map[string]string)
		for i, field := range row {
			fields[rows[0][i]] = field
		}
		named = append(named, fields)
	}
	return named
}

// The reported wait and who started the goroutines are in every format.
func TestWaitAndStarterInEveryFormat(t *testing.T) {
	t.Parallel()
	before, after := reportInput(t, "plain.b.txt"), reportInput(t, "plain.c.txt.gz")
	for format, want := range map[string][]string{
		"text":     {"started by", "reported wait", "shop/stock.Start feed.go:30", "2m to 8m"},
		"markdown": {"| started by | reported wait |", "shop/stock.Start feed.go:30 | 2m to 8m |"},
		"html":     {">started by</th>", ">reported wait</th>", "shop/stock.Start feed.go:30", `data-v="8">2m to 8m<`},
	} {
		out := leaktop(t, "diff", before, after, "--format", format).accepted(t)
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s lacks %q", format, text)
			}
		}
	}
	sends := readTold(t, before, after).Changes.Goroutines[0]
	if d := sends.Dump; sends.State != "chan send" || sends.Delta != 37 || d == nil || d.Wait.Least != 2 || d.Wait.Most != 8 ||
		len(d.Started) != 1 || d.Started[0].Function != "shop/stock.Start" || *d.Started[0].Line != 30 || d.Started[0].Goroutines != 40 {
		t.Errorf("the JSON says %+v, %+v", sends, sends.Dump)
	}
	row := tableOf(t, "goroutines", before, after)[0]
	if row["reported wait least minutes"] != "2" || row["reported wait most minutes"] != "8" || row["started by"] != "shop/stock.Start" || row["started by line"] != "30" {
		t.Errorf("the CSV says %v", row)
	}
	// What no dump tells is unknown: null, or empty.
	profile := recorded(t, "go-goroutine.pb.gz")
	hung := tableOf(t, "goroutines", profile, profile)[0]
	if hung["reported wait most minutes"] != "" || hung["started by"] != "" || hung["locked to threads"] != "" {
		t.Errorf("of a profile the CSV says %v", hung)
	}
	labels := readTold(t, reportInput(t, "lab.b.pb.gz"), reportInput(t, "lab.c.pb.gz"))
	if g := labels.Changes.Goroutines[0]; g.Dump != nil || g.Role != nil {
		t.Errorf("of a profile the JSON says %+v", g)
	}
}

// A daemon that hung: 300 goroutines, each behind a lock of its own as far as the
// made-up arguments tell.
func TestHungDaemonIsTold(t *testing.T) {
	t.Parallel()
	hung := reportInput(t, "hung.txt.gz")
	for _, row := range tableOf(t, "goroutines", hung, hung) {
		if row["state"] == "sync.Mutex.Lock" {
			if row["reported wait least minutes"] != "5312" || row["reported wait most minutes"] != "5611" || row["started by"] != "net/http.(*Server).Serve" {
				t.Errorf("of those who wait for a lock the CSV says %v", row)
			}
			return
		}
	}
	t.Error("nobody waits for a lock")
}

// Who waits for which lock, threads and finalizers, of dumps of a real program.
func TestLocksInEveryFormat(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]struct {
		longest string
		minutes int
	}{"own.locks.txt.gz": {"3m", 3}, "own.waits.txt.gz": {"1d23h", 2865}} {
		before, after := put(t, "empty.txt", []byte("goroutine 1 [running]:\nmain.main()\n\t/src/main.go:1 +0x1\n")), reportInput(t, name)
		for format, want := range map[string][]string{
			"text":     {"locks: 20 goroutines wait for 2 locks", waits.longest + "  0xbc3de5ae0f0  sync.Mutex.Lock  12 in main.(*ledger).post main.go:23; 5 in main.(*ledger).total main.go:26", "syscall, locked to thread", "select (no cases), finalizer"},
			"markdown": {"**locks:** 20 goroutines wait for 2 locks", "<code>0xbc3de5ae0f0</code>"},
			"html":     {"<small>20 goroutines wait for 2 locks</small>", ">0xbc3de5ae0f0</td>", "syscall, locked to thread"},
		} {
			out := leaktop(t, "diff", before, after, "--format", format).accepted(t)
			for _, text := range want {
				if !strings.Contains(out, text) {
					t.Errorf("%s of %s lacks %q", format, name, text)
				}
			}
		}
		report := readTold(t, before, after).Changes
		if l := report.Locks[0]; l.Address != "0xbc3de5ae0f0" || l.Goroutines != 17 || l.Longest != waits.minutes || len(l.At) != 2 || l.At[0].Function != "main.(*ledger).post" || l.At[0].Goroutines != 12 {
			t.Errorf("%s: the first lock is %+v", name, l)
		}
		finalizers, threads := 0, int64(0)
		for _, g := range report.Goroutines {
			if g.Role != nil && *g.Role == "finalizer" {
				finalizers++
			}
			if g.Dump != nil {
				threads += g.Dump.Locked
			}
		}
		if finalizers != 1 || threads != 3 {
			t.Errorf("%s: %d stacks run finalizers and %d goroutines are locked to threads, want 1 and 3", name, finalizers, threads)
		}
	}
}

// Labels are listed by key and value, with the same sums as go tool pprof -tags has.
func TestLabelsByKeyInReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		base, current string
		keys          map[string]int // of values
	}{
		{"lab.b.pb.gz", "lab.c.pb.gz", map[string]int{"route": 1, "request_id": 520}},
		{"own.before.pb.gz", "own.after.pb.gz", map[string]int{"route": 2, "tenant": 40, "job": 400}},
		{"own.cpu.pb.gz", "own.cpu.pb.gz", map[string]int{"phase": 2}},
	} {
		base, current := reportInput(t, c.base), reportInput(t, c.current)
		got, want := make(map[string]int), pprofTags(t, current)
		for _, row := range tableOf(t, "labels", base, current) {
			got[row["key"]]++
			if counted := want[row["key"]+"="+row["value"]]; row["sample type"] == "goroutine" && row["after"] != strconv.FormatInt(counted, 10) {
				t.Errorf("%s: %v, where pprof counts %d", c.current, row, counted)
			}
		}
		for key, values := range c.keys {
			if got[key] != values {
				t.Errorf("%s: %d values of %s, want %d", c.current, got[key], key, values)
			}
		}
	}
	labels := readTold(t, reportInput(t, "lab.b.pb.gz"), reportInput(t, "lab.c.pb.gz")).Changes.Labels
	if len(labels) != 2 || labels[0].Key != "route" || labels[0].Before != 20 || labels[0].After != 520 || labels[0].Largest[0].Value != "/feed" ||
		labels[1].Values != 520 || len(labels[1].Largest) != 20 {
		t.Errorf("the JSON says %+v", labels)
	}
}

// pprofTags is what go tool pprof counts of each label of a profile of goroutines.
func pprofTags(t *testing.T, path string) map[string]int64 {
	t.Helper()
	out, err := exec.Command("go", "tool", "pprof", "-tags", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	counts, key := make(map[string]int64), ""
	for line := range strings.Lines(string(out)) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !ok:
		case strings.HasPrefix(rest, "Total "):
			key = name
		default:
			number, _, _ := strings.Cut(name, " ")
			n, _ := strconv.ParseInt(number, 10, 64) // of a CPU profile it has a unit
			counts[key+"="+rest] = n
		}
	}
	return counts
}

// The values of a label are bounded: one for each request is no table any more.
func TestLabelsOfReportsAreBounded(t *testing.T) {
	t.Parallel()
	var dump bytes.Buffer
	packed := gzip.NewWriter(&dump)
	for i := range 1500 {
		packed.Write([]byte("goroutine " + strconv.Itoa(i+2) + ` [select labels:{"request": "r` + strconv.Itoa(i) + "\"}]:\nmain.wait()\n\t/src/main.go:7 +0x1\n\n"))
	}
	packed.Close()
	base := put(t, "empty.txt", []byte("goroutine 1 [running]:\nmain.main()\n\t/src/main.go:1 +0x1\n"))
	rows := tableOf(t, "labels", base, put(t, "dump.gz", dump.Bytes()))
	if last := rows[len(rows)-1]; len(rows) != 1001 || last["values"] != "500" || last["after"] != "500" || last["value"] != "" {
		t.Errorf("%d rows, and the last is %v", len(rows), last)
	}
}

// A snapshot with a dump beside its profile tells what that says.
func TestDumpBesideAProfileIsTold(t *testing.T) {
	table := snapshot.NewTable()
	frame := func(name string) snapshot.FrameID {
		return table.InternFrame(snapshot.Frame{Function: name, File: name + ".go", Line: 7})
	}
	stack := table.InternStack([]snapshot.FrameID{frame("runtime.gopark"), frame("runtime.chansend1"), frame("main.send")})
	shot := func(n int64, d *snapshot.Dump) *snapshot.Snapshot {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1})
		b.Add(snapshot.Key{Stack: stack}, []int64{n})
		return &snapshot.Snapshot{Goroutines: b.Profile(), Dump: d}
	}
	dump := &snapshot.Dump{Goroutines: []snapshot.DumpedGoroutine{
		{ID: 4, Status: "chan send", Stack: table.Dumped(stack), Creator: frame("main.start"), Minutes: 8},
		{ID: 5, Status: "chan send", Stack: table.Dumped(stack), Creator: frame("main.start"), Minutes: 2},
	}}
	d, err := compareInputs(table, shotInput("#1", snapshot.Info{}, shot(1, nil)), shotInput("#2", snapshot.Info{}, shot(2, dump)))
	if err != nil {
		t.Fatal(err)
	}
	told, ok := d.Goroutines.Told([]snapshot.StackID{stack})
	if !ok || told.Least != 2 || told.Most != 8 || table.Frame(told.Creators[0].Creator).Function != "main.start" {
		t.Errorf("it tells %+v", told)
	}
}
