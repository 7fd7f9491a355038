package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// Gate follows one target beside its judge. It is not safe for concurrent use.
type Gate struct {
	policy Policy
	table  *snapshot.Table
	growth growth
	outage *snapshot.Unreachable // nil while the target answers
	cut    *snapshot.Interrupted // nil where watching was not
}

// New returns a gate that has seen nothing yet. What is within the warm-up
// after the first snapshot of a run counts to no growth.
func New(table *snapshot.Table, warmup time.Duration, policy Policy) *Gate {
	return &Gate{policy: policy, table: table, growth: growth{table: table, warmup: warmup}}
}

// Apply takes in the next event of the target.
func (g *Gate) Apply(e snapshot.Event) {
	switch e := e.(type) {
	case snapshot.Unreachable:
		g.outage = &e
	case snapshot.Interrupted:
		g.cut = &e
	case snapshot.VitalsTaken, snapshot.Attached:
		g.outage = nil
	case snapshot.Taken:
		g.outage = nil
		g.growth.add(e.Snapshot)
	}
}

// Judged is the result of a judge as the policy has it.
type Judged struct {
	// Result holds the findings that are neither ignored nor known, with those
	// about the user's limits before them, and the outcome that they leave.
	// All else is as the judge gave it.
	leak.Result
	Known   []leak.Finding // stood in an earlier report; the worst first
	Ignored int            // how many findings were
	// FailOnGrowing says that the policy has growing findings fail the run.
	FailOnGrowing bool
	limited       bool // growth is bounded, so that any further snapshot may matter
}

// Judge applies the policy to what was judged so far. A run that does not leak is
// inconclusive where the target gives no answer at its end, or watching was
// interrupted. What Judge returns does not change any more.
func (g *Gate) Judge(r *leak.Result) *Judged {
	j := &Judged{Result: *r, FailOnGrowing: g.policy.FailOnGrowing, limited: g.policy.limits()}
	exceeded, unknown := g.growth.exceeded(&g.policy)
	j.Findings = exceeded
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case g.policy.ignores(g.table, f):
			j.Ignored++
		case g.policy.Known[f.ID] && f.Verdict != leak.Plateau:
			j.Known = append(j.Known, *f)
		default:
			j.Findings = append(j.Findings, *f)
		}
	}
	if g.cut != nil {
		unknown = append(unknown, fmt.Sprintf("it was interrupted after %s of %s", units.Duration(g.cut.After.Round(time.Second)), units.Duration(g.cut.Of)))
	}
	if g.outage != nil {
		unknown = append(unknown, fmt.Sprintf("the target has given no answer since %s (%s), and what it did since then is not known",
			g.outage.Since.UTC().Format("15:04:05 MST"), g.outage.Reason))
	}
	j.Outcome, j.Reason = j.outcome(r, unknown)
	return j
}

// outcome is the verdict on what the policy left of a result, and why it is
// inconclusive.
func (j *Judged) outcome(r *leak.Result, unknown []string) (leak.Outcome, string) {
	reasons := unknown
	if r.Lacking != "" {
		reasons = slices.Concat([]string{r.Lacking}, unknown)
	}
	switch worst := j.worst(); {
	case worst.Fails():
		return leak.Leaks, ""
	case len(reasons) > 0:
		return leak.Inconclusive, strings.Join(reasons, "; ")
	case worst == leak.Growing:
		return leak.Grows, ""
	}
	return leak.Clean, ""
}

// worst is the strongest verdict among the findings, "" where there are none.
func (j *Judged) worst() leak.Verdict {
	var worst leak.Verdict
	for i := range j.Findings {
		if v := j.Findings[i].Verdict; v.Severity() > worst.Severity() {
			worst = v
		}
	}
	return worst
}

// Failed reports whether the run is to fail as one that leaks.
func (j *Judged) Failed() bool {
	return j.Outcome == leak.Leaks || j.FailOnGrowing && j.Outcome == leak.Grows
}

// Fails reports whether a finding of this verdict makes a run fail, unless it
// is known.
func (j *Judged) Fails(v leak.Verdict) bool {
	return v.Fails() || j.FailOnGrowing && v == leak.Growing
}
