package decode

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

const (
	// maxStatus bounds the characters of a status, maxStatuses the different
	// ones that are kept. The runtime has about 60.
	maxStatus, maxStatuses = 100, 1000
	// noStatus is the runtime's own word for a status that it has none for.
	noStatus = "???"
	// maxKnownLabels bounds the bytes of the label sets that are remembered:
	// labels that name single requests are all different.
	maxKnownLabels = 4 << 20
)

// headers reads the first lines of goroutines. What they have in common is
// made once.
type headers struct {
	table    *snapshot.Table
	statuses map[string]string
	labels   map[string]snapshot.LabelsID // by how they are printed
	known    int                          // bytes of labels
	text     int                          // bytes of all that were read
	set      []snapshot.Label             // reused
}

func newHeaders(table *snapshot.Table) headers {
	return headers{table: table, statuses: make(map[string]string), labels: make(map[string]snapshot.LabelsID)}
}

// read takes the first line of a goroutine apart:
//
//	goroutine 7 [chan receive, 5 minutes, locked to thread labels:{"route": "/orders"}]:
//
// ok is false if it is another line. Of a line that is cut, as long labels make
// one, the rest is missing.
func (h *headers) read(line []byte, cut bool) (g snapshot.DumpedGoroutine, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("goroutine "))
	if !ok || len(rest) == 0 || rest[0] < '0' || rest[0] > '9' {
		return g, false
	}
	g.ID, rest = number(rest)
	// With GOTRACEBACK=system there is more: " gp=0x… m=0 mp=0x… [".
	open := bytes.Index(rest, []byte(" ["))
	if open < 0 || open > 0 && !bytes.HasPrefix(rest, []byte(" gp=")) {
		return g, false
	}
	rest, whole := bytes.CutSuffix(rest[open+2:], []byte("]:"))
	if !whole && !cut {
		return g, false
	}
	// The labels come last, and their values may hold anything.
	if i := bytes.Index(rest, []byte(" labels:{")); i >= 0 {
		g.Labels = h.labelSet(rest[i+len(" labels:{"):])
		rest = rest[:i]
	}
	status, rest, more := bytes.Cut(rest, []byte(", "))
	g.Status, g.Leaked = h.status(status)
	for more {
		var field []byte
		field, rest, more = bytes.Cut(rest, []byte(", "))
		switch {
		case bytes.HasSuffix(field, []byte(" minutes")):
			n, _ := number(field)
			g.Minutes = int32(min(n, math.MaxInt32))
		case string(field) == "locked to thread":
			g.Locked = true
		}
		// "synctest bubble N", "synctest group N" in Go 1.24: tests only.
	}
	return g, true
}

// status returns a status without the marks behind it, and whether one of them
// says that the goroutine was found to be leaked. The other marks say that the
// GC scans its stack just now, and that it is blocked within a synctest bubble.
func (h *headers) status(text []byte) (status string, leaked bool) {
	for {
		cut := false
		for _, mark := range []string{" (leaked)", " (scan)", " (durable)", " (synctest)"} {
			var has bool
			text, has = bytes.CutSuffix(text, []byte(mark))
			cut = cut || has
			leaked = leaked || has && mark == " (leaked)"
		}
		if !cut {
			break
		}
	}
	status, ok := h.statuses[string(text)]
	if !ok {
		status = clean.Line(string(text), maxStatus)
		if status == "" || len(h.statuses) == maxStatuses {
			return noStatus, leaked
		}
		h.statuses[string(text)] = status
	}
	return status, leaked
}

// labelSet interns labels as they are printed: `"key": "value", "key": "value"}`.
func (h *headers) labelSet(text []byte) snapshot.LabelsID {
	if id, ok := h.labels[string(text)]; ok {
		return id
	}
	h.set = h.set[:0]
	for rest := string(text); ; {
		key, after, ok := quoted(rest)
		after, separated := strings.CutPrefix(after, ": ")
		value, after, okValue := quoted(after)
		if !ok || !separated || !okValue {
			break
		}
		h.add(key, value)
		if rest, ok = strings.CutPrefix(after, ", "); !ok {
			break
		}
	}
	id := h.table.InternLabels(h.set)
	if h.known += len(text); h.known > maxKnownLabels {
		clear(h.labels)
		h.known = len(text)
	}
	h.labels[string(text)] = id
	return id
}

// add takes in one label. Above the bound values are left out, as a table does.
func (h *headers) add(key, value string) {
	if h.text += len(key) + len(value); h.text > maxLabelText {
		value = "…"
	}
	h.set = append(h.set, snapshot.Label{Key: clean.Text(key), Value: clean.Text(value)})
}

// quoted reads the quoted text that s starts with, in the way of Go.
func quoted(s string) (text, rest string, ok bool) {
	prefix, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", s, false
	}
	text, err = strconv.Unquote(prefix)
	return text, s[len(prefix):], err == nil
}

// number reads the digits that text starts with; what does not fit is held at the bound.
func number(text []byte) (n int64, rest []byte) {
	i := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		if digit := int64(text[i] - '0'); n > (math.MaxInt64-digit)/10 {
			n = math.MaxInt64
		} else {
			n = 10*n + digit
		}
	}
	return n, text[i:]
}
