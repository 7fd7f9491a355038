package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"leaktop/capture/target"
)

func TestStatus(t *testing.T) {
	tests := []struct {
		name         string
		code         int
		contentType  string
		body         string
		kind         Kind
		reason, text string
		noAnswer     bool
	}{
		{"401", 401, "", "", Unauthorized, "401 unauthorized", "give -H 'Authorization: …'", false},
		{"403", 403, "text/plain", "admin only\n", Forbidden, "403 forbidden", `it says "admin only"`, false},
		{"404", 404, "text/plain", "404 page not found\n", NotFound, "404", "/debug/pprof/heap: 404, nothing is served there; pprof may be mounted elsewhere", false},
		{"404 of pprof, header lost", 404, "text/plain", "Unknown profile\n", NoProfile, "404, unknown profile", "pprof is there but", false},
		{"405", 405, "", "", NotAllowed, "405", "does not accept GET", false},
		{"400", 400, "text/plain", "invalid value", Status, "400 bad request", `it says "invalid value"; check that the address`, false},
		{"400 of nginx on a TLS port", 400, "text/html", "<h1>400</h1>The plain HTTP request was sent to HTTPS port", Scheme, "speaks TLS", "write https://", false},
		{"500 with a hostile text", 500, "text/plain", "out of\r\n\t\x1b]52;c;eA==\acheese \u202e", Status, "500 internal server error", "it says \"out of \uFFFD]52;c;eA==\uFFFDcheese \uFFFD\"", false},
		{"500 with a long text", 500, "text/plain", strings.Repeat("ab", 5000), Status, "500 internal server error", strings.Repeat("ab", 99) + "a…\"; look at", false},
		{"500 with a page", 500, "text/html", "<html>oops</html>", Status, "500 internal server error", ": 500 internal server error; look at", false},
		{"503 of a gateway", 503, "", "", Status, "503 service unavailable", "look at the target's own log", true},
		{"204", 204, "", "", Status, "204 no content", "check that the address is that of pprof", false},
		{"an unknown status", 599, "", "", Status, "599", ": 599; look at", false},
		{"not modified", 304, "", "", Status, "304 not modified", "check that the address", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if tt.contentType != "" {
					w.Header().Set("Content-Type", tt.contentType)
				}
				w.WriteHeader(tt.code)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := heap(t, url, Options{})
			e := failure(t, err, tt.kind, tt.reason, tt.text)
			if e.Status != tt.code {
				t.Errorf("status is %d", e.Status)
			}
			if e.NoAnswer() != tt.noAnswer {
				t.Errorf("NoAnswer is %v", e.NoAnswer())
			}
			if len(e.Error()) > 700 {
				t.Errorf("the error has %d bytes", len(e.Error()))
			}
		})
	}
}

// Who gave a name and a password is told that they were refused, and not asked for
// them.
func TestRefusedCredentials(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			t.Error("no credentials came")
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
	const refused = "401, these credentials were refused; check the user and the password"
	_, err := heap(t, strings.Replace(url, "://", "://me:wrong@", 1), Options{})
	failure(t, err, Unauthorized, "401 unauthorized", refused)
	header, err := target.ParseHeader("Authorization: Bearer wrong")
	if err != nil {
		t.Fatal(err)
	}
	_, err = heap(t, url, Options{Reach: target.Options{Headers: []target.Header{header}}})
	failure(t, err, Unauthorized, "401 unauthorized", refused)
}
