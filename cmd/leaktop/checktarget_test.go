package main

import (
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"testing"

	"github.com/google/pprof/profile"
)

// steady starts a target whose heap and goroutines are always the same.
func steady(t *testing.T) string {
	t.Helper()
	return pretends(t, func(int64) int64 { return 7 })
}

// leaking starts a target that has ten goroutines more each time it is asked.
func leaking(t *testing.T) string {
	t.Helper()
	return pretends(t, func(n int64) int64 { return 10 * n })
}

// pretends starts a target that answers at once with made-up profiles, however
// busy the machine is: the number of its goroutines follows from how often they
// were asked for.
func pretends(t *testing.T, goroutines func(times int64) int64) string {
	t.Helper()
	var asked atomic.Int64
	send := func(w http.ResponseWriter, p *profile.Profile) {
		if err := p.Write(w); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/{$}", pprof.Index)
	mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, _ *http.Request) { send(w, sampled(heapTypes(), "main.keep")) })
	mux.HandleFunc("/debug/pprof/goroutine", func(w http.ResponseWriter, _ *http.Request) {
		p := sampled([]*profile.ValueType{{Type: "goroutine", Unit: "count"}}, "main.wait")
		p.PeriodType, p.Period = p.SampleType[0], 1
		p.Sample[0].Value[0] = goroutines(asked.Add(1))
		send(w, p)
	})
	return serves(t, mux)
}
