package leak

// stateKept finds what is allocated, kept, and never given up: a map, a slice or
// a cache without a bound. It takes what no other detector claims.
func stateKept() heapCheck {
	return heapCheck{
		check:  StateKept,
		claims: func(*growth) bool { return true },
		says: func(g *growth) string {
			if g.hasHandler {
				return "state kept across requests, " + g.fate()
			}
			return "state that is kept, " + g.fate()
		},
		remedy: remedy{
			inGo:   "bound it: an LRU with a cap, or a TTL; or delete the key when the request or session ends",
			native: "bound it: an LRU with a cap, or a TTL; or remove the entry when its owner stops (Drop, stopping)",
		},
	}
}
