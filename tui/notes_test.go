package tui

import (
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// TestNotesTypedFast says several things of a snapshot before the first of them
// has come back from the session file: each holds what was said before.
func TestNotesTypedFast(t *testing.T) {
	p := told(t, 120, 32)
	var written []snapshot.Noted
	p.cfg.Note = func(n snapshot.Noted) { written = append(written, n) }
	p.press("5", "down", "P", "n")
	p.enter("after the deploy")
	p.press("enter", "N")
	p.want("name of #7 as a baseline")
	p.enter("quiet")
	p.press("enter", "n")
	p.want("note on #7: after the deploy")
	p.enter(" of Monday")
	p.press("enter", "P")
	var last snapshot.Noted
	for _, n := range written {
		last = n
	}
	if len(written) != 5 || last.Text != "after the deploy of Monday" || last.Baseline != "quiet" || last.Pinned {
		t.Fatalf("written: %+v", written)
	}
	// They come back late, one after the other, while more is said.
	for i, n := range written {
		p.tell(n)
		if i == 1 {
			p.press("P")
		}
	}
	last = written[len(written)-1]
	if len(written) != 6 || last.Text != "after the deploy of Monday" || last.Baseline != "quiet" || !last.Pinned {
		t.Errorf("written last: %+v", last)
	}
	p.tell(last)
	p.want("pinned · baseline quiet · after the deploy of Monday")
	if len(p.noted) > 0 {
		t.Errorf("%v is still waited for", p.noted)
	}
}

// TestBaselinesOfOneName names two snapshots alike: it is said, and both can be
// told apart where one is chosen, however long the name is.
func TestBaselinesOfOneName(t *testing.T) {
	for _, name := range []string{"quiet", strings.Repeat("very ", 30) + "quiet"} {
		p := told(t, 80, 24)
		p.press("5", "down", "N")
		p.enter(name)
		p.press("enter", "down", "N")
		p.enter(name)
		p.press("enter")
		if name == "quiet" {
			p.want("#6 is the baseline quiet, as #7 is")
		}
		p.press("A")
		p.want("#6  12:01:15  "+name[:5], "#7  12:01:30  "+name[:5])
		p.press("down", "enter")
		p.want("base is #7")
	}
}
