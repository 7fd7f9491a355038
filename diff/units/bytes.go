package units

import "strconv"

// Bytes gives a number of bytes in binary units, exact below 1 KiB: "512 B",
// "1.2 KiB", "44.0 MiB".
func Bytes(n int64) string {
	_, abs := magnitude(n)
	return unsigned(n, scaleBytes(abs))
}

// SignedBytes gives a change in bytes: "+44.0 MiB", "−3.0 KiB", "0 B".
func SignedBytes(n int64) string {
	_, abs := magnitude(n)
	return signed(n, scaleBytes(abs))
}

func scaleBytes(n uint64) string {
	if n < 1024 {
		return strconv.FormatUint(n, 10) + " B"
	}
	const prefixes = "KMGTPE"
	value, prefix := float64(n)/1024, 0
	// 1023.95 would round to "1024.0", which belongs to the next unit.
	for value >= 1023.95 && prefix < len(prefixes)-1 {
		value /= 1024
		prefix++
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + prefixes[prefix:prefix+1] + "iB"
}
