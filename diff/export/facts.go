package export

import (
	"fmt"
	"path"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
	"leaktop/diff/units"
)

// fact is one line of a report for people: what it is about, and what is said.
type fact struct{ name, text string }

// facts keeps those that have something to say.
type facts []fact

func (f *facts) add(name, text string) {
	if text != "" {
		*f = append(*f, fact{name, text})
	}
}

// headline is the verdict on the run in one line: "LEAK: 2 leaks, 1 growing".
func (c Check) headline() string {
	var why string
	switch j := c.Judged; j.Outcome {
	case leak.Leaks:
		why = c.tally()
	case leak.Inconclusive:
		why = j.Reason
		if tally := c.tally(); tally != "" {
			why += "; so far " + tally
		}
	case leak.Grows:
		why = c.tally() + ", too early to tell a leak from what fills up"
	case leak.Clean:
		why = "nothing is stuck or grows beyond its error"
		if len(j.Known) > 0 || j.Ignored > 0 {
			why = "nothing else is stuck or grows beyond its error"
		}
		if text := j.Detection.Text(); text != "" {
			why += "; " + text
		}
	}
	return strings.ToUpper(string(c.Judged.Outcome)) + ": " + why
}

// tally counts the findings that are news by verdict.
func (c Check) tally() string {
	number := make(map[leak.Verdict]int)
	for _, l := range c.news() {
		number[l.Verdict]++
	}
	var out []string
	for _, v := range []struct {
		verdict   leak.Verdict
		one, many string
	}{
		{leak.Proven, "proven leak", "proven leaks"},
		{leak.Leak, "leak", "leaks"},
		{leak.Stuck, "stuck", "stuck"},
		{leak.Growing, "growing", "growing"},
	} {
		switch n := number[v.verdict]; {
		case n == 1:
			out = append(out, "1 "+v.one)
		case n > 1:
			out = append(out, units.Count(int64(n))+" "+v.many)
		}
	}
	return strings.Join(out, ", ")
}

// runFacts are about the run as a whole.
func (c Check) runFacts() facts {
	j := c.Judged
	var out facts
	out.add("target", c.Target.line())
	out.add("seen", c.seen())
	out.add("growth", c.growth())
	out.add("limit", limitLine(j.Limit))
	out.add("verdict", c.headline())
	if j.Outcome != leak.Clean { // whose headline says it
		out.add("missed", j.Detection.Text())
	}
	out.add("idle", j.Idle.Text())
	if n := len(j.Known); n > 0 {
		out.add("known", units.Plural(n, "finding")+" from the baseline, not counted")
	}
	if j.Ignored > 0 {
		out.add("ignored", units.Plural(j.Ignored, "finding")+" matched by --ignore, not listed")
	}
	return out
}

// seen is the window and what was seen in it.
func (c Check) seen() string {
	j := c.Judged
	out := stamp(j.From)
	if !j.From.IsZero() {
		out += ", for " + units.Duration(j.To.Sub(j.From))
	}
	out += ": " + units.Plural(j.Snapshots, "snapshot")
	if j.GCCycles >= 0 {
		out += ", " + units.Plural(j.GCCycles, "GC cycle")
	}
	if j.Restarts > 0 {
		out += ", " + units.Plural(j.Restarts, "restart")
	}
	return out
}

// growth is that of the process, "" where none is known.
func (c Check) growth() string {
	j := c.Judged
	var out []string
	for _, of := range []struct {
		name     string
		estimate trend.Estimate
		rate     string
		grows    bool
	}{
		{"live heap", j.Heap, rate(j.Heap, leak.Bytes), j.HeapGrows},
		{"goroutines", j.Goroutines, rate(j.Goroutines, leak.Goroutines), j.GoroutinesGrow},
	} {
		if of.rate == "" {
			continue
		}
		if !of.grows {
			of.rate += ", " + level(of.estimate)
		}
		out = append(out, of.name+" "+of.rate)
	}
	if len(out) == 0 || j.RatesOver <= 0 {
		return strings.Join(out, "; ")
	}
	return strings.Join(out, "; ") + "; over the last " + units.Duration(j.RatesOver.Round(time.Second))
}

// level says what a rate is that is no growth to be sure of.
func level(e trend.Estimate) string {
	switch {
	case e.High < 0:
		return "falling"
	case e.Low > 0:
		return "not steadily"
	}
	return "no more than noise"
}

// limitLine is the forecast against the memory limit, "" where none is known.
func limitLine(l leak.Limit) string {
	if l.Bytes <= 0 {
		return ""
	}
	out := fmt.Sprintf("%s (%s), of which %s is used", units.Bytes(l.Bytes), l.What, units.Bytes(l.Used))
	if l.Left > 0 {
		out += ": reached in about " + units.Duration(l.Left) + " at this rate"
	}
	return out
}

// title is a finding in one line: "LEAK, 97 % sure: state kept across requests, never freed".
func (l listed) title() string {
	out := l.Verdict.String()
	if l.Confidence > 0 {
		out += ", " + percentSure(l.Confidence)
	}
	return out + ": " + l.Summary()
}

// percentSure is "97 % sure".
func percentSure(confidence float64) string { return fmt.Sprintf("%.0f %% sure", 100*confidence) }

// facts are about one finding.
func (c Check) facts(l listed) facts {
	var out facts
	out.add("where", c.where(l))
	if l.HasHandler {
		out.add("handler", strings.TrimSpace(l.Handler.Name+" "+bracketed(l.Handler.Link.String())))
	}
	out.add("growth", rate(l.Growth, l.Unit))
	out.add("now", amounts(l.Now))
	if holds, known := l.Holds.Get(); known {
		out.add("holds", "about "+units.Bytes(holds))
	}
	out.add("why", strings.Join(l.evidence(), "; "))
	out.add("surer", l.Recheck.Text())
	out.add("repair", l.Remedy)
	out.add("check", string(l.Check))
	out.add("id", l.ID)
	return out
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// where is the function to look at first, with its file and line; "" for a
// finding about the process.
func (c Check) where(l listed) string {
	return strings.TrimSpace(l.Where.Function + " " + c.fileLine(l.Where))
}

// fileLine is "orders/desk.go:41", relative to the root where the file lies
// below it; "" unknown.
func (c Check) fileLine(f snapshot.Frame) string {
	if short, ok := below(c.Root, f.File); ok {
		f.File = short
	}
	if f.File == "" || f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// below returns the path of a file relative to a directory that it lies below.
func below(root, file string) (string, bool) {
	if root == "" || file == "" {
		return "", false
	}
	slashed := func(p string) string { return path.Clean(strings.ReplaceAll(p, `\`, "/")) }
	return strings.CutPrefix(slashed(file), strings.TrimSuffix(slashed(root), "/")+"/")
}

// rate is "+3.1 MiB/min (+3.0 MiB to +3.2 MiB)", "" where it is not known.
func rate(e trend.Estimate, unit leak.Unit) string {
	write := units.CountPerMinute
	if unit == leak.Bytes {
		write = units.BytesPerMinute
	}
	text := write(e.Value)
	if !e.Known || text == "" {
		return ""
	}
	low, high := strings.TrimSuffix(write(e.Low), "/min"), strings.TrimSuffix(write(e.High), "/min")
	switch {
	case e.Low == e.High:
		return text
	case low != "" && high != "":
		return fmt.Sprintf("%s (%s to %s)", text, low, high)
	case low != "":
		return fmt.Sprintf("%s (%s or more)", text, low)
	case high != "":
		return fmt.Sprintf("%s (%s or less)", text, high)
	}
	return text + " ±?"
}

// amounts is "112.0 MiB in 1,640 objects", "1,203 goroutines", "" where nothing is known.
func amounts(a leak.Amounts) string {
	var out []string
	bytes, knowsBytes := a.Bytes.Get()
	objects, knowsObjects := a.Objects.Get()
	switch {
	case knowsBytes && knowsObjects:
		out = append(out, units.Bytes(bytes)+" in "+units.Plural(objects, "object"))
	case knowsBytes:
		out = append(out, units.Bytes(bytes))
	case knowsObjects:
		out = append(out, units.Plural(objects, "object"))
	}
	if n, known := a.Goroutines.Get(); known {
		out = append(out, units.Plural(n, "goroutine"))
	}
	return strings.Join(out, ", ")
}

// FindingLine is a finding on one line, as of the last snapshot: when, what,
// where, how fast, and in which target.
func FindingLine(c Check, f leak.Finding) string {
	l := listed{Finding: f}
	parts := []string{stamp(c.Judged.To), l.title()}
	for _, part := range []string{c.where(l), rate(f.Growth, f.Unit)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if c.Target.Address != nil {
		parts = append(parts, *c.Target.Address)
	}
	return strings.Join(parts, "  ")
}

// Headline is the verdict on a run in one line: "LEAK: 2 leaks, 1 growing".
func Headline(c Check) string { return c.headline() }
