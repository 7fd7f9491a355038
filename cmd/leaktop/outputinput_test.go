//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInputsAreNotWrittenOver names an input as the output, by every name it has.
func TestInputsAreNotWrittenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := filepath.Join(dir, "run.leaktop")
	r := startRecording(t, run, noon())
	r.take()
	r.take()
	r.close()
	profile := put(t, "heap.pb.gz", readRecorded(t, "go-heap.pb.gz"))
	live := filepath.Join(dir, "live.leaktop")
	on := startRecording(t, live, noon())
	on.take()
	defer on.close()
	names := func(path string) []string {
		hard, soft := path+".hard", path+".soft"
		if err := errors.Join(os.Link(path, hard), os.Symlink(filepath.Base(path), soft)); err != nil {
			t.Fatal(err)
		}
		return []string{path, hard, soft, filepath.Join(dir, "..", filepath.Base(filepath.Dir(path)), filepath.Base(path))}
	}
	other := recorded(t, "go-heap-debug1.txt")
	type try struct {
		args []string
		code int
		says string
	}
	var tries []try
	for _, name := range names(run) {
		tries = append(tries,
			try{[]string{"export", run, "-o", name}, exitUsage, "which the report is made from"},
			try{[]string{"diff", run, "-o", name}, exitUsage, "which the report is made from"},
			try{[]string{"diff", run + "#1", run + "#2", "-o", name}, exitUsage, "which the report is made from"},
		)
	}
	for _, name := range names(profile) {
		tries = append(tries,
			try{[]string{"diff", profile, other, "-o", name}, exitUsage, "which the report is made from"},
			try{[]string{"diff", other, profile, "-o", name}, exitUsage, "which the report is made from"},
			try{[]string{"check", "127.0.0.1:1", "--baseline", profile, "-o", name}, exitUsage, "which the report is made from"},
		)
	}
	for _, name := range names(live) {
		tries = append(tries,
			try{[]string{"export", run, "-o", name}, exitUnreachable, "a run is being recorded in it"},
			try{[]string{"diff", other, profile, "-o", name}, exitUnreachable, "a run is being recorded in it"},
			try{[]string{"check", "127.0.0.1:1", "-o", name}, exitUnreachable, "a run is being recorded in it"},
			try{[]string{"record", "127.0.0.1:1", "-o", name}, exitUnreachable, "a run is being recorded in it"},
		)
	}
	before := map[string]string{}
	for _, path := range []string{run, profile, live} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before[path] = string(data)
	}
	for _, c := range tries {
		for _, force := range []bool{false, true} {
			args := c.args
			if force {
				args = append(args[:len(args):len(args)], "--force")
			}
			var out, said bytes.Buffer
			code := runWith(t, args, &out, &said)
			if code != c.code || !strings.Contains(said.String(), c.says) || out.Len() > 0 {
				t.Errorf("leaktop %q: code %d, %q, want %d, %q", args, code, said.String(), c.code, c.says)
			}
		}
	}
	// On the screens, too.
	files, err := newSourceFiles(nil, run+"#2", profile)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{run, run + ".soft", profile + ".hard", live, "-", "/dev/stdout", "/dev/tty"} {
		if _, err := files.Write(t.Context(), path, true, writing("x")); err == nil {
			t.Errorf("the screens wrote to %s", path)
		}
	}
	for path, want := range before {
		if data, _ := os.ReadFile(path); string(data) != want {
			t.Errorf("%s was changed", path)
		}
	}
}

// runWith runs a command line in this process.
func runWith(t *testing.T, args []string, out, said io.Writer) int {
	t.Helper()
	return run(t.Context(), args, streams{in: strings.NewReader(""), out: out, err: said})
}
