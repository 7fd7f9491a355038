package decode

import (
	"bytes"
	"regexp"
)

// textHeading matches the first line of a profile in the form of a text, with
// whatever a log puts before it.
var textHeading = regexp.MustCompile(`(?:^|[^0-9A-Za-z_])((?:goroutine|threadcreate|goroutineleak) profile: total \d+|(?:heap|allocs) profile: \d+: \d+ \[\d+: \d+\] @|--- (?:mutex|contention|heapz|threadz)\b)`)

// isTextHeading reports whether a line is one.
func isTextHeading(line []byte) bool {
	mayBe := bytes.Contains(line, []byte(" profile: ")) || bytes.Contains(line, []byte("--- "))
	return mayBe && textHeading.Match(line)
}
