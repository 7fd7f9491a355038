package leak

import "time"

// memory is what was said of each finding at the snapshots before: evidence
// adds up, and a verdict once reached is left only for a reason.
type memory struct {
	of  map[string]said
	now map[string]said // at the snapshot that is judged
}

// said is the verdict on one finding, and for how many snapshots in a row the
// points alone have spoken against it.
type said struct {
	verdict Verdict
	against int
	// towards is from when on they have all spoken for a leak; zero where the
	// newest does not.
	towards time.Time
	since   time.Time // of the verdict
}

func (m *memory) has(id string) bool {
	_, ok := m.of[id]
	return ok
}

// standing is what speaks for leaving a verdict, whatever its strength.
type standing struct {
	at     time.Time
	freed  bool // what had grown was given back
	ended  bool // growth has ended, and surely so
	noise  bool // it is no more than coming and going after all
	moved  bool // it came from another place
	doubt  bool // the verdict that was said has become unlikely
	barely bool // a leak is likely, and not more: it is to be so for a while
	blocks bool // goroutines that stay where they are, though no more come
}

// patience is how many snapshots in a row must speak for or against something
// that is not sure: a steady leak has quiet steps, and what comes and goes may
// look steady for one.
const patience = 3

// leakHolds is for how long a leak that is barely likely must have been so.
const leakHolds = 10 * time.Second

// hold is the verdict on a finding: that of its points, unless a stronger one
// was said before and nothing is a reason to leave it.
func (m *memory) hold(id string, points Verdict, now standing) Verdict {
	before := m.of[id]
	var towards time.Time
	if points == Leak {
		if towards = before.towards; towards.IsZero() {
			towards = now.at
		}
		if now.barely && now.at.Sub(towards) < leakHolds {
			points = Growing
		}
	}
	next := said{verdict: points, since: now.at}
	if before.verdict.Severity() > points.Severity() {
		next = before
		next.against++
		switch {
		case now.freed:
			next.verdict = ""
		case next.against < patience:
		case now.moved, now.noise:
			next.verdict = points
		case now.ended && now.blocks && before.verdict.Fails():
			next.verdict = Stuck // as long as they are there
		case now.ended, now.doubt && before.verdict == Leak:
			next.verdict = points
		}
	}
	if next.verdict == before.verdict {
		next.since = before.since
		if before.verdict.Severity() <= points.Severity() {
			next.against = 0
		}
	} else {
		next.against = 0
	}
	next.towards = towards
	if next.verdict != "" {
		m.now[id] = next
	}
	return next.verdict
}

// begin starts a judgement, and keep makes what it said the memory of the next.
func (m *memory) begin() { m.now = make(map[string]said) }

func (m *memory) keep() { m.of = m.now }
