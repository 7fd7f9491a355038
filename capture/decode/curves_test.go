package decode

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
)

var vitalNames = map[snapshot.Vital]string{
	snapshot.HeapAlloc: "HeapAlloc", snapshot.HeapInuse: "HeapInuse", snapshot.HeapSys: "HeapSys",
	snapshot.HeapReleased: "HeapReleased", snapshot.HeapObjects: "HeapObjects", snapshot.StackInuse: "StackInuse",
	snapshot.Sys: "Sys", snapshot.NextGC: "NextGC", snapshot.TotalAlloc: "TotalAlloc", snapshot.Mallocs: "Mallocs",
	snapshot.Frees: "Frees", snapshot.NumGC: "NumGC", snapshot.LastGC: "LastGC", snapshot.Goroutines: "Goroutines",
	snapshot.Threads: "Threads", snapshot.RSS: "RSS", snapshot.MaxRSS: "MaxRSS", snapshot.MemoryLimit: "MemoryLimit",
	snapshot.StartTime: "StartTime", snapshot.LiveHeap: "LiveHeap", snapshot.LiveObjects: "LiveObjects",
	snapshot.HeapRecords: "HeapRecords", snapshot.CgroupLimit: "CgroupLimit", snapshot.CgroupUsed: "CgroupUsed",
}

// dumpVitals prints what is known, in the order of the vitals.
func dumpVitals(v snapshot.Vitals) string {
	var b strings.Builder
	for _, vital := range slices.Sorted(maps.Keys(vitalNames)) {
		if n, known := v.Get(vital); known {
			fmt.Fprintf(&b, "%s %d\n", vitalNames[vital], n)
		}
	}
	return b.String()
}

func TestRecordedCurves(t *testing.T) {
	tests := []struct {
		name, file string
		decode     func([]byte) (snapshot.Vitals, error)
	}{
		{"trailer", "go-heap-debug1.txt", MemStats},
		{"expvar", "go-vars.json", Expvar},
		{"metrics", "prometheus-metrics.txt", func(body []byte) (snapshot.Vitals, error) {
			m, err := Prometheus(body)
			if !m.Go || m.GoVersion != "go1.19.8" {
				t.Errorf("Go %v, version %q", m.Go, m.GoVersion)
			}
			return m.Vitals, err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := tt.decode(fixture(t, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, dumpVitals(v))
		})
	}
}

func TestMemStats(t *testing.T) {
	body := string(fixture(t, "go-heap-debug1.txt"))
	records, trailer, _ := strings.Cut(body, trailerStart)
	want, err := MemStats([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	// What looks like a trailer among the records is not it.
	got, err := MemStats([]byte(trailerStart + "# HeapAlloc = 1\n" + records + trailerStart + trailer))
	if err != nil || got != want {
		t.Errorf("error %v, vitals\n%s", err, dumpVitals(got))
	}
	cut, _, _ := strings.Cut(body, "# NumGC")
	for name, body := range map[string]string{"cut": cut, "cut before it": records, "empty": "", "HTML": "<html></html>"} {
		if _, err := MemStats([]byte(body)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	huge, err := MemStats([]byte(trailerStart + "# HeapAlloc = 18446744073709551615\n# Stack = 7 / 9\n# Sys = x\n# NumGC = 1\n"))
	if n, _ := huge.Get(snapshot.HeapAlloc); err != nil || n != math.MaxInt64 {
		t.Errorf("HeapAlloc %d, error %v", n, err)
	}
	if _, known := huge.Get(snapshot.Sys); known {
		t.Error("a figure that is no number is known")
	}
}

func TestExpvar(t *testing.T) {
	v, err := Expvar([]byte(`{"cmdline": ["x"], "memstats": {"HeapAlloc": 5, "NumGC": 18446744073709551615, "BySize": [{}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dumpVitals(v), "HeapAlloc 5\nNumGC 9223372036854775807\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, body := range []string{"", "null", "{}", "[]", "{", `{"memstats": null}`, `{"memstats": 5}`, `{"memstats": {"Sys": "x"}}`, "<html>"} {
		if _, err := Expvar([]byte(body)); err == nil {
			t.Errorf("%s: no error", body)
		}
	}
}

func TestPrometheus(t *testing.T) {
	tests := []struct {
		name, page, want string
		isGo             bool
	}{
		{"a program of another language", "# TYPE x gauge\nprocess_resident_memory_bytes 1e6\n", "RSS 1000000\n", false},
		{"labels of the whole program", `go_goroutines{service="a}\"b"} 7 1700000000` + "\n", "Goroutines 7\n", true},
		{"no limit", "go_gc_gomemlimit_bytes 9.223372036854776e+18\ngo_threads 3\n", "Threads 3\n", true},
		{"a limit", "go_gc_gomemlimit_bytes 1.073741824e+09\n", "MemoryLimit 1073741824\n", true},
		{"a limit of nothing", "go_memlimit_bytes 0\ngo_threads 3\n", "Threads 3\n", true},
		{"limits by the names of other libraries", "go_memlimit_bytes 1e9\ngo_memory_limit_bytes 2e9\ngo_gc_gomemlimit_bytes 3e9\n", "MemoryLimit 1000000000\n", true},
		{"the peak", "process_resident_memory_peak_bytes 50864128\n", "MaxRSS 50864128\n", false},
		{"several processes on one page", "go_goroutines{job=\"a\"} 7\ngo_goroutines{job=\"b\"} 8\ngo_threads 3\n", "Threads 3\n", true},
		{"seconds", "process_start_time_seconds 1.5\ngo_memstats_last_gc_time_seconds 2\n", "LastGC 2000000000\nStartTime 1500000000\n", true},
		{"no numbers", "go_threads NaN\ngo_goroutines -1\ngo_memstats_sys_bytes +Inf\n", "Sys 9223372036854775807\n", true},
		{"CRLF and no newline at the end", "go_threads 3\r\ngo_goroutines 4", "Goroutines 4\nThreads 3\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Prometheus([]byte(tt.page))
			if err != nil {
				t.Fatal(err)
			}
			if got := dumpVitals(m.Vitals); got != tt.want || m.Go != tt.isGo {
				t.Errorf("Go %v,\n%swant %v,\n%s", m.Go, got, tt.isGo, tt.want)
			}
		})
	}
	for _, page := range []string{"", "<html>", "node_load1 0.5\n", "go_", "go_threads", "go_threads{", "go_threads{} ", "go_threads x\n"} {
		if m, err := Prometheus([]byte(page)); err == nil {
			t.Errorf("%q: taken as %v", page, m)
		}
	}
	m, err := Prometheus([]byte(`go_info{os="li\"nux",version="go1.27\u001b[2J"} 1` + "\ngo_threads 1\n"))
	if want := "go1.27\uFFFD[2J"; err != nil || m.GoVersion != want {
		t.Errorf("version %q, error %v, want %q", m.GoVersion, err, want)
	}
}

// BenchmarkPrometheus reads a page of 50 MB of which little matters.
func BenchmarkPrometheus(b *testing.B) {
	page := slices.Concat([]byte(strings.Repeat("http_requests_total{path=\"/orders\",code=\"200\"} 12345\n", 1_000_000)),
		fixture(b, "prometheus-metrics.txt"))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := Prometheus(page); err != nil {
			b.Fatal(err)
		}
	}
}
