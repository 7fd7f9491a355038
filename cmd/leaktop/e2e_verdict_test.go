//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
	"leaktop/fixtures/sidebyside"
)

// TestOneVerdict checks a service that leaks, by settings of its own. What is made
// of the session file of that check says the same, without being told them: the
// findings of an export and of the screens are those of the check, byte for byte,
// and the picker and a diff have its verdict.
func TestOneVerdict(t *testing.T) {
	if !sidebyside.Race() { // with which a busy service answers too slowly to be asked often
		t.Parallel()
	}
	state := t.TempDir()
	address := freeAddress(t)
	startLeaky(t, address, "--modes", "send,receive,state", "--rate", "4")
	const own, handler = "net/http.", `^net/http\.serverHandler\.ServeHTTP$`
	const named = `"handler":"http.serverHandler.ServeHTTP"`
	var live verdictOn
	p := lasting(t, state, 14*time.Second, func(duration time.Duration) []string {
		return []string{"check", address, "--for", duration.String(), "--every", "1s", "--allow", "gc", "--format", "json",
			"--warmup", "1s", "--own", own, "--handler", handler, "--limit", "8GiB"}
	}, func(p process) bool {
		live = readVerdict(t, p.stdout)
		return strings.Contains(string(live.Findings), named)
	})
	if !strings.Contains(string(live.Findings), named) {
		t.Fatalf("no finding has the handler that was named: %s\n%s", live.Findings, p.stderr)
	}
	runs := keptRuns(t, state)
	if len(runs) == 0 {
		t.Fatal("no session file is kept")
	}
	path := runs[0].Path
	if s := runs[0].Header.Judge; s.Warmup != time.Second || s.Limit != 8<<30 || len(s.Own) != 1 || s.Own[0] != own || len(s.Handlers) != 1 || s.Handlers[0] != handler {
		t.Errorf("the session file holds %+v, want what the check was told", s)
	}
	same := func(what string, got verdictOn) {
		t.Helper()
		if got.Verdict != live.Verdict || got.Reason != live.Reason || string(got.Findings) != string(live.Findings) {
			t.Errorf("%s says %s and\n%s\nthe check said %s and\n%s", what, got.Verdict, got.Findings, live.Verdict, live.Findings)
		}
	}

	same("an export", readVerdict(t, leaktop(t, "export", path, "--format", "json").stdout))
	if word := verdictOf(t.Context(), path, judgeFlags{}); word != live.Verdict {
		t.Errorf("the picker says %q, want %q", word, live.Verdict)
	}
	d := leaktop(t, "diff", path, "--format", "json", "--fail-on", "leak")
	if same("a diff", readVerdict(t, d.stdout)); d.code != p.code {
		t.Errorf("the diff ends with exit code %d, the check with %d", d.code, p.code)
	}

	r := sitDown(t, 120, 32)
	r.run("leaktop open " + path)
	r.sees("■ recorded", "live heap")
	r.waits("findings that hold for all of the run", func(now screen) bool {
		return (now.has("LEAK") || now.has("STUCK") || now.has("GROWING")) && !now.has("judging #")
	})
	r.press("e")
	r.sees("Export", "report as JSON")
	r.press("Down", "Down", "Down", "Enter")
	r.sees("wrote ", ".json")
	files, err := filepath.Glob(filepath.Join(r.dir, "leaktop-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the screens wrote %v (%v), want one report", files, err)
	}
	report, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	same("the screens' export", readVerdict(t, string(report)))
	r.press("Escape")
	r.waits("the Overview again", func(now screen) bool { return now.has("live heap") && !now.has("report as JSON") })
	r.leaves("q")

	// What is given goes before what the file holds, and all else stays.
	other := readVerdict(t, leaktop(t, "export", path, "--format", "json", "--handler", "^none$").stdout)
	if strings.Contains(string(other.Findings), named) {
		t.Errorf("with another --handler it says %s", other.Findings)
	}
}

// TestOneVerdictOfAnInterruptedCheck interrupts a check of which most is left. That
// it says so little is what its session file says, too.
func TestOneVerdictOfAnInterruptedCheck(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	dir := filepath.Join(state, "leaktop")
	taken := func(string) bool {
		runs, err := session.Recent(dir)
		return err == nil && len(runs) == 1 && runs[0].Snapshots >= 4
	}
	p := interruptedKeeping(t, state, []string{"check", steady(t), "--for", "1h", "--every", "1s", "--allow", "gc", "--warmup", "0", "--format", "json"}, taken)
	live := readVerdict(t, p.stdout)
	if p.code != exitInconclusive || !strings.Contains(live.Reason, "it was interrupted after ") {
		t.Fatalf("the check ends with exit code %d, because %q", p.code, live.Reason)
	}
	runs := keptRuns(t, state)
	if len(runs) != 1 {
		t.Fatalf("the session files are %+v, want one", runs)
	}
	path := runs[0].Path
	for _, args := range [][]string{{"export"}, {"diff", "--fail-on", "leak"}} {
		got := readVerdict(t, leaktop(t, append(args, path, "--format", "json")...).stdout)
		if got.Verdict != live.Verdict || got.Reason != live.Reason {
			t.Errorf("%s says %s because %q, the check said %s because %q", args[0], got.Verdict, got.Reason, live.Verdict, live.Reason)
		}
	}
	if word := verdictOf(t.Context(), path, judgeFlags{}); word != live.Verdict {
		t.Errorf("the picker says %q, want %q", word, live.Verdict)
	}
	if word := screensVerdict(t, path, judgeFlags{}); word != live.Verdict {
		t.Errorf("the screens say %q, want %q", word, live.Verdict)
	}
}
