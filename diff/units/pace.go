package units

import "time"

// Pace gives how often something comes and, where that is less often than was
// asked for, what was: "every 40s, not 15s". Of two that read the same one is told.
func Pace(actual, asked time.Duration) string {
	if is, was := Duration(actual), Duration(asked); actual > asked && is != was {
		return "every " + is + ", not " + was
	}
	return "every " + Duration(actual)
}
