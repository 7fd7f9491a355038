package snapshot

import (
	"cmp"
	"slices"
)

// Builder collects the records of a profile in any order, adding up those with
// equal keys, and puts them in order.
type Builder struct {
	profile Profile // its Keys and Values are as they came
}

// NewBuilder returns a builder for a profile with the head's fields; its Keys
// and Values are ignored.
func NewBuilder(head Profile) *Builder {
	head.Keys, head.Values = nil, nil
	return &Builder{profile: head}
}

// Grow makes room for n more records.
func (b *Builder) Grow(n int) {
	b.profile.Keys = slices.Grow(b.profile.Keys, n)
	b.profile.Values = slices.Grow(b.profile.Values, n*len(b.profile.Types))
}

// Add adds one record. A vector that is shorter than the sample types counts
// as zero where it ends; what is longer is ignored. Sums saturate.
func (b *Builder) Add(k Key, vector []int64) {
	b.profile.Keys = append(b.profile.Keys, k)
	n := len(b.profile.Types)
	b.profile.Values = append(b.profile.Values, vector[:min(n, len(vector))]...)
	for range n - len(vector) {
		b.profile.Values = append(b.profile.Values, 0)
	}
}

// Profile returns what was collected, in order. The builder must not be used afterwards.
func (b *Builder) Profile() *Profile {
	p := b.profile
	p.arrange(orderOf(p.Keys))
	n, kept := len(p.Types), 0
	for i, key := range p.Keys {
		vector := p.Vector(i)
		if kept > 0 && p.Keys[kept-1] == key {
			sums := p.Values[(kept-1)*n : kept*n]
			for j := range sums {
				sums[j] = AddSaturating(sums[j], vector[j])
			}
			continue
		}
		p.Keys[kept] = key
		copy(p.Values[kept*n:], vector)
		kept++
	}
	p.Keys, p.Values = p.Keys[:kept], p.Values[:kept*n]
	return &p
}

// arrange puts record order[i] at place i, in place: a copy of a large profile
// would be garbage at once. It uses up the order.
func (p *Profile) arrange(order []uint32) {
	n := len(p.Types)
	first := make([]int64, n)
	for start := range order {
		if int(order[start]) == start {
			continue
		}
		// The records that follow each other's places, round to the start.
		key := p.Keys[start]
		copy(first, p.Vector(start))
		at := start
		for next := int(order[at]); next != start; next = int(order[at]) {
			p.Keys[at] = p.Keys[next]
			copy(p.Vector(at), p.Vector(next))
			order[at] = uint32(at)
			at = next
		}
		p.Keys[at] = key
		copy(p.Vector(at), first)
		order[at] = uint32(at)
	}
}

// orderOf returns the indexes of keys in the order of the keys, equal ones as
// they came. Most keys are told apart by their stacks alone, so that one integer
// holds what is sorted by.
func orderOf(keys []Key) []uint32 {
	packed := make([]uint64, len(keys))
	for i, k := range keys {
		packed[i] = uint64(k.Stack)<<32 | uint64(uint32(i))
	}
	slices.Sort(packed)
	order := make([]uint32, len(keys))
	for i, p := range packed {
		order[i] = uint32(p)
	}
	for rest := order; len(rest) > 0; {
		n := 1
		for n < len(rest) && keys[rest[n]].Stack == keys[rest[0]].Stack {
			n++
		}
		if n > 1 {
			slices.SortFunc(rest[:n], func(a, b uint32) int {
				return cmp.Or(keys[a].Compare(keys[b]), cmp.Compare(a, b))
			})
		}
		rest = rest[n:]
	}
	return order
}
