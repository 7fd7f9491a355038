package decode

import (
	"maps"
	"slices"
	"testing"
)

func TestIndex(t *testing.T) {
	tests := []struct {
		name, page string
		want       map[string]int64
	}{
		{"Go 1.26", string(fixture(t, "go-index.html")), map[string]int64{"allocs": 11, "block": 0, "cmdline": 0,
			"custom <profile>": 1, "goroutine": 44, "heap": 11, "mutex": 0, "profile": 0, "symbol": 0, "threadcreate": 6, "trace": 0}},
		{"Go 1.16", "<table>\n<tr><td>12</td><td><a href=goroutine?debug=1>goroutine</a></td></tr>\n", map[string]int64{"goroutine": 12}},
		{"Go 1.10", "<tr><td>3</td><td><a href=\"heap?debug=1\">heap</a>\n<tr>", map[string]int64{"heap": 3}},
		{"Go 1.5", `<tr><td align=right>7<td><a href="goroutine?debug=1">goroutine</a>`, map[string]int64{"goroutine": 7}},
		{"another prefix", "<td>5</td>\n\t<td> <a href='/x/pprof/heap?debug=1'>heap</a></td>", map[string]int64{"heap": 5}},
		{"a name that would move the cursor", "<td>5</td><td><a href='x?debug=1'>a&#27;[2Jb</a></td>", map[string]int64{"a\uFFFD[2Jb": 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Index([]byte(tt.page))
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("%v, error %v, want %v", got, err, tt.want)
			}
		})
	}
	for _, page := range []string{"", "<html><table><tr><td>5</td></tr></table></html>", "{}", "<td>99999999999999999999</td><td><a href='x?debug=1'>x</a>"} {
		if got, err := Index([]byte(page)); err == nil {
			t.Errorf("%q: taken as %v", page, got)
		}
	}
}

func TestCmdline(t *testing.T) {
	tests := []struct {
		body string
		want []string
	}{
		{string(fixture(t, "go-cmdline.bin")), []string{"orders"}},
		{"/bin/x\x00--name\x00\x00a b", []string{"/bin/x", "--name", "", "a b"}},
		{"/bin/x\x00-v\x00", []string{"/bin/x", "-v"}},
		{"/bin/\x1b[2J\x00\xff", []string{"/bin/\uFFFD[2J", "\uFFFD"}},
		{"", nil},
	}
	for _, tt := range tests {
		if got := Cmdline([]byte(tt.body)); !slices.Equal(got, tt.want) {
			t.Errorf("Cmdline(%q) = %q, want %q", tt.body, got, tt.want)
		}
	}
}
