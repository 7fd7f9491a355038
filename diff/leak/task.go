package leak

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// task is goroutines of one kind: they were started with the same function and
// wait in the same function, at whatever line and for whatever.
type task struct {
	known  string // its id, "" where it was not asked for yet
	entry  snapshot.Frame
	site   site         // of most of them
	groups []diff.Group // the largest first
	trend  trend.GroupTrend
	// probability that they became more, rather than come and go.
	probability float64
	waits       waits
	each        int64 // bytes of heap that grow with each of them
	now         int64

	handler    handler.Handler
	hasHandler bool
	onStack    bool // the handler itself waits, rather than what it started
	pollers    bool // they were met in more than one state
	dumped     fate // what the full dumps tell of them, once they are named
}

// state is that of most of them.
func (t *task) state() diff.State { return t.groups[0].State }

// main is the stack of most of them.
func (t *task) main() snapshot.StackID { return t.groups[0].Stacks[0] }

func (t *task) keys() []diff.GroupKey {
	keys := make([]diff.GroupKey, len(t.groups))
	for i, g := range t.groups {
		keys[i] = g.Key
	}
	return keys
}

func (t *task) stacks() []snapshot.StackID {
	var out []snapshot.StackID
	for _, g := range t.groups {
		out = append(out, g.Stacks...)
	}
	return out
}

// names are what the task is known by in other runs.
func (t *task) names() []string { return []string{t.entry.Function, t.site.where.Function} }

// ownEntry reports whether own code was started as a goroutine, but for main itself.
func (s *scene) ownEntry(t *task) bool {
	return !isMain(t.entry.Function) && diff.IsOwn(t.entry, s.cfg.Own)
}

// tasks sorts the goroutines that there are into kinds. Of library goroutines
// those of one type belong together, as the two loops of an HTTP connection do.
func (s *scene) tasks() []*task {
	type key struct{ entry, where string }
	byKey := make(map[key]*task)
	var out []*task
	for _, g := range s.groups {
		at := s.sites.of(g.Stacks[0])
		if !at.own {
			at.where = g.Blocked
		}
		k := key{g.Entry.Function, at.where.Function}
		if !at.own {
			k = key{receiverOf(g.Entry.Function), ""}
		}
		t := byKey[k]
		if t == nil {
			t = &task{entry: g.Entry, site: at}
			byKey[k] = t
			out = append(out, t)
		}
		t.groups = append(t.groups, g)
		t.now += g.After
	}
	for _, t := range out {
		slices.SortStableFunc(t.groups, func(a, b diff.Group) int {
			return cmp.Or(cmp.Compare(telling(a), telling(b)), cmp.Compare(b.After, a.After))
		})
		first := t.groups[0]
		t.entry, t.site = first.Entry, s.sites.of(first.Stacks[0])
		if !t.site.own {
			t.site.where = first.Blocked
		}
		t.known = s.ids.of(t)
		t.pollers = slices.ContainsFunc(t.groups, func(g diff.Group) bool { return g.State != first.State })
		t.handler, t.hasHandler = s.handler(t.main())
		t.onStack = t.hasHandler && t.handler.Link == handler.OnStack
	}
	return out
}

// telling puts first what of a library's goroutines tells most: the loop that
// reads a connection waits for what is not done, and the one that writes always idles.
func telling(g diff.Group) int {
	if g.Entry.Function == clientConnection+"writeLoop" {
		return 1
	}
	return 0
}

// receiverOf is the type that a method is of, with its package; the function
// itself where it is no method.
func receiverOf(function string) string {
	name := function[len(diff.PackageOf(function)):]
	if i := strings.IndexByte(name, ')'); i > 0 && strings.HasPrefix(name, ".(") {
		return function[:len(function)-len(name)+i+1]
	}
	return function
}

// merged is tasks with one entry function as a single one, named for the largest:
// pollers are met at many places.
func merged(tasks []*task) *task {
	whole := *slices.MaxFunc(tasks, func(a, b *task) int { return cmp.Compare(a.now, b.now) })
	whole.groups, whole.now = nil, 0
	for _, t := range tasks {
		whole.groups = append(whole.groups, t.groups...)
		whole.now += t.now
	}
	slices.SortStableFunc(whole.groups, func(a, b diff.Group) int { return cmp.Compare(b.After, a.After) })
	whole.pollers = true
	return &whole
}

// expected is how many kinds of goroutines, or places of the heap, are expected to
// grow before anything is seen.
const expected = 0.8

// fewestMore is how many more goroutines at least are growth.
const fewestMore = 3

// id is the same in other runs.
func (t *task) id() string {
	if t.known == "" {
		t.known = idOf(GoroutineKind, t.names()...)
	}
	return t.known
}

// grew finds the trend of a task; false where it did not grow, by how likely
// that is of one among so many whose number changes. What was told before is
// looked at again in any case.
func (s *scene) grew(t *task, among float64) bool {
	known := s.memory.has(t.id())
	if s.added(t.groups) < fewestMore && !known {
		return false
	}
	before := expected / among
	if least := leastFactor(before); !known && s.observer.GroupFactor(t.keys(), least) < least {
		return false
	}
	sum, ok := s.observer.GroupSum(t.keys(), time.Time{})
	if !ok || !sum.Factor.Known {
		return false
	}
	t.trend, t.waits = sum, s.waitsOf(t)
	t.probability = posterior(sum.Factor.Value, before)
	return known || t.probability >= grows && sum.Growth.Value >= fewestMore
}

// over reports whether growth has ended.
func over(t *trend.Trend) bool { return t.GoesOn.Known && t.GoesOn.Value < plateauGoesOn }

// changing is how many tasks there are whose number changes.
func (s *scene) changing(all []*task) float64 {
	n := 0.0
	for _, t := range all {
		if slices.ContainsFunc(t.groups, func(g diff.Group) bool { return s.standing[g.Key].Changes > 0 }) {
			n++
		}
	}
	return max(n, fewestActive)
}

// growingTasks returns the tasks of which there are ever more, the most first.
func (s *scene) growingTasks(all []*task) []*task {
	byEntry := make(map[string][]*task)
	var grown []*task
	taken := make(map[*task]bool)
	for _, t := range all {
		if s.ownEntry(t) {
			byEntry[t.entry.Function] = append(byEntry[t.entry.Function], t)
		}
	}
	s.among = s.changing(all)
	for _, t := range all {
		if !s.grew(t, s.among) {
			continue
		}
		same := byEntry[t.entry.Function]
		if len(same) > 1 && !s.moreAtAll(same, t) {
			continue // they only wait elsewhere than before
		}
		grown, taken[t] = append(grown, t), true
	}
	entries := make([]string, 0, len(byEntry))
	for entry := range byEntry {
		entries = append(entries, entry)
	}
	slices.Sort(entries)
	for _, entry := range entries {
		same := byEntry[entry]
		if len(same) < 2 || slices.ContainsFunc(same, func(t *task) bool { return taken[t] }) {
			continue
		}
		if whole := merged(same); s.grew(whole, s.among) {
			grown = append(grown, whole)
		}
	}
	slices.SortStableFunc(grown, func(a, b *task) int { return cmp.Compare(b.trend.Growth.Value, a.trend.Growth.Value) })
	return grown
}

// moreAtAll reports whether the goroutines with one entry function became more
// by about as much as one task among them did.
func (s *scene) moreAtAll(same []*task, t *task) bool {
	whole, ok := s.observer.GroupSum(merged(same).keys(), time.Time{})
	return ok && whole.Growth.Value >= t.trend.Growth.Value/2
}

// span is from the first to the last point of a trend.
func span(t *trend.Trend) time.Duration { return t.To.Sub(t.From) }
