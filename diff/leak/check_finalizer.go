package leak

import (
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// BlockedFinalizer is a finalizer that does not return. Its claim has the value
// now (goroutines), and the wait state. AwaitsFinalizer is heap that its objects
// cannot be freed of; its claim has no values.
const (
	BlockedFinalizer Check = "blocked-finalizer"
	AwaitsFinalizer  Check = "awaits-finalizer"
)

// finalizerPoints is at how many snapshots in a row a finalizer must have been at
// one place.
const finalizerPoints = 4

// blockedFinalizer finds a finalizer or cleanup that waits without end. The
// runtime runs finalizers in one goroutine, and cleanups in a few, so that
// nothing which has one is freed any more: see SetFinalizer in the documentation
// of package runtime, which is why a finalizer must not block.
func blockedFinalizer() detector[*task] {
	return detector[*task]{
		check: BlockedFinalizer,
		finds: func(s *scene, t *task) bool { return s.finalizes(t) },
		claim: func(_ *scene, t *task) Fact { return t.claim(string(t.state())) },
		says: func(f Fact) string {
			return f.those("runs a finalizer or cleanup that does not return ("+f.word()+"): nothing that has one is freed",
				"run finalizers or cleanups that do not return ("+f.word()+"): nothing that has one is freed")
		},
		facts: func(s *scene, t *task) []Fact {
			return append([]Fact{{Kind: FinalizersWait}}, s.taskFacts(t)...)
		},
		remedy: remedy{
			inGo: "let the finalizer return at once: hand what may wait (a send, a lock, a call) to a goroutine of its own, and close resources with an explicit Close; the heap that grows meanwhile goes down once it returns, and needs no bound",
		},
	}
}

// finalizes reports whether goroutines of a task run finalizers or cleanups. The
// runtime shows that goroutine only while it does (isSystemGoroutine of
// runtime/traceback.go, Go 1.26). A dump of earlier releases leaves its root out.
func (s *scene) finalizes(t *task) bool {
	if diff.RoleOf(s.cfg.Table, t.main()) != "" {
		return true
	}
	told, ok := s.told(t)
	return ok && s.cfg.Table.Frame(told.Creators[0].Creator).Function == "runtime.createfing"
}

// waitsAt reports whether a state is a wait that a finalizer which gets through
// its work is not met in each time.
func waitsAt(state diff.State) bool {
	switch state {
	case diff.Running, diff.Sleep, diff.Syscall, diff.Unknown, diff.GCAssistWait:
		return false
	}
	return !strings.HasPrefix(string(state), "runn") // "running" and "runnable", as a dump has them
}

// finalizerStands reports whether a finalizer was at one place for long.
func (s *scene) finalizerStands(t *task) bool {
	if !waitsAt(t.state()) || s.sites.bare(t.main()) || !s.finalizes(t) {
		return false
	}
	points := s.unbroken(t)
	n := len(points)
	return n >= finalizerPoints && points[n-1].Time.Sub(points[0].Time) >= stuckSpan
}

// blockedFinalizers are the tasks that run finalizers and do not go on.
func (s *scene) blockedFinalizers(tasks []*task) []*task {
	var out []*task
	for _, t := range tasks {
		if s.finalizes(t) && (s.finalizerStands(t) || s.waitsLong(t)) {
			out = append(out, t)
		}
	}
	return out
}

// awaitsFinalizer finds heap that is not freed since a finalizer does not return.
func awaitsFinalizer() detector[*growth] {
	return detector[*growth]{
		check: AwaitsFinalizer,
		finds: func(s *scene, g *growth) bool {
			return slices.ContainsFunc(s.finalizers, func(t *task) bool { return s.awaitsFinalizer(g, t) })
		},
		claim: func(*scene, *growth) Fact { return Fact{} },
		says: func(Fact) string {
			return "objects that are not freed, likely because their finalizer does not run"
		},
		facts: func(s *scene, g *growth) []Fact {
			behind := Fact{Kind: BehindFinalizer, Functions: []string{s.finalizers[0].site.where.Function}}
			return append([]Fact{behind}, s.heapFacts(g)...)
		},
		recheck: (*scene).heapRecheck,
		remedy: remedy{
			inGo: "make the blocked finalizer return: then what is kept here is freed; a bound on it would not help",
		},
	}
}

// finalized are functions below which what has a finalizer is allocated.
func finalized() []string {
	return []string{"runtime.AddCleanup", "os.newFile", "os.NewFile", "net.newFD"}
}

// awaitsFinalizer reports whether what a place allocates likely has the finalizer
// that a task runs, or is held by what has one: none of it is freed, and the
// finalizer is a function of the same code. A heap profile does not tell.
func (s *scene) awaitsFinalizer(g *growth, t *task) bool {
	if freed, known := g.freedShare(); known && freed >= leastFreed {
		return false
	}
	if g.calls(finalized()...) {
		return true
	}
	runs := s.sites.functions(t.main())
	for _, f := range s.sites.functions(g.main()) {
		if isMain(f) {
			continue
		}
		for _, by := range runs {
			if f == by || strings.HasPrefix(by, f+".") || method(f, by) {
				return true
			}
		}
	}
	return false
}

// method reports whether two functions are methods of one type, or one is and
// the other is a function of its package that makes it: newFile and (*File).close.
func method(f, by string) bool {
	owner := receiverOf(by)
	if owner == by {
		return false
	}
	if receiverOf(f) == owner {
		return true
	}
	pkg := diff.PackageOf(by)
	name := strings.ToLower(strings.TrimLeft(f[len(diff.PackageOf(f)):], "."))
	of := strings.ToLower(strings.Trim(owner[len(pkg):], ".(*)"))
	return diff.PackageOf(f) == pkg && of != "" && strings.HasSuffix(name, of)
}

// holdFinalized notes at the findings about finalizers what likely waits for them.
func (s *scene) holdFinalized(findings []Finding, growths []*growth) {
	for i := range findings {
		f := &findings[i]
		at := slices.IndexFunc(s.finalizers, func(t *task) bool { return t.id() == f.ID })
		if at < 0 {
			continue
		}
		var await []*growth
		for _, g := range growths {
			if s.awaitsFinalizer(g, s.finalizers[at]) {
				await = append(await, g)
			}
		}
		f.Related, f.Holds = nil, snapshot.Value{}
		if sum := s.relate(f, await); sum > 0 {
			f.Holds = snapshot.Known(sum)
		}
	}
}
