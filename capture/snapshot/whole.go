package snapshot

// Whole returns an entry as the snapshot that it was, its profiles unpacked. What
// was thinned out is missing.
func (h *History) Whole(e *Entry) *Snapshot {
	return &Snapshot{
		Seq: e.Seq, Time: e.Time, Run: e.Run,
		Heap: h.Profile(e, Heap), Goroutines: h.Profile(e, Goroutine), Leaked: h.Profile(e, GoroutineLeak),
		Dump: e.Dump, Vitals: e.Vitals, Advanced: e.Advanced, ForcedGC: e.ForcedGC, Missing: e.Missing, Raw: e.Raw,
	}
}

// Until hands over what a source told up to a snapshot, as far as it is kept, one
// event after another in order of time: whose target it is, the restarts, the snapshots, and the
// points of the curves that are given, oldest first, which a frozen history has
// not. It ends early where yield returns false.
func (h *History) Until(last *Entry, vitals []Vitals, yield func(Event) bool) {
	restarts := h.restarts
	if !yield(Attached{Info: h.Info}) {
		return
	}
	for _, e := range h.snapshots {
		if e.Seq > last.Seq {
			return
		}
		for len(vitals) > 0 && !vitals[0].Time.After(e.Time) || len(restarts) > 0 && !restarts[0].At.After(e.Time) {
			var next Event
			if len(vitals) == 0 || len(restarts) > 0 && !restarts[0].At.After(vitals[0].Time) {
				next, restarts = restarts[0], restarts[1:]
			} else {
				next, vitals = VitalsTaken{Vitals: vitals[0]}, vitals[1:]
			}
			if !yield(next) {
				return
			}
		}
		if !yield(Taken{Snapshot: h.Whole(e)}) {
			return
		}
	}
}
