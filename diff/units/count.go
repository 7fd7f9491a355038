package units

import "strconv"

// Count gives a number with its thousands grouped: "1,203". Above 999,999,999
// it is shortened to one decimal: "12.3 G".
func Count(n int64) string {
	_, abs := magnitude(n)
	return unsigned(n, group(abs))
}

// SignedCount gives a change of a count: "+12", "−3", "0".
func SignedCount(n int64) string {
	_, abs := magnitude(n)
	return signed(n, group(abs))
}

func group(n uint64) string {
	if n > 999_999_999 {
		return scaleCount(n)
	}
	digits := strconv.FormatUint(n, 10)
	var out []byte
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return string(out)
}

// scaleCount shortens a number of at least 1e9 to decimal units.
func scaleCount(n uint64) string {
	const prefixes = "GTPE"
	value, prefix := float64(n)/1e9, 0
	for value >= 999.95 && prefix < len(prefixes)-1 {
		value /= 1000
		prefix++
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + prefixes[prefix:prefix+1]
}

// Plural gives a count and what is counted: "1 stack", "1,203 stacks".
func Plural[Int int | int64](n Int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Count(int64(n)) + " " + what + "s"
}
