package snapshot

import "time"

// Snapshot is what was seen of a target at one moment. It is not changed once
// it was handed out.
type Snapshot struct {
	Seq  int       // 1, 2, … in order of time; the #N of the screens
	Time time.Time // by our clock, when its first answer was asked for
	// Run counts the target's restarts seen so far: snapshots of different
	// runs are of different processes and have no common trend.
	Run        int
	Heap       *Profile // nil where it could not be had
	Goroutines *Profile // nil where it could not be had
	// Leaked is the goroutineleak profile: the goroutines that nothing can ever
	// wake, by the runtime's own proof. It and Dump are nil where the target has
	// none, where they were not allowed, or where it was too early to ask again.
	Leaked *Profile
	Dump   *Dump // taken before Leaked, after Goroutines
	Vitals Vitals
	// Connections are those of a local process, by peer, the most first, and no more
	// than [MaxConnections]; nil where they are not known.
	Connections []Connections
	// Advanced says that the heap profile is an observation of its own, and not
	// that of the last snapshot before it that counted once more, or one from
	// before the first GCs; see [Observations].
	Advanced bool
	// Alone says that it is of a file, or a single look, and no more come: nobody can
	// watch for longer what it was taken of.
	Alone    bool
	ForcedGC bool // the heap was fetched with gc=1, on the user's explicit yes
	// Missing says why Heap or Goroutines is nil, one clear line each; nil where nothing is missing.
	Missing []string
	// Raw holds the profiles as fetched, by kind, for saving; nil once they were
	// thinned out. A dump that is large is not kept as text.
	Raw map[Kind][]byte
}

// Size returns the bytes that the raw profiles take.
func (s *Snapshot) Size() int { return rawSize(s.Raw) }

func rawSize(raw map[Kind][]byte) int {
	n := 0
	for _, data := range raw {
		n += len(data)
	}
	return n
}

// Profile returns the decoded profile of a kind, nil where the snapshot has none.
func (s *Snapshot) Profile(k Kind) *Profile {
	switch k {
	case Heap:
		return s.Heap
	case Goroutine:
		return s.Goroutines
	case GoroutineLeak:
		return s.Leaked
	}
	return nil
}

// Info is what is known of the target as a whole. Nothing in it is secret.
type Info struct {
	Address   string // as a person may read it: no userinfo, no query
	Name      string // base name of the program's first argument, "" unknown
	GoVersion string // "go1.26.8", "" unknown
	PID       int    // of a local process of the same user, else 0
	StartTime time.Time
	// CurveSource names where the curves come from: "/metrics", "/debug/vars", …
	CurveSource string
	// Profiles are the counts of the index page by profile name; nil where there is no index.
	Profiles map[string]int64
}
