package leak

import (
	"fmt"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// LockWait is goroutines that wait for a lock. Its claim has the value now
// (goroutines), where a dump tells for how long they wait least and most
// (seconds), and the word "one-lock" where they wait for the same one.
const LockWait Check = "lock-wait"

// oneLock is the word for goroutines that all wait for the same lock.
const oneLock = "one-lock"

// lockWait finds goroutines that wait for a mutex: nobody idles on one, so that
// a wait which does not end has a holder that does not come back.
func lockWait() detector[*task] {
	return detector[*task]{
		check: LockWait,
		finds: func(_ *scene, t *task) bool { return locks(t.state()) },
		claim: (*scene).lockClaim,
		says: func(f Fact) string {
			what := "a lock"
			if f.says(oneLock) {
				what = "one lock"
			}
			text := f.those("waits for a lock that is not released", "wait for "+what+" that is not released")
			if _, known := f.Value("most"); known {
				text += ", for " + f.days() + " by the runtime"
			}
			return text
		},
		facts:   (*scene).lockWaitFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   atLock,
			native: "find the holder: a guard that lives across an await or a blocking call; drop it earlier, or use a try_lock with a deadline",
		},
	}
}

// locks reports whether goroutines in a state wait for a lock.
func locks(s diff.State) bool {
	switch s {
	case diff.MutexLock, diff.RWMutexLock, diff.RWMutexRLock, diff.Semacquire:
		return true
	}
	return false
}

// lockWaitFacts are those of any task, who holds the lock before all others.
func (s *scene) lockWaitFacts(t *task) []Fact {
	facts := s.taskFacts(t)
	rank := func(f Fact) int {
		switch f.Kind {
		case ManyLocks, SameLock, LikelyHolder, HolderUnknown, Circle:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(facts, func(a, b Fact) int { return rank(a) - rank(b) })
	return facts
}

func (s *scene) lockClaim(t *task) Fact {
	f := t.claim()
	told, ok := s.told(t)
	if !ok {
		return f
	}
	if told.Long > 0 {
		f = f.With("least", float64(told.Least)*60, Seconds).With("most", float64(told.Most)*60, Seconds)
	}
	if all := s.locksOf(t.groups); t.now > 1 && (all[0].address != 0 && all[0].waiting == t.now || s.likelyOne(all)) {
		f.Words = append(f.Words, oneLock)
	}
	return f
}

// likelyOne reports whether those whose lock no address tells most likely wait for
// the same one: somebody is seen who holds it.
func (s *scene) likelyOne(all []awaited) bool {
	if len(all) > 1 || all[0].address != 0 {
		return false
	}
	h, ok := s.holder(&all[0])
	return ok && h.p >= likelyHolds
}

// lockFacts are what is known of the locks that goroutines wait for, and who holds
// them.
func (s *scene) lockFacts(t *task, told snapshot.Told) []Fact {
	all := s.locksOf(t.groups)
	var out []Fact
	if len(all) > 1 {
		out = append(out, Fact{Kind: ManyLocks}.With("locks", float64(len(all)), Count))
	}
	for i := range all[:min(len(all), maxAwaited)] {
		w := &all[i]
		if w.address != 0 && (w.waiting > 1 || len(all) > 1) {
			out = append(out, Fact{Kind: SameLock}.With("waiting", float64(w.waiting), Goroutines).With("of", float64(t.now), Goroutines).
				With("address", float64(w.address), Count))
		}
		h, found := s.holder(w)
		switch {
		case found:
			out = append(out, s.holderFact(w, h))
			if functions := s.circle(w, h); functions != nil { // the other locks are a part of it
				return append(out, Fact{Kind: Circle, Functions: functions})
			}
		case len(told.Creators) > 0: // by a dump, which shows all goroutines
			out = append(out, Fact{Kind: HolderUnknown})
		}
	}
	return out
}

// relateHolders adds who holds the locks of a task to what hangs together with a
// finding about it.
func (s *scene) relateHolders(f *Finding, t *task) {
	if !locks(t.state()) {
		return
	}
	all := s.locksOf(t.groups)
	named := make(map[int]bool)
	for i := range all[:min(len(all), maxAwaited)] {
		h, found := s.holder(&all[i])
		if !found || h.by == byItself || named[h.group] {
			continue
		}
		named[h.group] = true
		g := s.groups[h.group]
		f.Related = append(f.Related, Related{Kind: GoroutineKind, Stack: g.Stacks[0], Now: Amounts{Goroutines: snapshot.Known(g.After)}})
	}
}

// holds is how likely somebody holds a lock, in words.
func (f Fact) holds() string {
	p, known := f.Value("p")
	switch {
	case !known, p >= likelyHolds && p < veryLikelyHolds:
		return "most likely"
	case p >= veryLikelyHolds:
		return "very likely"
	}
	return "perhaps"
}

// heldBy is who holds a lock and why that is likely.
func (f Fact) heldBy() string {
	text := f.holds() + " held by " + f.function()
	if f.says(byItself) {
		return text + " of the same goroutine, which would wait for itself: a sync.Mutex cannot be locked again by its holder"
	}
	text += " (" + f.word()
	if _, known := f.Value("waited"); known {
		text += ", " + f.minutes("waited") + " min"
	}
	if text += ")"; f.says(byAgain) {
		return text + ", which waits for it itself: a sync.Mutex cannot be locked again by its holder"
	}
	var why []string
	switch {
	case f.says(bySameObject):
		why = append(why, "a method of the same object")
	case f.says(byArgument):
		why = append(why, "which was given the same object")
	case f.says(byType):
		why = append(why, "a method of the same type")
	case f.says(byOnce):
		why = append(why, "which sync.Once runs")
	case f.says(byPackage):
		why = append(why, "in the same package")
	}
	if f.says(asLongAsThey) {
		why = append(why, "it has waited as long as the first of them")
	}
	if len(why) > 0 {
		text += ": " + strings.Join(why, ", and ")
	}
	if p, known := f.Value("p"); known {
		text += fmt.Sprintf(" (%s)", probability(p))
	}
	return text
}
