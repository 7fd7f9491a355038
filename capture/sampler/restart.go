package sampler

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
)

// startTolerance is how far two readings of one start time may differ: the
// kernel counts it in ticks of 10 ms since boot, and clocks are adjusted.
const startTolerance = 2 * time.Second

// restartInVitals compares two points of the curves and says what gives away
// that another process answered the second one; "" if nothing does.
func restartInVitals(before, after *snapshot.Vitals) string {
	a, knownA := before.Get(snapshot.StartTime)
	b, knownB := after.Get(snapshot.StartTime)
	if knownA && knownB {
		if d := time.Duration(b - a); d > startTolerance || d < -startTolerance {
			return "its start time moved"
		}
		return "" // the best evidence there is says that it did not restart
	}
	for _, counter := range []struct {
		vital snapshot.Vital
		name  string
	}{
		{snapshot.NumGC, "NumGC"},
		{snapshot.TotalAlloc, "TotalAlloc"},
		{snapshot.Mallocs, "Mallocs"},
	} {
		a, knownA := before.Get(counter.vital)
		b, knownB := after.Get(counter.vital)
		if knownA && knownB && b < a {
			return fmt.Sprintf("%s fell from %d to %d", counter.name, a, b)
		}
	}
	return ""
}

// restartInProfiles does the same for two profiles of one kind.
func restartInProfiles(before, after *snapshot.Profile) string {
	if before == nil || after == nil {
		return ""
	}
	if before.Mappings != "" && after.Mappings != "" {
		if before.Mappings != after.Mappings {
			return "its memory mappings moved"
		}
		return "" // measured: the mappings change at every restart and never within a process
	}
	if before.Period != after.Period {
		return ""
	}
	if allocatedFell(before, after) {
		return "objects ever allocated fell"
	}
	return ""
}

// allocatedFell reports whether any record's count of objects ever allocated
// is lower than before, which cannot happen within a process.
func allocatedFell(before, after *snapshot.Profile) bool {
	columnA, columnB := before.Columns().AllocObjects, after.Columns().AllocObjects
	if columnA < 0 || columnB < 0 {
		return false
	}
	j := 0
	for i, key := range before.Keys {
		for j < len(after.Keys) && after.Keys[j].Compare(key) < 0 {
			j++
		}
		var now int64
		if j < len(after.Keys) && after.Keys[j] == key {
			now = after.Vector(j)[columnB]
		}
		if now < before.Vector(i)[columnA] {
			return true
		}
	}
	return false
}
