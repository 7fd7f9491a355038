package snapshot

// Restack returns the profile with other stacks and labels for its own: of says
// which. Records that become the same are added up.
func (p *Profile) Restack(of func(Key) Key) *Profile {
	b := NewBuilder(*p)
	tallies := make(map[StackID]*tally)
	for i, k := range p.Keys {
		to := of(k)
		b.Add(to, p.Vector(i))
		told, ok := p.Told[k.Stack]
		if !ok || i > 0 && p.Keys[i-1].Stack == k.Stack {
			continue
		}
		if tallies[to.Stack] == nil {
			tallies[to.Stack] = newTally()
		}
		tallies[to.Stack].add(told)
	}
	out := b.Profile()
	if p.Told != nil {
		out.Told = make(map[StackID]Told, len(tallies))
		for stack, sum := range tallies {
			out.Told[stack] = sum.told()
		}
	}
	return out
}
