package decode

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// Metrics is what a /metrics page tells of the process that serves it.
type Metrics struct {
	// Vitals has what was found; the caller sets Time and Source.
	Vitals snapshot.Vitals
	// Go says that the Go runtime's metrics are there. Without them there is
	// only what the system charges the process.
	Go bool
	// GoVersion is the version label of go_info, "go1.26.8"; "" unknown.
	GoVersion string
}

// metric is one figure of the page: which vital it is, and what to multiply it by.
type metric struct {
	vital snapshot.Vital
	unit  float64
}

const nanoseconds = 1e9 // from the page's seconds

// metricNamed gives the figures that the Go and process collectors of the
// Prometheus client library publish; other client libraries use the same names
// for the most part. The limit is also named as VictoriaMetrics and
// OpenTelemetry do, and the peak RSS as the first of them.
func metricNamed(name string) (m metric, ok bool) {
	m, ok = metric{unit: 1}, true
	switch name {
	case "go_memstats_heap_alloc_bytes":
		m.vital = snapshot.HeapAlloc
	case "go_memstats_heap_inuse_bytes":
		m.vital = snapshot.HeapInuse
	case "go_memstats_heap_sys_bytes":
		m.vital = snapshot.HeapSys
	case "go_memstats_heap_released_bytes":
		m.vital = snapshot.HeapReleased
	case "go_memstats_heap_objects":
		m.vital = snapshot.HeapObjects
	case "go_memstats_stack_inuse_bytes":
		m.vital = snapshot.StackInuse
	case "go_memstats_sys_bytes":
		m.vital = snapshot.Sys
	case "go_memstats_next_gc_bytes":
		m.vital = snapshot.NextGC
	case "go_memstats_alloc_bytes_total":
		m.vital = snapshot.TotalAlloc
	case "go_memstats_mallocs_total":
		m.vital = snapshot.Mallocs
	case "go_memstats_frees_total":
		m.vital = snapshot.Frees
	case "go_memstats_last_gc_time_seconds":
		m = metric{snapshot.LastGC, nanoseconds}
	case "go_gc_duration_seconds_count":
		m.vital = snapshot.NumGC
	case "go_gc_gomemlimit_bytes", "go_memlimit_bytes", "go_memory_limit_bytes":
		m.vital = snapshot.MemoryLimit
	case "go_gc_heap_live_bytes":
		m.vital = snapshot.LiveHeap
	case "go_goroutines":
		m.vital = snapshot.Goroutines
	case "go_threads":
		m.vital = snapshot.Threads
	case "process_open_fds":
		m.vital = snapshot.OpenFDs
	case "process_max_fds":
		m.vital = snapshot.FDLimit
	case "process_resident_memory_bytes":
		m.vital = snapshot.RSS
	case "process_resident_memory_peak_bytes":
		m.vital = snapshot.MaxRSS
	case "process_start_time_seconds":
		m = metric{snapshot.StartTime, nanoseconds}
	default:
		return metric{}, false
	}
	return m, true
}

// Prometheus reads a /metrics page in the Prometheus or OpenMetrics text
// format. Only lines with one of two dozen names are looked into, so that a
// page of 50 MB costs little. A name with several series (a page that speaks of
// several processes) is left out. It is an error if nothing is left.
func Prometheus(body []byte) (Metrics, error) {
	var out Metrics
	seen := make(map[snapshot.Vital]int)
	names := make(map[snapshot.Vital]string) // of several for one figure the first counts
	for line := range bytes.Lines(body) {
		if !bytes.HasPrefix(line, []byte("go_")) && !bytes.HasPrefix(line, []byte("process_")) {
			continue
		}
		name, labels, value, ok := sampleLine(line)
		if !ok {
			continue
		}
		if name == "go_info" {
			out.Go, out.GoVersion = true, clean.Line(labelValue(labels, "version"), maxName)
			continue
		}
		if m, ok := metricNamed(name); ok {
			if names[m.vital] == "" {
				names[m.vital] = name
				set(&out.Vitals, m, value)
			}
			if names[m.vital] == name {
				seen[m.vital]++
			}
			out.Go = out.Go || strings.HasPrefix(name, "go_")
		}
	}
	var v snapshot.Vitals
	for vital, series := range seen {
		if n, known := out.Vitals.Get(vital); known && series == 1 {
			v.Set(vital, n)
		}
	}
	out.Vitals = v
	if v == (snapshot.Vitals{}) {
		return Metrics{}, errors.New("no process metrics: the page has no go_* or process_* metrics of a single process; " +
			"check the address, or register the Go and process collectors")
	}
	return out, nil
}

// set takes one figure over. A limit of MaxInt64 is how the runtime says that
// there is none; others say 0.
func set(v *snapshot.Vitals, m metric, value string) {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(f) || f < 0 {
		return
	}
	f *= m.unit
	switch {
	case f == 0 && m.vital == snapshot.MemoryLimit:
	case f < math.MaxInt64:
		v.Set(m.vital, int64(f))
	case m.vital != snapshot.MemoryLimit:
		v.Set(m.vital, math.MaxInt64)
	}
}

// sampleLine takes a line of the form `name{labels} value [timestamp]` apart.
func sampleLine(line []byte) (name, labels, value string, ok bool) {
	end := bytes.IndexAny(line, "{ \t")
	if end < 0 {
		return "", "", "", false
	}
	name, rest := string(line[:end]), string(line[end:])
	if rest[0] == '{' {
		n := labelsEnd(rest)
		if n < 0 {
			return "", "", "", false
		}
		labels, rest = rest[1:n], rest[n+1:]
	}
	parts := strings.Fields(rest)
	if len(parts) == 0 {
		return "", "", "", false
	}
	return name, labels, parts[0], true
}

// labelsEnd is where the brace closes that s starts with, -1 if nowhere. A
// label's value may hold braces.
func labelsEnd(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '}' && !quoted:
			return i
		}
	}
	return -1
}

// labelValue finds the value of one label, "" if it is not there.
func labelValue(labels, name string) string {
	for len(labels) > 0 {
		key, rest, ok := strings.Cut(labels, "=")
		if !ok {
			return ""
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return ""
		}
		if strings.Trim(key, ", ") == name {
			value, _ := strconv.Unquote(quoted)
			return value
		}
		labels = rest[len(quoted):]
	}
	return ""
}
