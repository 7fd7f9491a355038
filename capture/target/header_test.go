package target

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseHeader(t *testing.T) {
	tests := []struct {
		in   string
		want Header
	}{
		{"Authorization: Bearer a:b", Header{"Authorization", "Bearer a:b"}},
		{"X-Empty:", Header{"X-Empty", ""}},
		{"  X-Team :\tcore \r\n", Header{"X-Team", "core"}},
		{"Cookie: a=ä", Header{"Cookie", "a=ä"}},
	}
	for _, tt := range tests {
		if got, err := ParseHeader(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseHeader(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseHeaderRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"no colon", "hunter2", "it has no colon"},
		{"no name", ": hunter2", "its name is empty"},
		{"name with a space", "X Team: hunter2", "its name is empty or has characters that HTTP forbids"},
		{"second header smuggled in", "X-Team: a\r\nX-Evil: hunter2", "control characters"},
		{"escape sequence", "X-Team: \x1b[2Jhunter2", "control characters"},
		{"framing", "content-length: 5", "leaktop sets it itself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseHeader(tt.in)
			if _, ok := errors.AsType[*UsageError](err); !ok {
				t.Fatalf("error is %v, want a *UsageError", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %q, want it to hold %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the value: %s", err)
			}
		})
	}
}

func TestReadHeaders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "headers")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("X-One: 1\r\n\n  \nX-Two: 2")
	got, err := ReadHeaders(file)
	if want := []Header{{"X-One", "1"}, {"X-Two", "2"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	write("X-One: 1\nBearer hunter2\n")
	_, err = ReadHeaders(file)
	if err == nil || !strings.Contains(err.Error(), "line 2: header: it has no colon") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error is %v", err)
	}
	write(strings.Repeat("X-One: 1\n", maxFile/8))
	if _, err = ReadHeaders(file); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("error is %v", err)
	}
	_, err = ReadHeaders(file + "-missing")
	if _, ok := errors.AsType[*UsageError](err); !ok || !strings.Contains(err.Error(), "--header-file") {
		t.Errorf("error is %v, want a *UsageError that names the flag", err)
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add("Name: value")
	f.Add("a:\r\nb: c")
	f.Fuzz(func(t *testing.T, line string) {
		h, err := ParseHeader(line)
		if err == nil && (h.Name == "" || strings.ContainsAny(h.Name+h.Value, "\r\n\x00")) {
			t.Errorf("ParseHeader(%q) = %q", line, h)
		}
	})
}
