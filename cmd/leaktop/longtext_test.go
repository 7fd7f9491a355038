package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// longestLine bounds a line on standard error, in bytes.
const longestLine = 1200

// TestLongText has a target say very long things. An error stays a line that can
// be read, with its reason and what to do.
func TestLongText(t *testing.T) {
	long := strings.Repeat("a", 500_000)
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	}
	for _, c := range []struct {
		name     string
		location string
		says     []string
	}{
		{"to the same host, fault 05", "/" + long, []string{"it redirects again and again", "give the address of pprof itself"}},
		{"to another host", "http://other.invalid/" + long + "?token=s3cret#s3cret", []string{"it redirects to another host, http://other.invalid/aaa", "give that address"}},
		{"to a user of another host", "https://u:s3cret@other.invalid/" + long, []string{"https://other.invalid/aaa", "give that address"}},
		{"to what is no address", "http://u:s3cret@h:x/" + long, []string{"an invalid address", "give the address of pprof itself"}},
		{"to a name with escapes", "/%zz" + long + "?token=s3cret", []string{"an invalid address", "give the address of pprof itself"}},
	} {
		address := serves(t, to(c.location))
		for _, args := range [][]string{
			{"diff", address, address},
			{"check", address},
			{"record", address, "-o", filepath.Join(t.TempDir(), "run.leaktop")},
		} {
			t.Run(c.name+", "+args[0], func(t *testing.T) {
				t.Parallel()
				p := leaktop(t, args...)
				p.refused(t, exitUnreachable, c.says...)
				if len(p.stderr) > longestLine || strings.Contains(p.stderr, "s3cret") {
					t.Errorf("standard error has %d bytes: %.300s", len(p.stderr), p.stderr)
				}
			})
		}
		// The index is sound, and only the profiles are elsewhere.
		profiles := answersProfiles(to(c.location))(t)
		t.Run(c.name+", profiles", func(t *testing.T) {
			t.Parallel()
			p := leaktop(t, "diff", profiles, profiles)
			p.refused(t, exitUnreachable, "give ")
			if len(p.stderr) > longestLine || strings.Contains(p.stderr, "s3cret") {
				t.Errorf("standard error has %d bytes: %.300s", len(p.stderr), p.stderr)
			}
		})
	}
}

// TestLongArguments gives very long arguments.
func TestLongArguments(t *testing.T) {
	long, profile := strings.Repeat("a", 100_000), recorded(t, "go-heap.pb.gz")
	for _, args := range [][]string{
		{"diff", long + ".pb.gz", profile},
		{"diff", profile, profile, "--format", long},
		{"open", "./" + long},
		{"check", "http://h:x/" + long},
		{"check", "127.0.0.1:1", "--baseline", long},
		{"127.0.0.1:1", "--timeout", long},
	} {
		p := leaktop(t, args...)
		assertPlainError(t, p.stderr)
		if p.code != exitUsage && p.code != exitUnreachable || len(p.stderr) > longestLine {
			t.Errorf("leaktop %.60q ended with %d and said %d bytes: %.300s", args, p.code, len(p.stderr), p.stderr)
		}
	}
}
