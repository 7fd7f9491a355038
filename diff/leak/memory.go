package leak

import (
	"cmp"
	"time"
)

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

	left leaving // of a stronger verdict, zero for none
}

// leaving says that a verdict was left for a weaker one, when, and why.
type leaving struct {
	verdict Verdict
	at      time.Time
	reason  Reason
}

// Reason is why a verdict was left for a weaker one.
type Reason string

// The reasons.
const (
	GaveBack     Reason = "gave-back"      // what had grown was freed, or has ended
	HasLevelled  Reason = "has-levelled"   // growth has ended
	ComesAndGoes Reason = "comes-and-goes" // it is no growth after all
	LessLikely   Reason = "less-likely"    // growth slows down
)

// toldFor is for how long it is told that what had seemed to grow does not.
const toldFor = 2 * time.Minute

// reason returns why a stronger verdict on a finding was left.
func (m *memory) reason(id string) (leaving, bool) {
	left := m.now[id].left
	return left, left.verdict != ""
}

func (m *memory) has(id string) bool {
	_, ok := m.of[id]
	return ok
}

// standing is what speaks for leaving a verdict, whatever its strength.
type standing struct {
	at    time.Time
	freed bool // what had grown was given back
	ended bool // growth has ended, and surely so
	noise bool // it is no more than coming and going after all
	doubt bool // the probability of a leak that was said has fallen below doubtful
	// unlikely says that it is so much less likely that one look is enough.
	unlikely bool
	barely   bool // the probability of a leak is so low that it must last for leakHolds
	// waits says that it is goroutines which wait, and are still there though no more
	// come, and blocks that such goroutines idle nowhere.
	waits, blocks bool
}

// patience is how many snapshots in a row must speak for or against something
// that is not sure: a steady leak has quiet steps, and what comes and goes may
// look steady for one.
const patience = 3

// leakHolds is for how long a leak that is barely likely must have been so.
const leakHolds = 30 * time.Second

// hold is the verdict on a finding: that of its points, unless a stronger one
// was said before and nothing is a reason to leave it.
func (m *memory) hold(id string, points Verdict, now standing) Verdict {
	before := m.of[id]
	var towards time.Time
	if points == Leak {
		if towards = before.towards; towards.IsZero() {
			towards = now.at
		}
		if now.barely && before.verdict != Leak && now.at.Sub(towards) < leakHolds {
			points = Growing
		}
	}
	next := said{verdict: points, since: now.at, left: before.left}
	if before.verdict.Severity() > points.Severity() {
		next = before
		next.against++
		leave := func(to Verdict, why Reason) {
			next.verdict = to
			if to == before.verdict {
				return
			}
			if before.verdict.Severity() >= Growing.Severity() {
				next.verdict = cmp.Or(to, Plateau)
				next.left = leaving{before.verdict, now.at, why}
			}
		}
		stays := now.waits && before.stays(now)
		switch {
		case before.verdict == Plateau:
			if points == "" && now.at.Sub(before.left.at) > toldFor {
				next.verdict = ""
			}
		case now.freed:
			leave("", GaveBack)
		case now.unlikely && before.verdict == Leak && !stays:
			leave(points, LessLikely)
		case next.against < patience:
		case now.noise:
			leave(points, ComesAndGoes)
		case stays && (now.ended || now.doubt && points == Plateau):
			leave(Stuck, HasLevelled)
		case now.ended:
			leave(points, HasLevelled)
		case now.doubt && before.verdict == Leak:
			leave(points, LessLikely)
		}
	} else if points.Severity() >= next.left.verdict.Severity() {
		next.left = leaving{}
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

// leakLasts is for how long goroutines that may be idle workers were a leak at
// least, to be stuck when no more come.
const leakLasts = 3 * time.Minute

// stays reports whether goroutines of which there are no more than before are
// stuck: they were a leak, and did not turn out to be workers that had only been
// started one by one.
func (s said) stays(now standing) bool {
	switch s.verdict {
	case Stuck:
		return true
	case Leak:
		return now.blocks || now.at.Sub(s.since) >= leakLasts
	}
	return false
}

// begin starts a judgement, and keep makes what it said the memory of the next.
func (m *memory) begin() { m.now = make(map[string]said) }

func (m *memory) keep() { m.of = m.now }
