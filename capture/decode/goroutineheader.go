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
	// maxKnownHeaders bounds the bytes of the headers that are remembered: labels
	// that name single requests are all different.
	maxKnownHeaders = 4 << 20
)

// headers reads the first lines of goroutines. What they have in common is
// made once.
type headers struct {
	table    *snapshot.Table
	statuses map[string]*status
	known    map[string]header // by the text in square brackets
	size     int               // bytes of known
	text     int               // bytes of all labels that were read
	set      []snapshot.Label  // reused
}

// header is what stands in the square brackets of a goroutine's first line.
type header struct {
	status         *status
	labels         snapshot.LabelsID
	minutes        int32
	leaked, locked bool
	goleak         bool // goleak wrote it
}

// status is what goroutines do or wait for.
type status struct {
	text string
	// start is not a frame: what comes behind it is the leaf of the last stack
	// with this status.
	start knownFrame
}

func newHeaders(table *snapshot.Table) headers {
	return headers{table: table, statuses: make(map[string]*status), known: make(map[string]header)}
}

// Around what goleak says of a goroutine above its stack.
const (
	goleakStart = "Goroutine "
	goleakState = " in state "
	goleakWith  = ", with "
	goleakEnd   = " on top of the stack:"
)

// goleak reads the first line that goleak (go.uber.org/goleak) writes in the place
// of the runtime's, or in earlier releases above it:
//
//	Goroutine 20 in state chan receive, with main.wait on top of the stack:
//
// A bracket stands before the first one of a list.
func (h *headers) goleak(line []byte) (id int64, out header, ok bool) {
	rest, ok := bytes.CutPrefix(bytes.TrimPrefix(line, []byte("[")), []byte(goleakStart))
	if !ok || len(rest) == 0 || !isDigit(rest[0]) {
		return 0, out, false
	}
	id, rest = number(rest)
	rest, ok = bytes.CutPrefix(rest, []byte(goleakState))
	with := bytes.LastIndex(rest, []byte(goleakWith))
	if !ok || with < 0 || !bytes.HasSuffix(rest, []byte(goleakEnd)) {
		return 0, out, false
	}
	out = h.brackets(rest[:with])
	out.goleak = true
	return id, out, true
}

// read takes the first line of a goroutine apart:
//
//	goroutine 7 [chan receive, 5 minutes, locked to thread labels:{"route": "/orders"}]:
//	goroutine 7 [chan receive, 5 minutes, locked to thread] {route: /orders, q: "a b"}:
//
// The second is how Go 1.27 prints labels, and it does so by default. ok is
// false if it is another line. Of a line that is cut, as long labels make one,
// the rest is missing.
func (h *headers) read(line []byte, cut bool) (id int64, out header, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("goroutine "))
	if !ok {
		return h.goleak(line)
	}
	if len(rest) == 0 || !isDigit(rest[0]) {
		return 0, out, false
	}
	id, rest = number(rest)
	// With GOTRACEBACK=system there is more: " gp=0x… m=0 mp=0x… [".
	open := 0
	if bytes.HasPrefix(rest, []byte(" gp=")) {
		open = max(0, bytes.Index(rest, []byte(" [")))
	}
	if !bytes.HasPrefix(rest[open:], []byte(" [")) {
		return 0, out, false
	}
	rest = rest[open+2:]
	if inside, whole := bytes.CutSuffix(rest, []byte("]:")); whole {
		return id, h.brackets(inside), true
	}
	labelled, whole := bytes.CutSuffix(rest, []byte(":"))
	whole = whole && bytes.HasSuffix(labelled, []byte("}")) && bytes.Contains(labelled, []byte(labelsBehind))
	if !whole && !cut {
		return 0, out, false
	}
	return id, h.brackets(labelled), true
}

// How labels begin within the square brackets, and behind them.
const labelsWithin, labelsBehind = " labels:{", "] {"

// brackets reads what stands in the square brackets, and the labels behind them,
// each different text once.
func (h *headers) brackets(text []byte) header {
	if out, ok := h.known[string(text)]; ok {
		return out
	}
	var out header
	rest := text
	// The labels come last, and their values may hold anything.
	if i, begin := labelsAt(rest); i >= 0 {
		out.labels = h.labelSet(rest[i+len(begin):])
		rest = rest[:i]
	}
	status, rest, more := bytes.Cut(rest, []byte(", "))
	out.status, out.leaked = h.status(status)
	for more {
		var field []byte
		field, rest, more = bytes.Cut(rest, []byte(", "))
		switch {
		case bytes.HasSuffix(field, []byte(" minutes")):
			n, _ := number(field)
			out.minutes = int32(min(n, math.MaxInt32))
		case string(field) == "locked to thread":
			out.locked = true
		}
		// "synctest bubble N", "synctest group N" in Go 1.24: tests only.
	}
	if h.size += len(text); h.size > maxKnownHeaders {
		clear(h.known)
		h.size = len(text)
	}
	h.known[string(text)] = out
	return out
}

// labelsAt is where the labels begin and with what, -1 for none. A label's value
// may hold anything, so the first sign of them counts.
func labelsAt(text []byte) (at int, begin string) {
	i, j := bytes.Index(text, []byte(labelsWithin)), bytes.Index(text, []byte(labelsBehind))
	if j >= 0 && (i < 0 || j < i) {
		return j, labelsBehind
	}
	return i, labelsWithin
}

// status returns a status without the marks behind it, and whether one of them
// says that the goroutine was found to be leaked. The other marks say that the
// GC scans its stack just now, and that it is blocked within a synctest bubble.
func (h *headers) status(text []byte) (s *status, leaked bool) {
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
	name := clean.Line(string(text), maxStatus)
	if _, ok := h.statuses[name]; name == "" || !ok && len(h.statuses) >= maxStatuses {
		name = noStatus
	}
	if h.statuses[name] == nil {
		h.statuses[name] = &status{text: name}
	}
	return h.statuses[name], leaked
}

// labelSet interns labels as they are printed: `"key": "value", "key": "value"}`.
// Go 1.27 quotes only what needs it.
func (h *headers) labelSet(text []byte) snapshot.LabelsID {
	h.set = h.set[:0]
	for rest := string(text); ; {
		key, after, ok := labelPart(rest)
		after, separated := strings.CutPrefix(after, ": ")
		value, after, okValue := labelPart(after)
		if !ok || !separated || !okValue {
			break
		}
		h.add(key, value)
		if rest, ok = strings.CutPrefix(after, ", "); !ok {
			break
		}
	}
	return h.table.InternLabels(h.set)
}

// add takes in one label. Above the bound values are left out, as a table does.
func (h *headers) add(key, value string) {
	if h.text += len(key) + len(value); h.text > maxLabelText {
		value = "…"
	}
	h.set = append(h.set, snapshot.Label{Key: clean.Text(key), Value: clean.Text(value)})
}

// labelPart reads the key or the value that s starts with. Without quotes it ends
// with the next sign that would need them, and must have one: else it is cut.
func labelPart(s string) (text, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		return quoted(s)
	}
	n := strings.IndexFunc(s, func(r rune) bool {
		plain := r == '.' || r == '/' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !plain
	})
	if n < 0 {
		return "", s, false
	}
	return s[:n], s[n:], true
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
