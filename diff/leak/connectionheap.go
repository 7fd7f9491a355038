package leak

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"
)

// holds takes those growths of the heap that belong to the clients, and returns
// the others.
func (r *ramp) holds(s *scene, growths []*growth) (rest []*growth) {
	if r == nil {
		return growths
	}
	code := r.code(s)
	times := s.observer.Times()
	for _, g := range growths {
		if s.ofClients(code, g) && s.risesWith(r, times, g) {
			r.held = append(r.held, g)
			continue
		}
		rest = append(rest, g)
	}
	return rest
}

// code is the functions by which what is kept for clients is known: those that
// accept them, and those that the goroutines go through which are kept for them,
// but for the functions which those were started with and what is above a
// request handler: all that a server does goes through these.
func (r *ramp) code(s *scene) map[string]bool {
	code := make(map[string]bool)
	for _, loop := range s.accepts.loops {
		code[loop.Function] = true
	}
	for _, t := range r.with {
		for _, g := range t.groups {
			var own []string
			for id := range s.cfg.Table.FrameIDs(g.Stacks[0]) {
				function := s.cfg.Table.Frame(id).Function
				if handlesRequest(function) {
					break
				}
				if s.sites.outside(id) {
					own = append(own, function)
				}
			}
			if n := len(own); n > 1 && own[n-1] == g.Entry.Function {
				own = own[:n-1]
			}
			for _, function := range own {
				code[function] = true
			}
		}
	}
	return code
}

// ofClients reports whether what grows is allocated by code that clients are
// kept by, or by the server of the standard library for a connection.
func (s *scene) ofClients(code map[string]bool, g *growth) bool {
	for f := range s.cfg.Table.Frames(g.main()) {
		if code[f.Function] || code[parentOf(f.Function)] {
			return true
		}
		if !g.site.own && (serves(f.Function) || strings.HasPrefix(f.Function, "net/http.(*Server).")) {
			return true
		}
	}
	return false
}

// How far the share of its growth that some heap has reached may be from that of
// the clients: by a tenth, and by the error of the few objects that are sampled.
const (
	heapShare = 0.1
	heapError = 1.6 // of Kolmogorov's test, one time in a hundred
	heapLag   = 2   // points; a heap profile is as old as the last GC
)

// risesWith reports whether a growth of the heap took its course as the number
// of clients did.
func (s *scene) risesWith(r *ramp, times []time.Time, g *growth) bool {
	curve := s.observer.StackPoints(g.stacks...)
	n := len(curve)
	if n < 2 {
		return false
	}
	first, grown := curve[0].Value, float64(curve[n-1].Value-curve[0].Value)
	clients := float64(r.curve[len(r.curve)-1] - r.curve[0])
	if grown <= 0 || clients <= 0 {
		return false
	}
	sampled := 1.0
	if g.trend.Births.Known {
		sampled = math.Max(g.trend.Births.Value, 1)
	}
	apart := heapShare + heapError/math.Sqrt(sampled)
	for _, p := range curve {
		share := float64(p.Value-first) / grown
		at := sort.Search(len(times), func(i int) bool { return times[i].After(p.Time) }) - 1
		at = max(at, 0)
		since := r.curve[max(at-heapLag, 0) : min(at+1, len(r.curve)-1)+1]
		low := float64(slices.Min(since)-r.curve[0]) / clients
		high := float64(slices.Max(since)-r.curve[0]) / clients
		if share < low-apart || share > high+apart {
			return false
		}
	}
	return true
}
