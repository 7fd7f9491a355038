package snapshot

import (
	"cmp"
	"iter"
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
	in := p // as it came
	p.Keys, p.Values = make([]Key, 0, len(in.Keys)), make([]int64, 0, len(in.Values))
	for i := range inOrder(in.Keys) {
		key, vector := in.Keys[i], in.Vector(i)
		if last := len(p.Keys) - 1; last >= 0 && p.Keys[last] == key {
			for j, sum := range p.Vector(last) {
				p.Vector(last)[j] = AddSaturating(sum, vector[j])
			}
			continue
		}
		p.Keys = append(p.Keys, key)
		p.Values = append(p.Values, vector...)
	}
	return &p
}

// inOrder yields the indexes of keys in the order of the keys, equal ones as
// they came. Most keys are told apart by their stacks alone, so that one integer
// holds what is sorted by.
func inOrder(keys []Key) iter.Seq[int] {
	order := make([]uint64, len(keys))
	for i, k := range keys {
		order[i] = uint64(k.Stack)<<32 | uint64(uint32(i))
	}
	slices.Sort(order)
	return func(yield func(int) bool) {
		for len(order) > 0 {
			n := 1
			for n < len(order) && order[n]>>32 == order[0]>>32 {
				n++
			}
			stack := order[:n]
			if n > 1 {
				slices.SortFunc(stack, func(a, b uint64) int {
					return cmp.Or(keys[uint32(a)].Compare(keys[uint32(b)]), cmp.Compare(a, b))
				})
			}
			for _, packed := range stack {
				if !yield(int(uint32(packed))) {
					return
				}
			}
			order = order[n:]
		}
	}
}
