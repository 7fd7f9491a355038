package snapshot

import "slices"

// Builder collects the records of a profile in any order, adding up those with
// equal keys, and puts them in order.
type Builder struct {
	profile Profile
	index   map[Key]int
}

// NewBuilder returns a builder for a profile with the head's fields; its Keys
// and Values are ignored.
func NewBuilder(head Profile) *Builder {
	head.Keys, head.Values = nil, nil
	return &Builder{profile: head, index: make(map[Key]int)}
}

// Add adds one record. A vector that is shorter than the sample types counts
// as zero where it ends; what is longer is ignored. Sums saturate.
func (b *Builder) Add(k Key, vector []int64) {
	n := len(b.profile.Types)
	i, ok := b.index[k]
	if !ok {
		i = len(b.profile.Keys)
		b.index[k] = i
		b.profile.Keys = append(b.profile.Keys, k)
		b.profile.Values = append(b.profile.Values, make([]int64, n)...)
	}
	for j := range min(n, len(vector)) {
		at := &b.profile.Values[i*n+j]
		*at = AddSaturating(*at, vector[j])
	}
}

// Profile returns what was collected, in order. The builder must not be used afterwards.
func (b *Builder) Profile() *Profile {
	p, n := b.profile, len(b.profile.Types)
	order := make([]int, len(p.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return p.Keys[i].Compare(p.Keys[j]) })
	keys, values := make([]Key, 0, len(p.Keys)), make([]int64, 0, len(p.Values))
	for _, i := range order {
		keys = append(keys, p.Keys[i])
		values = append(values, p.Values[i*n:(i+1)*n]...)
	}
	p.Keys, p.Values = keys, values
	return &p
}
