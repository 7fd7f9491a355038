package leak

// StateKept is state that is kept and never given up. Its claim has the value
// freed (ratio, of what was allocated), and the word "across-requests" where a
// handler allocates it.
const StateKept Check = "state-kept"

// stateKept finds what is allocated, kept, and never given up: a map, a slice or
// a cache without a bound. It takes what no other detector claims.
func stateKept() detector[*growth] {
	const acrossRequests = "across-requests"
	return detector[*growth]{
		check: StateKept,
		finds: func(*scene, *growth) bool { return true },
		claim: func(_ *scene, g *growth) Fact {
			var f Fact
			if g.hasHandler {
				f.Words = append(f.Words, acrossRequests)
			}
			if freed, known := g.freedShare(); known {
				f = f.With("freed", freed, Ratio)
			}
			return f
		},
		says: func(f Fact) string {
			if f.says(acrossRequests) {
				return "state kept across requests, " + freedText(f)
			}
			return "state that is kept, " + freedText(f)
		},
		facts:   (*scene).heapFacts,
		recheck: (*scene).heapRecheck,
		remedy: remedy{
			inGo:   "bound it: an LRU with a cap, or a TTL; or delete the key when the request or session ends",
			native: "bound it: an LRU with a cap, or a TTL; or remove the entry when its owner stops (Drop, stopping)",
		},
	}
}

// freedText says what became of what was allocated.
func freedText(f Fact) string {
	switch freed, known := f.Value("freed"); {
	case !known:
		return "and grows"
	case freed < 0.005:
		return "never freed"
	}
	return f.share("freed") + " of it freed"
}
