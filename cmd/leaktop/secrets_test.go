package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
)

// mistyped are addresses as people get them wrong, each with a secret in it that
// no message may show.
func mistyped(secret string) []string {
	var out []string
	for _, c := range []string{"", "#", "/", "?", " ", "@", "%", ":", "://", `\`, "&", ";", "=", "%40", "%2F", "é"} {
		password := "x" + c + secret
		out = append(out,
			"http://u:"+password+"@127.0.0.1:1/",
			"u:"+password+"@127.0.0.1:99999",
			"http:/u:"+password+"@h:1",
		)
	}
	return append(out,
		"ssh://u:"+secret+"@h",
		"https:u:"+secret+"@h",
		"http//u:"+secret+"@h:1",
		"htp://u:"+secret+"@h:1",
		"https://u:"+secret+"@127.0.0.1:1/debug/pprof/?token="+secret,
		"//u:"+secret+"@h:1/debug/pprof",
		"/u:"+secret+"@h:1",
		"u:"+secret+"@h",
		secret+"@h:1:1",
		"http://"+secret+"@h:x/",
		"http://u:"+secret,
		"http://u:1/"+secret+"@h/",
		"http://h:1/%zz?token="+secret,
		"http://127.0.0.1:1/debug/pprof/?q="+secret,
		"http://h:1/%zz#access_token="+secret,
		"http://h:1/debug;jsessionid="+secret+"/pprof/%zz",
		"http://h:1/%zz&sig="+secret,
		"http://h;key="+secret+":1/",
		"h:1/debug/pprof?X-Amz-Signature="+secret,
		"/debug/pprof/heap?token="+secret,
		"unix:run/app.sock?token="+secret,
		"unix://u:"+secret+"@run/app.sock",
		"pid:"+secret+"@1",
		"Authorization: Bearer "+secret,
	)
}

// waysIn are the command lines in which an input is named, each with the place
// for it. None of them gets as far as to ask a target that is there.
func waysIn(profile, session string) [][]string {
	const in = "\x00"
	ways := [][]string{
		{in}, {in, in}, {"open", in}, {"export", in}, {"diff", in}, {"diff", in, in}, {"diff", profile, in}, {"diff", in, profile},
		{"check", in}, {"check", "127.0.0.1:1", in}, {"record", in}, {"record", in, "-o", in}, {"version", in}, {"demo", in}, {"help", in},
		{"open", profile, in}, {"open", profile, "--base", in}, {"open", in, "--base", profile}, {profile, "--base", in}, {"127.0.0.1:1", "--base", in},
		{"check", "127.0.0.1:1", "--baseline", in}, {"diff", profile, profile, "-o", in + "/missing/x"}, {"export", session, "-o", in + "/missing/x"},
		{"record", "127.0.0.1:1", "-o", in + "/missing/x"}, {"check", "127.0.0.1:1", "-o", in + "/missing/x"},
		{"-" + in}, {"--" + in}, {"---" + in}, {"-u" + in}, {"-u", in}, {"check", "--" + in, "127.0.0.1:1"}, {"diff", profile, profile, "--anonymise", "--salt-file", in},
	}
	for _, flag := range []string{"--timeout", "--every", "--cacert", "--cert", "--key", "--header-file", "-H", "--header", "--source-root", "--handler", "--warmup", "--limit", "--alert", "--allow", "--max-filesize", "--session-max"} {
		ways = append(ways, []string{"127.0.0.1:1", flag, in})
		if strings.HasPrefix(flag, "--") {
			ways = append(ways, []string{"127.0.0.1:1", flag + "=" + in})
		}
	}
	for _, flag := range []string{"--for", "--format", "--fail-on", "--ignore", "--handler", "--baseline", "--max-heap-growth", "--max-goroutine-growth", "--cacert", "--cert", "--header-file", "--timeout"} {
		ways = append(ways, []string{"check", "127.0.0.1:1", flag, in + "("})
	}
	for _, flag := range []string{"--format", "--unit", "--limit", "--sample_index", "--folded", "--table", "--fail-on"} {
		ways = append(ways, []string{"diff", profile, profile, flag, in}, []string{"export", session, flag, in})
	}
	for _, flag := range []string{"--base", "--current", "--warmup", "--handler"} {
		ways = append(ways, []string{"export", session, flag, in + "("})
	}
	for _, flag := range []string{"--modes", "--serve", "--limit", "--rate"} {
		ways = append(ways, []string{"demo", flag, in})
	}
	return ways
}

// TestNoSecretIsPrinted hands in mistyped addresses wherever an input is named.
func TestNoSecretIsPrinted(t *testing.T) {
	const secret = "s3cret"
	profile, session := recorded(t, "go-heap.pb.gz"), recordedRun(t, 2)
	t.Chdir(t.TempDir())
	seldomCollect(t)
	var running sync.WaitGroup
	for _, way := range waysIn(profile, session) {
		running.Go(func() {
			for _, address := range mistyped(secret) {
				args := make([]string, len(way))
				for i, arg := range way {
					args[i] = strings.ReplaceAll(arg, "\x00", address)
				}
				var out, err bytes.Buffer
				code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &err})
				if said := out.String() + err.String(); strings.Contains(said, secret) {
					t.Errorf("leaktop %q ended with %d and shows the secret:\n%s", args, code, said)
				}
			}
		})
	}
	running.Wait()
	if left, _ := os.ReadDir("."); len(left) > 0 {
		t.Errorf("%d files were written", len(left))
	}
}

// seldomCollect has the garbage collector run only when some hundred MiB are used,
// until the test ends: thousands of command lines, of which cobra keeps the flags,
// would have it mark the same again and again for longer than all of them run.
func seldomCollect(t *testing.T) {
	t.Helper()
	limit, percent := debug.SetMemoryLimit(400<<20), debug.SetGCPercent(-1)
	t.Cleanup(func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	})
}
