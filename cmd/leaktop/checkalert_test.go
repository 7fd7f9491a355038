//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

const alerted = "http://10.0.3.7:6060/debug/pprof/"

func findings(verdicts ...leak.Verdict) *gate.Judged {
	var r leak.Result
	for i, v := range verdicts {
		r.Findings = append(r.Findings, leak.Finding{ID: string(rune('a' + i)), Verdict: v, Claim: leak.Fact{Kind: leak.LabelledByHandler, Handlers: []string{"<there>"}}})
	}
	return &gate.Judged{Result: r}
}

func TestAlertsAreFreshOnce(t *testing.T) {
	a := newAlerts("", &said{})
	for _, step := range []struct {
		verdicts []leak.Verdict
		want     string
	}{
		{[]leak.Verdict{leak.Growing, leak.Plateau}, ""},
		{[]leak.Verdict{leak.Leak, leak.Plateau}, "a"},
		{[]leak.Verdict{leak.Proven, leak.Stuck}, "b"}, // a is worse, but no news
		{[]leak.Verdict{leak.Growing, leak.Leak}, ""},
		{[]leak.Verdict{leak.Leak, leak.Leak, leak.Proven}, "c"},
	} {
		var got string
		for _, f := range a.fresh(findings(step.verdicts...)) {
			got += f.ID
		}
		if got != step.want {
			t.Errorf("of %v %q are fresh, want %q", step.verdicts, got, step.want)
		}
	}
	a.send("", export.Finding{}) // without a command there is nothing to wait for
	a.wait()
}

// The command gets one finding after the other, as JSON.
func TestAlertCommand(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "findings")
	lock := filepath.Join(dir, "running")
	var said said
	// mkdir fails where another command runs beside this one.
	a := newAlerts(fmt.Sprintf("mkdir %s && cat >>%s && echo told of $LEAKTOP_TARGET && rmdir %s", lock, out, lock), &said)
	table := snapshot.NewTable()
	for _, f := range a.fresh(findings(leak.Leak, leak.Stuck, leak.Proven)) {
		a.send(alerted, export.NewFinding(table, f))
	}
	a.wait()
	if said.String() != strings.Repeat("told of "+alerted+"\n", 3) {
		t.Errorf("standard error got %q", said.String())
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	for _, want := range []string{"a leak", "b stuck", "c proven"} {
		var got struct {
			ID, Verdict, Summary string
			Stack                []any
		}
		if err := dec.Decode(&got); err != nil || got.ID+" "+got.Verdict != want || got.Summary != "labelled <there>" || got.Stack == nil {
			t.Errorf("the command got %+v (%v), want %s", got, err, want)
		}
	}
}

func TestAlertCommandThatFails(t *testing.T) {
	for _, c := range []struct{ command, says string }{
		{"exit 7", "exit status 7"},
		{"cat >/dev/null; echo no mail here >&2; false", "no mail here\n--on-finding: the command failed for a (exit status 1)"},
		{"exec sleep 60", "it took longer than 200ms"},
		{"sleep 60 & exit 0", "WaitDelay"}, // it left something running with its output open
	} {
		var said said
		a := newAlerts(c.command, &said)
		a.timeout = 200 * time.Millisecond
		if strings.Contains(c.command, "&") {
			a.timeout = alertTimeout
		}
		begun := time.Now()
		a.send(alerted, export.NewFinding(snapshot.NewTable(), leak.Finding{ID: "a"}))
		a.wait()
		if !strings.Contains(said.String(), c.says) || time.Since(begun) > longest {
			t.Errorf("%s: after %s standard error got %q, want %q", c.command, time.Since(begun), said.String(), c.says)
		}
	}
}
