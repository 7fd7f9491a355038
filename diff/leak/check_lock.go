package leak

import "leaktop/diff"

// LockWait is goroutines that wait for a lock. Its claim has the value now
// (goroutines).
const LockWait Check = "lock-wait"

// lockWait finds goroutines that wait for a mutex: nobody idles on one, so that
// a wait which does not end has a holder that does not come back.
func lockWait() detector[*task] {
	return detector[*task]{
		check: LockWait,
		finds: func(_ *scene, t *task) bool { return locks(t.state()) },
		claim: func(_ *scene, t *task) Fact { return t.claim() },
		says: func(f Fact) string {
			return f.those("waits for a lock that is not released", "wait for a lock that is not released")
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   atLock,
			native: "find the holder: a guard that lives across an await or a blocking call; drop it before, or use a try_lock with a deadline",
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
