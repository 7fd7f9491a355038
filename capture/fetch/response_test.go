package fetch

import (
	"errors"
	"net/http"
	"net/http/pprof"
	"testing"
)

func TestExpectProfile(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		kind                    Kind
		reason                  string // "" for what passes
	}{
		{"gzip", "application/octet-stream", "\x1f\x8b\x08", 0, ""},
		{"gzip that says it is a page", "text/html", "\x1f\x8b\x08", 0, ""},
		{"plain protobuf", "application/octet-stream", "\n\x04\x08\x01\x10\x02", 0, ""},
		{"legacy text", "text/plain", "heap profile: 1: 2 [3: 4] @ heap/1048576", 0, ""},
		{"empty", "application/octet-stream", "", Content, "empty answer"},
		{"white space", "text/plain", " \n", Content, "empty answer"},
		{"page by its type", "text/html; charset=utf-8", "hello", HTML, "HTML, not a profile"},
		{"page by its start", "application/octet-stream", "\ufeff\n <!doctype html>", HTML, "HTML, not a profile"},
		{"XHTML", "application/xhtml+xml; q=\"", "<x/>", HTML, "HTML, not a profile"},
		{"JSON", "application/json", `{"error": 1}`, Content, "JSON, not a profile"},
		{"JSON list", "", ` []`, Content, "JSON, not a profile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := ExpectProfile(&Response{URL: "http://app/heap", ContentType: tt.contentType, Body: []byte(tt.body)})
			if tt.reason != "" {
				failure(t, err, tt.kind, tt.reason, "http://app/heap: ")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// pprof.Index under another prefix answers every name with its own page.
func TestIndexUnderAnotherPrefix(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/svc/pprof/", pprof.Index)
	r, err := heap(t, serve(t, mux.ServeHTTP)+"/svc/pprof/", Options{})
	if err != nil {
		t.Fatal(err)
	}
	failure(t, ExpectProfile(r), HTML, "HTML, not a profile", "if pprof.Index is mounted there, mount it at /debug/pprof/")
}

func TestNotIndex(t *testing.T) {
	cause := errors.New("no profiles listed")
	err := NotIndex(&Response{URL: "http://app/debug/pprof/"}, cause)
	if failure(t, err, NotPprof, "not pprof", "not pprof's index page"); !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func FuzzExpectProfile(f *testing.F) {
	f.Add("text/html", "<")
	f.Add("", "\x1f\x8b")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		r := &Response{URL: "http://app/heap", ContentType: contentType, Body: []byte(body)}
		if err := ExpectProfile(r); err == nil && len(body) == 0 {
			t.Error("an empty body passed")
		}
	})
}
