package units

import (
	"strconv"
	"time"
)

// Duration gives a time span in its two largest units: "9s", "3m20s", "2h14m",
// "4d6h"; below a second in one: "120ms", "35µs", "7ns". What is cut off is not
// rounded up.
func Duration(d time.Duration) string {
	_, ns := magnitude(int64(d))
	return unsigned(int64(d), span(ns))
}

func span(ns uint64) string {
	switch {
	case ns == 0:
		return "0s"
	case ns < 1e3:
		return strconv.FormatUint(ns, 10) + "ns"
	case ns < 1e6:
		return strconv.FormatUint(ns/1e3, 10) + "µs"
	case ns < 1e9:
		return strconv.FormatUint(ns/1e6, 10) + "ms"
	}
	const minute, hour, day = 60, 3600, 86400
	s := ns / 1e9
	switch {
	case s < minute:
		return strconv.FormatUint(s, 10) + "s"
	case s < hour:
		return pair(s/60, "m", s%minute, "s")
	case s < day:
		return pair(s/hour, "h", s%hour/minute, "m")
	case s < 100*day:
		return pair(s/day, "d", s%day/hour, "h")
	}
	return strconv.FormatUint(s/day, 10) + "d"
}

func pair(major uint64, majorUnit string, minor uint64, minorUnit string) string {
	out := strconv.FormatUint(major, 10) + majorUnit
	if minor == 0 {
		return out
	}
	return out + strconv.FormatUint(minor, 10) + minorUnit
}
