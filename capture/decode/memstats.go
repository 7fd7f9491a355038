package decode

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
)

// trailerStart opens the statistics that runtime/pprof writes after the
// records of heap?debug=1.
const trailerStart = "# runtime.MemStats"

// MemStats reads the statistics at the end of heap?debug=1, a few kilobytes
// after what may be 32 MB of records. MaxRSS is the highest so far, not the
// current one. The caller sets Time and Source.
func MemStats(body []byte) (snapshot.Vitals, error) {
	at := bytes.LastIndex(body, []byte(trailerStart))
	if at < 0 {
		return snapshot.Vitals{}, errors.New("no Go memory statistics: the body does not end as heap?debug=1 does; " +
			"check that the address is a Go program's heap profile")
	}
	var v snapshot.Vitals
	for line := range bytes.Lines(body[at+len(trailerStart):]) {
		if key, value, ok := bytes.Cut(line, []byte(" = ")); ok && len(value) < 100 {
			memStat(&v, string(key), strings.TrimSpace(string(value)))
		}
	}
	// NumGC stands near the end, behind the long lists of pauses.
	if _, ok := v.Get(snapshot.NumGC); !ok {
		return snapshot.Vitals{}, errors.New("no Go memory statistics: heap?debug=1 is truncated in the middle of them; fetch all of it again")
	}
	return v, nil
}

func memStat(v *snapshot.Vitals, key, value string) {
	vital, ok := snapshot.Vital(0), true
	switch strings.TrimPrefix(key, "# ") {
	case "HeapAlloc":
		vital = snapshot.HeapAlloc
	case "HeapInuse":
		vital = snapshot.HeapInuse
	case "HeapSys":
		vital = snapshot.HeapSys
	case "HeapReleased":
		vital = snapshot.HeapReleased
	case "HeapObjects":
		vital = snapshot.HeapObjects
	case "Stack": // "in use / from the system"
		value, _, _ = strings.Cut(value, " / ")
		vital = snapshot.StackInuse
	case "Sys":
		vital = snapshot.Sys
	case "NextGC":
		vital = snapshot.NextGC
	case "TotalAlloc":
		vital = snapshot.TotalAlloc
	case "Mallocs":
		vital = snapshot.Mallocs
	case "Frees":
		vital = snapshot.Frees
	case "NumGC":
		vital = snapshot.NumGC
	case "LastGC":
		vital = snapshot.LastGC
	case "MaxRSS":
		vital = snapshot.MaxRSS
	default:
		ok = false
	}
	if n, err := strconv.ParseUint(value, 10, 64); ok && err == nil {
		v.Set(vital, clamp(n))
	}
}

// clamp is n held at the bound of int64.
func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
