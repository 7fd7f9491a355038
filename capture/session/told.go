package session

import (
	"maps"
	"slices"

	"leaktop/capture/snapshot"
)

// told writes what a full dump says of the goroutines of a profile, in the order of
// their stacks; of most profiles nothing.
func (p *payload) told(told map[snapshot.StackID]snapshot.Told) {
	p.uint(uint64(len(told)))
	for _, stack := range slices.Sorted(maps.Keys(told)) {
		t := told[stack]
		p.uint(uint64(stack))
		p.int(int64(t.Least))
		p.int(int64(t.Most))
		p.uint(uint64(len(t.Creators)))
		for _, c := range t.Creators {
			p.uint(uint64(c.Creator))
			p.int(c.Count)
		}
	}
}

// told reads it with the ids of the file, nil where there is nothing.
func (p *parser) told() map[snapshot.StackID]snapshot.Told {
	n := p.count()
	if n == 0 {
		return nil
	}
	out := make(map[snapshot.StackID]snapshot.Told)
	for ; n > 0 && !p.bad; n-- {
		stack := snapshot.StackID(p.uint())
		t := snapshot.Told{Least: int32(p.int()), Most: int32(p.int())}
		for n := p.count(); n > 0 && !p.bad; n-- {
			t.Creators = append(t.Creators, snapshot.CreatorCount{Creator: snapshot.FrameID(p.uint()), Count: p.int()})
		}
		out[stack] = t
	}
	return out
}

// told returns what a dump says with the ids of the table.
func (s *stacks) told(told map[snapshot.StackID]snapshot.Told) map[snapshot.StackID]snapshot.Told {
	if told == nil {
		return nil
	}
	out := make(map[snapshot.StackID]snapshot.Told, len(told))
	for stack, t := range told {
		t.Creators = slices.Clone(t.Creators)
		for i, c := range t.Creators {
			t.Creators[i].Creator = s.frame(c.Creator)
		}
		out[s.stack(stack)] = t
	}
	return out
}
