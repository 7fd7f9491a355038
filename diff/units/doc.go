// Package units writes numbers for people: bytes, counts, rates, percentages
// and durations, at a width that stays the same while the number changes, so
// that a column of them can be right-aligned.
//
// What flows in: int64 values and the unit names of a profile's sample types.
// What flows out: short strings. Nothing overflows: every int64 has a text.
// A change is always signed, with U+2212 as the minus, which is as wide as
// the plus.
package units

// The widest text that each function gives, in characters. Columns of these
// widths never move.
const (
	WidthBytes       = 10 // "1023.9 KiB"
	WidthSignedBytes = WidthBytes + 1
	WidthCount       = 11 // "999,999,999"
	WidthSignedCount = WidthCount + 1
	WidthPercent     = 7 // "+999.9%"
	WidthDuration    = 7 // "106751d", the longest there is; usual ones take 6
	WidthPerMinute   = WidthSignedCount + len("/min")
)

// minus is U+2212: in a column of changes it lines up with the plus.
const minus = "−"

// magnitude splits n into its sign and its absolute value, which for the
// smallest int64 does not fit one.
func magnitude(n int64) (negative bool, abs uint64) {
	if n < 0 {
		return true, -uint64(n)
	}
	return false, uint64(n)
}

// signed puts the sign of n before the text of its absolute value. Zero has none.
func signed(n int64, text string) string {
	switch {
	case n > 0:
		return "+" + text
	case n < 0:
		return minus + text
	}
	return text
}

// unsigned puts a minus before the text of a negative value.
func unsigned(n int64, text string) string {
	if n < 0 {
		return minus + text
	}
	return text
}
