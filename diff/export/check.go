package export

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// Check is what is exported of one target that was judged.
type Check struct {
	Target Target
	Table  *snapshot.Table
	Judged *gate.Judged
	// All lists what grew and levelled off, too.
	All bool
	// Root is the directory below which source files are named relative to it:
	// that of the repository. "" for none.
	Root string
}

// listed is a finding as a report lists it.
type listed struct {
	leak.Finding
	known bool // stood in an earlier report
}

// news are the findings that fail the run or may come to.
func (c Check) news() []listed {
	return pick(c.Judged.Findings, false, func(v leak.Verdict) bool { return v != leak.Plateau })
}

// known are those that stood in an earlier report.
func (c Check) known() []listed {
	return pick(c.Judged.Known, true, func(leak.Verdict) bool { return true })
}

// plateaus are those that levelled off, none where they are not asked for.
func (c Check) plateaus() []listed {
	return pick(c.Judged.Findings, false, func(v leak.Verdict) bool { return c.All && v == leak.Plateau })
}

// findings are all that a report lists, in this order.
func (c Check) findings() []listed { return slices.Concat(c.news(), c.known(), c.plateaus()) }

func pick(findings []leak.Finding, known bool, wanted func(leak.Verdict) bool) []listed {
	var out []listed
	for _, f := range findings {
		if wanted(f.Verdict) {
			out = append(out, listed{f, known})
		}
	}
	return out
}

// fails reports whether a finding makes the run fail.
func (c Check) fails(l listed) bool { return !l.known && c.Judged.Fails(l.Verdict) }

// NewCheckReport makes the report of a target that was judged. It compares no
// two snapshots, so that there are no changes in it.
func NewCheckReport(c Check) Report {
	j := c.Judged
	outcome := string(j.Outcome)
	r := Report{
		Target:  c.Target,
		Window:  Window{From: &j.From, To: &j.To, Snapshots: j.Snapshots, Restarts: &j.Restarts},
		Verdict: &outcome,
	}
	if j.GCCycles >= 0 {
		r.Window.GCCycles = &j.GCCycles
	}
	if j.Outcome == leak.Inconclusive {
		r.Reason = &j.Reason
	}
	r.Limit = newDetectionLimit(j.Detection)
	if j.Idle.Kind != "" {
		idle := newFact(j.Idle)
		r.IdleHeap = &idle
	}
	stacks := newStacks(c.Table)
	for _, l := range c.findings() {
		r.Findings = append(r.Findings, newFinding(stacks, l))
	}
	return r
}

// newDetectionLimit is the limit as the report has it: what is not known is null.
func newDetectionLimit(d leak.Detection) *DetectionLimit {
	out := &DetectionLimit{Confidence: d.Confidence}
	if d.BytesPerSecond.Known {
		every := math.Round(d.ObjectEvery.Seconds()*10) / 10
		out.BytesPerSecond, out.ObjectEvery = ceiling(d.BytesPerSecond.Value), &every
	}
	if d.GoroutinesPerMinute.Known {
		rate := math.Ceil(d.GoroutinesPerMinute.Value*10) / 10
		out.GoroutinesPerMinute = &rate
	}
	if d.HeapLeakIn >= 0 {
		out.HeapLeakIn = ceiling(d.HeapLeakIn.Seconds())
	}
	if d.GoroutineLeakIn >= 0 {
		out.GoroutineLeakIn = ceiling(d.GoroutineLeakIn.Seconds())
	}
	return out
}

func ceiling(v float64) *float64 {
	v = math.Ceil(v)
	return &v
}
