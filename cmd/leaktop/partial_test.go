package main

import (
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"strings"
	"testing"
)

// A profile that one of two addresses does not give is told, and the snapshot
// does not count as one that was fetched whole.
func TestDiffOfAnAddressWithoutHeap(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/heap", broken)
	whole := http.NewServeMux()
	whole.HandleFunc("/debug/pprof/", pprof.Index)
	p := leaktop(t, "diff", serves(t, mux), serves(t, whole), "--format", "json")
	if p.code != exitClean {
		t.Fatalf("exit code %d, want %d", p.code, exitClean)
	}
	if !strings.Contains(p.stderr, "500") || strings.Count(p.stderr, "\n") != 1 {
		t.Errorf("standard error is %q, want one line about the 500", p.stderr)
	}
	var report struct {
		Window struct{ Snapshots int }
	}
	if err := json.Unmarshal([]byte(p.stdout), &report); err != nil {
		t.Fatal(err)
	}
	if report.Window.Snapshots != 1 {
		t.Errorf("%d snapshots count as whole, want 1", report.Window.Snapshots)
	}
}
