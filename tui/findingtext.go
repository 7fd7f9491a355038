package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// below is what hangs together with the finding, why it is one, and what
// helps, in at most some lines. All of it can be read with enter.
func (d *findingDetail) below(width, most int) []string {
	f := &d.finding
	repair := d.said("Repair", f.Remedy, width)
	evidence := f.Evidence()
	why := d.said("Why", strings.Join(evidence, "; "), width)
	if apart := d.said("Why", strings.Join(evidence, "\n"), width); len(apart)+len(repair) <= most {
		why = apart // one line for each is easier to read
	}
	recheck := d.said("Recheck", f.Recheck.Text(), width)
	related := d.relatedLines(2)
	for _, part := range []*[]string{&recheck, &related} {
		if len(related)+len(why)+len(repair)+len(recheck) > most {
			*part = nil
		}
	}
	why = cutLines(why, max(1, most-len(repair)-len(related)), width)
	repair = cutLines(repair, max(1, most-len(why)-len(related)), width)
	return slices.Concat(related, why, repair, recheck)
}

// wordWidth is that of the words at the left of what is below.
const wordWidth = len("Recheck") + 2

// said is a text behind the word for what it is.
func (d *findingDetail) said(word, text string, width int) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for _, l := range wrap(text, width-wordWidth-2) {
		lines = append(lines, " "+fit(d.m.theme.Title.Apply(word), wordWidth)+l)
		word = ""
	}
	return lines
}

// cutLines shortens a text to some lines; an ellipsis says that there is more.
func cutLines(lines []string, most, width int) []string {
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most]
	last := strings.TrimRight(lines[most-1], " .,;")
	lines[most-1] = ansi.Truncate(last, width-2, "") + " …"
	return lines
}

// relatedLines lists what hangs together with the finding, the largest first.
func (d *findingDetail) relatedLines(most int) []string {
	th, f := d.m.theme, &d.finding
	var lines []string
	for i := range f.Related[:min(most, len(f.Related))] {
		r := &f.Related[i]
		frame := tellingFrame(d.m.cfg.Table, d.m.cfg.Own, r.Stack)
		word := "With"
		if f.Kind == leak.GoroutineKind && r.Kind == leak.HeapKind {
			word = "Holds"
		}
		lines = append(lines, " "+fit(th.Title.Apply(word), wordWidth)+doubleSpaced(relatedAmount(f, r), frameName(frame))+"  "+th.Dim.Apply(position(frame.File, frame.Line)))
	}
	if more := len(f.Related) - len(lines); more > 0 && len(lines) > 0 {
		lines[len(lines)-1] += th.Dim.Apply("  and " + itoa(more) + " more")
	}
	return lines
}

// relatedAmount is how much hangs together with a finding, of heap held by
// goroutines how much each; "" for all of it.
func relatedAmount(f *leak.Finding, r *leak.Related) string {
	text := amountText(r.Now)
	count, counted := f.Now.Goroutines.Get()
	if r.Kind == leak.HeapKind && f.Kind == leak.GoroutineKind && f.Holds == r.Now.Bytes {
		return "" // all that they hold, which stands above
	}
	if bytes, known := r.Now.Bytes.Get(); known && counted && count > 1 && r.Kind == leak.HeapKind {
		text = units.Bytes(bytes) + ", " + eachOf(bytes, count)
	}
	return text
}

// words is the whole finding as text.
func (d *findingDetail) words() section {
	f := &d.finding
	out := section{title: f.Verdict.String() + "  " + f.Summary()}
	say := func(key string, texts ...string) {
		for _, text := range texts {
			if text != "" {
				out.hints = append(out.hints, hint{key, text})
				key = ""
			}
		}
	}
	say("sure", surenessText(f))
	if f.HasHandler {
		say("handler", strings.TrimSpace(f.Handler.Name+"  "+f.Handler.Link.String()))
	}
	say("where", strings.TrimSpace(f.Where.Function+"  "+position(f.Where.File, f.Where.Line)))
	say("grows", strings.TrimSpace(perMinuteText(growthOf(f), f.Unit)+" "+intervalText(growthOf(f), f.Unit)))
	say("now", amountText(f.Now), d.holds())
	for i := range f.Related {
		r := &f.Related[i]
		frame := tellingFrame(d.m.cfg.Table, d.m.cfg.Own, r.Stack)
		say("with", doubleSpaced(relatedAmount(f, r), frameName(frame))+"  "+position(frame.File, frame.Line))
	}
	say("why", f.Evidence()...)
	say("repair", f.Remedy)
	say("recheck", f.Recheck.Text())
	return out
}
