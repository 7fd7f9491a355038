package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// alertTimeout bounds what the command of --on-finding may take.
const alertTimeout = 30 * time.Second

// alerts tells of each finding once: when it first is a leak or stuck.
type alerts struct {
	command string // "" for none
	timeout time.Duration
	output  alertOutput

	told map[string]bool // by id
	last chan struct{}   // closed when the newest command has ended, nil before the first
}

// alertOutput takes what the command prints, and what went wrong with it.
type alertOutput interface {
	Write([]byte) (int, error)
	say(text string)
}

func newAlerts(command string, output alertOutput) *alerts {
	return &alerts{command: command, timeout: alertTimeout, output: output, told: make(map[string]bool)}
}

// fresh returns the findings that were no leak before.
func (a *alerts) fresh(j *gate.Judged) []leak.Finding {
	var out []leak.Finding
	for _, f := range j.Findings {
		if f.Verdict.Fails() && !a.told[f.ID] {
			a.told[f.ID] = true
			out = append(out, f)
		}
	}
	return out
}

// alertTarget is the variable that tells the command which of several targets
// the finding is of.
const alertTarget = "LEAKTOP_TARGET"

// send runs the command, for a finding of the target at an address, once those
// before it have ended: it may not expect another one beside it. Nothing waits
// for it but the end of the check.
func (a *alerts) send(address string, f export.Finding) {
	if a.command == "" {
		return
	}
	before, ended := a.last, make(chan struct{})
	a.last = ended
	go func() {
		defer close(ended)
		if before != nil {
			<-before
		}
		if err := a.run(address, f); err != nil {
			a.output.say(fmt.Sprintf("--on-finding: the command failed for %s (%v); try it by hand, with a finding from a JSON report on its standard input", f.ID, err))
		}
	}()
}

// run runs the command with a finding on its standard input.
func (a *alerts) run(address string, f export.Finding) error {
	var finding bytes.Buffer
	if err := export.FindingJSON(&finding, f); err != nil {
		return err
	}
	// Not ended by an interrupt: who is told of leaks wants to hear of this one, too.
	ctx, cancel := context.WithTimeout(context.Background(), a.timeout)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, a.command)
	cmd.Env = append(os.Environ(), alertTarget+"="+address)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &finding, a.output, a.output
	cmd.WaitDelay = time.Second // for what it left running with its output open
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("it took longer than %s", a.timeout)
	}
	return err
}

// wait returns when the last command has ended.
func (a *alerts) wait() {
	if a.last != nil {
		<-a.last
	}
}
