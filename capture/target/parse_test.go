package target

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct{ in, want string }{
		{"6060", "http://127.0.0.1:6060/debug/pprof/"},
		{":6060", "http://127.0.0.1:6060/debug/pprof/"},
		{" localhost:6060\n", "http://localhost:6060/debug/pprof/"},
		{"10.0.3.7:6060", "http://10.0.3.7:6060/debug/pprof/"},
		{"[::1]:6060", "http://[::1]:6060/debug/pprof/"},
		{"app:6060/svc/debug/pprof", "http://app:6060/svc/debug/pprof/"},
		{"http://app", "http://app/debug/pprof/"},
		{"http://app:", "http://app/debug/pprof/"},
		{"HTTP://App:6060/", "http://app:6060/debug/pprof/"},
		{"https://app/", "https://app/debug/pprof/"},
		{"https://[fe80::1%25eth0]:6060", "https://[fe80::1%25eth0]:6060/debug/pprof/"},
		{"http://:6060/", "http://127.0.0.1:6060/debug/pprof/"},
		{"http://app:6060/debug/pprof", "http://app:6060/debug/pprof/"},
		{"http://app:6060/debug/pprof/", "http://app:6060/debug/pprof/"},
		{"http://app:6060/custom/pprof", "http://app:6060/custom/pprof/"},
		{"http://app:6060//a/./b/../pprof//", "http://app:6060/a/pprof/"},
		{"http://app:6060/svc%2Fone/debug/pprof/", "http://app:6060/svc%2Fone/debug/pprof/"},
		{"http://app:6060/debug/pprof/heap?debug=1", "http://app:6060/debug/pprof/"},
		// Other pages of the same server, of which pprof is beside.
		{"http://app:9090/metrics", "http://app:9090/debug/pprof/"},
		{"app:9090/metrics", "http://app:9090/debug/pprof/"},
		{"https://app/debug/vars?x=1", "https://app/debug/pprof/"},
		{"http://app/debug/", "http://app/debug/pprof/"},
		{"http://app/debug", "http://app/debug/pprof/"},
		{"http://app/internal/healthz", "http://app/debug/pprof/"},
		{"http://app/metrics/", "http://app/metrics/"}, // a mount is named with a slash
		{"http://app:6060/debug/pprof/mine", "http://app:6060/debug/pprof/"},
		{"http://app:6060/debug/pprof/?debug=1#top", "http://app:6060/debug/pprof/"},
		{"http://app:6060/custom/pprof/goroutine?debug=2", "http://app:6060/custom/pprof/"},
		{"http://app:6060/profile/", "http://app:6060/profile/"},
		{"http://me:secret@app:6060/", "http://app:6060/debug/pprof/"},
		{"me:secret@app:6060", "http://app:6060/debug/pprof/"},
		{"unix:///run/app.sock", "unix:///run/app.sock"},
		{"unix:/run/app.sock", "unix:///run/app.sock"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.Address() != tt.want {
				t.Errorf("address is %s, want %s", got.Address(), tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", " ", `target: it is empty`},
		{"bare host", "localhost", `target "localhost": a host needs a port or a scheme; write localhost:6060, or http://localhost/ for port 80`},
		{"bare host with path", "app/debug/pprof", `a host needs a port or a scheme`},
		{"a file name", "heap.pb.gz", `a host needs a port or a scheme`},
		{"one slash", "http:/app:6060/debug/pprof", `two slashes come after its scheme; write http://HOST:PORT/`},
		{"one slash and a password", "HTTPS:/me:pw@app:6060", `target "HTTPS:/…@app:6060": two slashes come after its scheme; write https://HOST:PORT/`},
		{"port 0", "0", `a port is a number from 1 to 65535`},
		{"port too large", "http://app:65536/", `a port is a number from 1 to 65535`},
		{"very large port", "99999999999999999999", `a port is a number from 1 to 65535`},
		{"port by name", "app:http", `it is not a valid address`},
		{"IPv6 without brackets", "::1:6060", `[IPV6]:PORT`},
		{"no host", "http:///debug/pprof/", `it names no host`},
		{"only a colon", ":", `it names no host`},
		{"space inside", "my app:6060", `it is not a valid address`},
		{"relative socket", "unix://run/app.sock", `must be absolute`},
		{"no socket", "unix:", `must be absolute`},
		{"socket path too long", "unix:///" + strings.Repeat("a", 200), `at most 107 bytes`},
		{"pid", "pid:1234", `pid: targets are not supported by this version`},
		{"ssh", "ssh://me@box/localhost:6060", `ssh:// targets are not supported by this version`},
		{"k8s", "k8s://default/pod:6060", `k8s:// targets are not supported by this version`},
		{"another scheme", "ftp://app/", `its scheme is not http, https or unix`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.in)
			if err == nil {
				t.Fatalf("accepted as %s", got.Address())
			}
			if _, ok := errors.AsType[*UsageError](err); !ok {
				t.Errorf("%T is not a *UsageError", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is\n%s\nwant it to hold\n%s", err, tt.want)
			}
		})
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	for _, in := range []string{
		"http://me:hunter2@app:x/",
		"http://me:hun/hunter2@app/",
		"http://me:hunter2?x@app:y",
		"me:hunter2@app",
		"me:hunter2://hunter2@app",
		"ftp://app/?token=hunter2",
		"http://app:x/?token=hunter2",
		"ssh://me:hunter2@box/localhost:6060",
		"pid:hunter2@1",
	} {
		_, err := Parse(in)
		if err == nil {
			t.Errorf("%s: accepted", in)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the secret: %s", in, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"6060", ":6060", "app:6060", "[::1]:6060", "http://me:pw@app:6060/debug/pprof/heap?debug=1#x",
		"https://[fe80::1%25eth0]/x%2Fy", "unix:///run/app.sock", "pid:1", "http://app:6060/%zz", "http://me:pw@app:6060/de@", "http://ä\u202e/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			if _, ok := errors.AsType[*UsageError](err); !ok || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: bad error %q", s, err)
			}
			return
		}
		if strings.ContainsAny(got.Address(), "\n\x1b\u202e") {
			t.Errorf("%q: unsafe address %q", s, got.Address())
		}
		if got.Unix() {
			return
		}
		index := got.Index()
		if strings.ContainsAny(index, "@?#") && !strings.Contains(got.base.EscapedPath(), "@") {
			t.Errorf("%q: index %q holds userinfo, query or fragment", s, index)
		}
		if !strings.HasSuffix(index, "/") {
			t.Errorf("%q: index %q does not end in a slash", s, index)
		}
		if got.base.Path == "/" {
			return // pprof at the very root: as a target of its own this means /debug/pprof/
		}
		if strings.Contains(got.base.Path, "@") {
			return // without the user that was typed with it, the @ might end a password
		}
		again, err := Parse(index)
		if err != nil || again.Index() != index {
			t.Errorf("%q: index %q does not parse to itself: %v", s, index, err)
		}
	})
}
