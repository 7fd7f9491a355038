package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// alerting is a program that alerts in this way, in a terminal with this environment.
func alerting(t *testing.T, how Alert, environment ...string) *program {
	p := newProgram(t)
	p.alarm.how = how
	p.resize(120, 32)
	p.send(tea.EnvMsg(environment))
	return p
}

// sent is what a batch of events has the program send to the terminal.
func (p *program) sent(events ...snapshot.Event) []string {
	p.t.Helper()
	p.got = nil
	p.tell(events...)
	var out []string
	for _, msg := range p.got {
		if raw, ok := msg.(tea.RawMsg); ok {
			out = append(out, fmt.Sprint(raw.Msg))
		}
	}
	return out
}

// A finding is told once, when it first is one that fails: in a line, and by
// the bell if that is wanted.
func TestAlert(t *testing.T) {
	finding := func(id string, v leak.Verdict) leak.Finding {
		return leak.Finding{ID: id, Kind: leak.ProcessKind, Verdict: v, Claim: leak.Fact{Kind: leak.StartedByHandler, Handlers: []string{id}}}
	}
	for _, how := range []Alert{NoAlert, Bell} {
		p := alerting(t, how)
		rings := map[Alert][]string{Bell: {"\a"}}[how]
		step := func(seq int, wantBell bool, wantLine string, findings ...leak.Finding) {
			t.Helper()
			p.judge.result = leak.Result{Outcome: leak.Leaks, Findings: findings}
			got := p.sent(p.story.taken(seq))
			want := []string(nil)
			if wantBell {
				want = rings
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q, #%d: sent %q, want %q", how, seq, got, want)
			}
			if f := strings.TrimSpace(p.footer()); wantLine != "" && f != wantLine || wantLine == "" && strings.Contains(f, "started by") {
				t.Errorf("%q, #%d: the last line is %q, want %q", how, seq, f, wantLine)
			}
			p.press("g")
		}
		step(1, false, "", finding("a", leak.Growing))
		step(2, true, "LEAK: started by a", finding("a", leak.Leak))
		step(3, false, "", finding("a", leak.Leak))
		step(4, false, "", finding("a", leak.Growing))
		step(5, false, "", finding("a", leak.Leak)) // it wavers
		step(6, true, "PROVEN: started by b · and 1 more", finding("b", leak.Proven), finding("a", leak.Leak), finding("c", leak.Stuck), finding("d", leak.Plateau))
		// Between two snapshots nothing is told.
		if got := p.sent(snapshot.VitalsTaken{Vitals: p.story.vitals(p.now)}); len(got) > 0 {
			t.Errorf("between two snapshots: sent %q", got)
		}
		// Another process leaks anew.
		p.judge.result = tooLittle()
		p.sent(p.story.restarted(storySnapshots)...)
		step(9, true, "LEAK: started by a", finding("a", leak.Leak))
	}
}

// What the terminal is sent is the one sequence, whatever the text holds.
func TestNotification(t *testing.T) {
	for _, c := range []struct {
		environment []string
		want        string
	}{
		{nil, "\x1b]9;leaktop orders LEAK: labelled 注文 ]9;x\\ grows\a"},
		{[]string{"TERM=rxvt-unicode"}, "\x1b]777;notify;leaktop;leaktop orders LEAK: labelled 注文 ]9;x\\ grows\a"},
		{[]string{"VTE_VERSION=7600"}, "\x1b]777;notify;leaktop;leaktop orders LEAK: labelled 注文 ]9;x\\ grows\a"},
		{[]string{"TMUX=/tmp/tmux-0/default,1,0", "TERM=tmux-256color"}, "\x1bPtmux;\x1b\x1b]9;leaktop orders LEAK: labelled 注文 ]9;x\\ grows\a\x1b\\"},
	} {
		p := alerting(t, Notify, c.environment...)
		p.judge.result = leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{{
			ID: "a", Kind: leak.ProcessKind, Verdict: leak.Leak, Claim: leak.Fact{Kind: leak.LabelledByHandler, Handlers: []string{"注文 \x1b]9;x\x1b\\\a\x9c\u009c\r\n\xff grows"}},
		}}}
		if got := p.sent(p.story.attached(), p.story.taken(1)); len(got) != 1 || got[0] != c.want {
			t.Errorf("with %q: sent %q, want %q", c.environment, got, c.want)
		}
	}
	long := printable(strings.Repeat("長", 1000))
	if n := len([]rune(long)); n != longestNotification || !strings.HasSuffix(long, "…") {
		t.Errorf("a long text is sent with %d characters", n)
	}
}

// Who types does not miss it: the line is there when the overlay has gone.
func TestAlertWaitsForWhoTypes(t *testing.T) {
	p := unjudged(t, 120, 32).press("2", "/")
	p.judge.result = p.story.judged(t)
	p.tell(p.story.taken(9))
	p.enter("put").want("filter / put").wantNot("LEAK: 76")
	p.press("enter").want("LEAK: 76 goroutines send")
	p.press("down").wantNot("LEAK: 76")
}
