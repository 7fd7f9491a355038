package target

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a port", "6060", "6060"},
		{"a host", "orders.internal:6060", "orders.internal:6060"},
		{"an address", "http://app:6060/svc/debug/pprof", "http://app:6060/svc/debug/pprof"},
		{"IPv6", "[fe80::1]:6060", "[fe80::1]:6060"},
		{"IPv6 without brackets", "::1:6060", "::1:6060"},
		{"a socket", "unix:///run/app.sock", "unix:///run/app.sock"},
		{"another scheme", "htp://app:6060", "htp://app:6060"},

		{"a password", "http://me:hunter2@app:6060/", "http://…@app:6060/"},
		{"a password without a scheme", "me:hunter2@app:6060", "…@app:6060"},
		{"a password with an at", "http://me:hun@ter2@app", "http://…@app"},
		{"a password with an escaped at", "http://me:hun%40ter2@app", "http://…@app"},
		{"a password with a slash", "http://me:hun/ter2@app/", "http://…@app/"},
		{"a password with a question mark", "http://me:hun?ter2@app/", "http://…"},
		{"a password with a hash", "http://me:hun#ter2@app/", "http://…"},
		{"a password with a space", "http://me:hun ter2@app/", "http://…@app/"},
		{"a password with a scheme in it", "me:hun://ter2@app", "…@app"},
		{"a slash too few", "http:/me:hunter2@app:1", "http:/…@app:1"},
		{"a colon too few", "http//me:hunter2@app:1", "…@app:1"},
		{"a token", "https://hunter2@app/debug", "https://…@app/debug"},
		{"no host", "http://me:hunter2", "http://me:…"},
		{"a query", "http://app:1/debug/pprof/?token=hunter2#x", "http://app:1/debug/pprof/?…"},
		{"a query with an at", "http://app:1/?token=hun@ter2", "http://…"},
		{"a query without a host", "/debug/pprof/heap?token=hunter2", "/debug/pprof/heap?…"},
		{"a fragment", "http://app:1/#hunter2", "http://app:1/#…"},
		{"a parameter of the path", "http://app:1/debug;jsessionid=hunter2/pprof", "http://app:1/debug;…"},
		{"a query behind an ampersand", "app:1/debug&token=hunter2", "app:1/debug&…"},
		{"a header", "Authorization: Bearer hunter2", "Authorization: …"},

		{"a file", "before.pb.gz", "before.pb.gz"},
		{"a file with an ampersand", "R&D;new.pb.gz", "R&D;new.pb.gz"},
		{"a path", "/var/log/orders@2:30/a:b.txt", "/var/log/orders@2:30/a:b.txt"},
		{"a path from here", "./me:x@y", "./me:x@y"},
		{"a file with an at", "orders@node-3.pb.gz", "orders@node-3.pb.gz"},
		{"a file with colons", "heap_12:03:10.pb.gz", "heap_12:03:10.pb.gz"},
		{"a folder with an at", "node_modules/@scope/heap.pb.gz", "node_modules/@scope/heap.pb.gz"},
		{"a snapshot by number", "run.leaktop#3", "run.leaktop#3"},
		{"a snapshot by time", "run.leaktop@12:03:10", "run.leaktop@12:03:10"},
		{"a snapshot by date", "run.leaktop@2026-03-01T12:03:10", "run.leaktop@2026-03-01T12:03:10"},
		{"a path on Windows", `C:\Users\me\heap.pb.gz`, `C:\Users\me\heap.pb.gz`},
		{"a path on Windows with an at", `C:\Users\me@corp\heap 1;2.pb.gz`, `C:\Users\me@corp\heap 1;2.pb.gz`},
		{"a snapshot on Windows", `D:\runs\night.leaktop@12:03:10`, `D:\runs\night.leaktop@12:03:10`},
		{"a share", `\\server\share@x\a:b`, `\\server\share@x\a:b`},
		{"a path on Windows with slashes", `C:/Users/me/heap.pb.gz`, `C:/Users/me/heap.pb.gz`},

		{"what would drive a terminal", "a\x1b[2J\n\u202eb", "a\uFFFD[2J \uFFFDb"},
		{"something long", "/begin/" + strings.Repeat("a", 1000) + "/end.pb", "/begin/" + strings.Repeat("a", 93) + "…" + strings.Repeat("a", 92) + "/end.pb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Name(tt.in); got != tt.want {
				t.Errorf("Name(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// A file that is there is named whole.
func TestNameOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"u:p@h", "a?b=c", "a;b", "Report: me@12"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Skipf("%q is no name here: %v", name, err)
		}
		if got := Name(name); got != name {
			t.Errorf("the file %q is named %q", name, got)
		}
		if full, _ := filepath.Abs(name); !strings.HasSuffix(Name(full), name) {
			t.Errorf("the file %q is named %q", full, Name(full))
		}
	}
}

// What a target that was understood is called holds no secret either.
func TestDescribeShowsNoSecret(t *testing.T) {
	for _, in := range []string{
		"http://me:hunter2@app:6060/debug;jsessionid=hunter2/pprof/?token=hunter2",
		"http://app:6060/debug%3Btoken=hunter2/pprof/",
		"http://app/debug/pprof/;hunter2",
	} {
		target, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		for _, shown := range []string{target.Address(), target.Host()} {
			if strings.Contains(shown, "hunter2") {
				t.Errorf("%s is shown as %s", in, shown)
			}
		}
		to, _ := url.Parse("https://me:hunter2@other/a;hunter2/" + strings.Repeat("b", 500_000) + "?hunter2#hunter2")
		if shown := target.Describe(to); strings.Contains(shown, "hunter2") || utf8.RuneCountInString(shown) > mostName {
			t.Errorf("where %s redirects is shown in %d bytes as %.300s", in, len(shown), shown)
		}
	}
}

// What is behind the port may be the rest of a password, so that it is not asked.
func TestParseRefusesAnAtBehindThePort(t *testing.T) {
	for _, in := range []string{"http://me:123/hunter2@app/", "me:1#hunter2@app", "http://me:1?hunter2@app"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("%s: taken for %s", in, got.Address())
		} else if !strings.Contains(err.Error(), "%2F") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", in, err)
		}
	}
	got, err := Parse("http://app/@team/debug/pprof/")
	if err != nil || got.Index() != "http://app/%40team/debug/pprof/" {
		t.Errorf("an @ in the path of an address without a port: %v, %v", got, err)
	}
}

// FuzzName puts a secret wherever people mistype one: it never survives.
func FuzzName(f *testing.F) {
	for _, part := range []string{"", "#", "/", "?", " ", "@", "%", "%40", ":", "://", `\`, ";", "&", "=", "\x1b", "é", ".pb.gz", "@12:03:10"} {
		f.Add(part, "")
		f.Add("", part)
	}
	const secret = "hunter2"
	f.Fuzz(func(t *testing.T, before, after string) {
		password := before + secret + after
		for _, in := range []string{
			"http://me:" + password + "@app:6060/debug/pprof/",
			"me:" + password + "@app:6060",
			"me:" + password + "@app",
			"http:/me:" + password + "@app",
			"https:me:" + password + "@app",
			"http//me:" + password + "@app",
			"//me:" + password + "@app",
			"ssh://me:" + password + "@app/x@y",
			"http://me:pw@app/?a=" + password,
			"http://app/debug/pprof/?token=" + password,
			"http://app/debug/pprof/;token=" + password,
			"http://app/debug/pprof/#" + password,
			"app:6060/debug/pprof/?token=" + password,
			"Authorization: " + password,
		} {
			got := Name(in)
			if strings.Contains(got, secret) {
				t.Errorf("Name(%q) = %q", in, got)
			}
			if utf8.RuneCountInString(got) > mostName || strings.ContainsAny(got, "\n\x1b") {
				t.Errorf("Name(%q) = %q is no short line", in, got)
			}
		}
	})
}
