package leak

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"leaktop/diff"
)

// idOf names a finding by what does not change when code around it does:
// functions without the numbers that the compiler gives to closures, and no
// files or lines. Sixty-four bits of a hash are enough for the few findings of
// a program.
func idOf(kind Kind, names ...string) string {
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s\x00", diff.Unnumbered(name))
	}
	return string(kind) + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// taskIDs are the ids of tasks by what they are made of, so that those that were
// seen at a snapshot before are not made again.
type taskIDs map[[2]string]string

func (ids *taskIDs) of(t *task) string {
	if *ids == nil {
		*ids = make(taskIDs)
	}
	names := [2]string{t.entry.Function, t.site.where.Function}
	id, known := (*ids)[names]
	if !known {
		id = idOf(GoroutineKind, names[:]...)
		(*ids)[names] = id
	}
	return id
}

// distinct makes sure that no two findings have one id: closures that differ in
// nothing but their number get another one, in the order of their numbers.
func distinct(findings []Finding) {
	same := make(map[string][]*Finding)
	for i := range findings {
		id := findings[i].ID
		same[id] = append(same[id], &findings[i])
	}
	for id, of := range same {
		slices.SortFunc(of, func(a, b *Finding) int {
			return cmp.Or(strings.Compare(a.Where.Function, b.Where.Function), cmp.Compare(a.Where.Line, b.Where.Line))
		})
		for n, f := range of[1:] {
			f.ID = fmt.Sprintf("%s-%d", id, n+2)
		}
	}
}
