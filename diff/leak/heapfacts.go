package leak

// unmatched is the word of growth that the process as a whole does not show.
const unmatched = "unmatched"

// heapFacts are what speaks for and against a leak of heap.
func (s *scene) heapFacts(g *growth) []Fact {
	t := &g.trend
	out := []Fact{Fact{Kind: RoseInSteps}.With("rises", float64(t.Rises), Count).With("steps", float64(t.N-1), Count).lasting(span(&t.Trend))}
	out = append(out, Fact{Kind: GrowthProbable}.With("p", growthConfidence(g.probability), Probability))
	if r := t.Saturation; r.Known {
		out = append(out, Fact{Kind: SecondHalf}.With("ratio", r.Value, Ratio).With("low", r.Low, Ratio).With("high", r.High, Ratio))
	}
	if t.AllocatedObjects.Known && t.FreedObjects.Known && t.AllocatedObjects.Value >= 1 {
		out = append(out, Fact{Kind: FreedOfAllocated}.With("freed", max(t.FreedObjects.Value, 0), Objects).With("allocated", t.AllocatedObjects.Value, Objects))
	}
	if t.Floor.Rising {
		out = append(out, Fact{Kind: FloorRose}.With("from", max(t.Floor.First, 0), Bytes).With("to", t.Floor.Last, Bytes))
	}
	if t.GoalFirst.Known {
		goal := Fact{Kind: GoalMoved}.With("from", t.GoalFirst.Value, Bytes).With("to", t.GoalNow.Value, Bytes).lasting(span(&t.Trend))
		if t.Unmatched {
			goal.Words = []string{unmatched}
		}
		out = append(out, goal)
	}
	p := s.process
	switch {
	case !p.LoadEnded.IsZero() && t.Returned.Known:
		out = append(out, Fact{Kind: GivenBack}.With("share", max(t.Returned.Value, 0), Ratio))
	case p.Early.Known && p.Late.Known && p.Early.Value > 0:
		out = append(out, Fact{Kind: LoadMoved}.With("ratio", p.Late.Value/p.Early.Value, Ratio))
	}
	if len(g.stacks) > 1 {
		out = append(out, Fact{Kind: OverPaths}.With("paths", float64(len(g.stacks)), Count))
	}
	return out
}

// heapRecheck says what would tell a leak from something that fills up.
func (s *scene) heapRecheck(g *growth) Fact {
	if left := s.heapNeed(g) - elapsed(&g.trend.Trend); left > 0 {
		return Fact{Kind: WatchWhetherItGoesOn}.With("left", left.Seconds(), Seconds)
	}
	return Fact{Kind: WatchForAsLongAgain}
}
