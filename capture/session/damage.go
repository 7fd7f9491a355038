package session

import (
	"fmt"
	"strings"
)

// damage counts what could not be read of a file.
type damage struct {
	records map[kind]int // whose payload is damaged
	gaps    int          // places where no record begins
	bytes   int64        // in them
	tail    int64        // bytes at the end that are no whole record
}

func (d *damage) record(k kind) {
	if d.records == nil {
		d.records = make(map[kind]int)
	}
	d.records[k]++
}

func (d *damage) gap(bytes int64) {
	if bytes > 0 {
		d.gaps++
		d.bytes += bytes
	}
}

// String says it in words, "" for no damage.
func (d *damage) String() string {
	var parts []string
	n := 0
	for _, of := range d.records {
		n += of
	}
	if n += d.gaps; n > 0 {
		text := plural(n, "damaged record") + " left out"
		if shots := d.records[kindSnapshot]; shots > 0 {
			text += ", " + plural(shots, "snapshot") + " among them"
		}
		parts = append(parts, text)
	}
	if d.tail > 0 {
		parts = append(parts, fmt.Sprintf("it ends with %s of an incomplete record: it was truncated, or its writer was killed", plural(int(d.tail), "byte")))
	}
	return strings.Join(parts, "; ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
