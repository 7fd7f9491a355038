package leak

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/diff"
)

// holder is who may hold the lock that others wait for: no profile tells, and
// the frames make it likely.
type holder struct {
	group    diff.Group
	function string // of the type whose lock it is
	minutes  int32  // of its wait, by the runtime; -1 unknown
	waiters  int32  // the longest of theirs, -1 unknown
}

// holder finds who most likely holds the lock that a task waits for: a goroutine
// that waits within a method of the type whose method waits for the lock, at
// another place than they do. Of several, it is one that has waited for as long
// as the first of them, and is alone at its place.
func (s *scene) holder(t *task) (holder, bool) {
	owner := receiverOf(t.site.where.Function)
	if !t.site.own || owner == t.site.where.Function {
		return holder{}, false
	}
	waiters := int32(-1)
	if told, ok := s.told(t); ok {
		waiters = told.Most
	}
	var found []holder
	for _, g := range s.groups {
		if g.After == 0 || g.State == diff.Running || slices.Contains(t.keys(), g.Key) || s.waitsAlike(t, g) {
			continue
		}
		function := s.within(g, owner)
		if function == "" {
			continue
		}
		h := holder{group: g, function: function, minutes: -1, waiters: waiters}
		if told, ok := s.told(&task{groups: []diff.Group{g}}); ok {
			h.minutes = told.Most
		}
		found = append(found, h)
	}
	if len(found) == 0 {
		return holder{}, false
	}
	return slices.MinFunc(found, func(a, b holder) int {
		return cmp.Or(cmp.Compare(a.off(), b.off()), cmp.Compare(a.group.After, b.group.After), strings.Compare(a.function, b.function))
	}), true
}

// waitsAlike reports whether goroutines of a group wait for a lock of the same
// type, too: most likely for the same one.
func (s *scene) waitsAlike(t *task, g diff.Group) bool {
	return locks(g.State) && receiverOf(s.sites.of(g.Stacks[0]).where.Function) == receiverOf(t.site.where.Function)
}

// within is the function of a type in which goroutines of a group are, the one
// nearest to the leaf; "" for none.
func (s *scene) within(g diff.Group, owner string) string {
	for f := range s.cfg.Table.Frames(g.Stacks[0]) {
		if strings.HasPrefix(f.Function, owner+".") {
			return f.Function
		}
	}
	return ""
}

// off is by how many minutes its wait began at another time than the first of
// the others. Who got the lock began to wait before them, so that one who did
// later is the less likely.
func (h holder) off() int32 {
	switch off := h.minutes - h.waiters; {
	case h.minutes < 0 || h.waiters < 0:
		return 0
	case off < 0:
		return -4 * off
	default:
		return off
	}
}

func (h holder) fact() Fact {
	f := Fact{Kind: LikelyHolder, Functions: []string{h.function}, Words: []string{string(h.group.State)}}
	if h.minutes > 0 {
		f = f.With("waited", float64(h.minutes)*60, Seconds)
	}
	return f
}
