package session

import (
	"errors"
	"fmt"
	"hash/crc32"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// addShot adds all that there is of a snapshot, itself last.
func (w *Writer) addShot(s *snapshot.Snapshot) error {
	end, err := w.addTable()
	if err != nil {
		return err
	}
	fits := !w.noRaw
	if raw := int64(s.Size()); fits && w.end+raw > w.max {
		var err error
		fits, err = w.thin(raw, leastGain)
		// Where there is little to be gained, raw profiles have had their time.
		w.noRaw = !fits && err == nil
	}
	if fits {
		for _, k := range rawKinds() {
			raw := s.Raw[k]
			switch {
			case len(raw) >= maxRaw:
				w.leave(s.Seq, "raw "+k.Noun(), fmt.Sprintf("takes %s, and a session file can hold less than %s", size(int64(len(raw))), size(maxRaw)))
			case len(raw) > 0:
				var p payload
				p.int(int64(s.Seq))
				p.string(string(k))
				p.bytes(raw)
				if isGzip(raw) {
					w.addAs(kindRaw, p, false)
				} else {
					w.add(kindRaw, p)
				}
			}
		}
	}
	if s.Dump != nil {
		w.addDump(s.Seq, s.Dump)
	}
	for _, kind := range chained() {
		if profile := s.Profile(kind); profile != nil {
			if why := excess(profile); why != "" {
				w.leave(s.Seq, string(kind)+" profile", why)
			}
		}
	}
	var p payload
	p.shot(s, end, &w.packers, w.number+1)
	if !w.add(kindSnapshot, p) {
		return leftOut{what: "snapshot", text: fmt.Sprintf("%s: #%d has more in it than a session file can hold; it is left out, and so are later ones that do not fit", clean.Text(w.path), s.Seq)}
	}
	return nil
}

// addDump adds a full goroutine dump.
func (w *Writer) addDump(seq int, d *snapshot.Dump) {
	if n := len(d.Goroutines); n > maxGoroutines {
		w.leave(seq, "goroutine dump", fmt.Sprintf("has %s, more than the %d that a session file can hold", plural(n, "goroutine"), maxGoroutines))
		return
	}
	var p payload
	p.dump(seq, d)
	if !w.add(kindDump, p) {
		w.leave(seq, "goroutine dump", "takes more than "+size(maxPayload))
		return
	}
	if len(d.Arguments) > 0 {
		var given payload
		given.arguments(seq, d)
		w.add(kindArguments, given) // no more than a dump takes at most
	}
}

// addTable adds the stacks that came since the last time.
func (w *Writer) addTable() (snapshot.Extent, error) {
	a := w.table.Since(w.extent)
	full := tooMany(a.End())
	unlabelled := 0
	for part := range parts(a) {
		if full {
			break
		}
		var p payload
		unlabelled += p.additions(part, &w.nextLoad)
		full = w.nextLoad.full() || !w.add(kindTable, p)
	}
	if full {
		w.full = true
		return w.extent, fmt.Errorf("%s: the program has more stacks than a session file can hold; snapshots from now on are not recorded", clean.Text(w.path))
	}
	if unlabelled > 0 {
		w.left = append(w.left, leftOut{what: "labels", text: fmt.Sprintf("%s: the program has more labels than the %s that a session file can hold; labels that are new from now on are not recorded", clean.Text(w.path), size(snapshot.MaxLabelText))})
	}
	w.next = a.End()
	return w.next, nil
}

// minDeflated is from how many bytes on a payload is deflated.
const minDeflated = 256

func isGzip(b []byte) bool { return len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b }

// add appends a record to what is to be written, deflated if that makes it
// smaller. One that is too large to be read again is left out, which gives false.
func (w *Writer) add(k kind, p payload) bool {
	if len(p) > maxPayload {
		return false
	}
	if len(p) >= minDeflated {
		w.packed.Reset()
		w.deflate.Reset(&w.packed)
		_, _ = w.deflate.Write(p) // into memory, which does not fail
		_ = w.deflate.Close()
		if w.packed.Len() < len(p) {
			w.addAs(k, w.packed.Bytes(), true)
			return true
		}
	}
	w.addAs(k, p, false)
	return true
}

// addAs appends a record as it is to stand in the file.
func (w *Writer) addAs(k kind, b []byte, deflated bool) {
	w.number++
	w.added++
	h := head{kind: k, deflated: deflated, number: w.number, length: uint32(len(b)), sum: crc32.Checksum(b, crcTable)}
	if k == kindRaw || k == kindDump || k == kindArguments {
		w.records = append(w.records, span{kind: k, at: int64(w.pending.Len()), size: int64(headSize + len(b))})
	}
	w.pending.Write(h.append(nil, w.salt))
	w.pending.Write(b)
}

// errFullFile says that what was added would take the file over its bound.
var errFullFile = errors.New("the file has reached its limit")

// write writes what was added, within a bound of the file.
func (w *Writer) write(most int64) error {
	if w.end+int64(w.pending.Len()) > most {
		_, err := w.thin(int64(w.pending.Len()), 1)
		if w.end+int64(w.pending.Len()) > most {
			w.drop()
			if err != nil {
				return cannotWrite(w.path, err)
			}
			return errFullFile
		}
	}
	if err := w.flush(); err != nil {
		w.drop()
		return cannotWrite(w.path, err)
	}
	return nil
}

// drop takes back what was added. Profiles begin anew then: none is built on one
// that is not there.
func (w *Writer) drop() {
	w.number -= uint32(w.added)
	w.next, w.nextLoad, w.packers = w.extent, w.load, packers{}
	w.clear()
}

// clear is ready for the next records.
func (w *Writer) clear() {
	w.pending.Reset()
	w.records, w.added = w.records[:0], 0
}

// flush writes what was added with one call.
func (w *Writer) flush() error {
	n, err := w.file.WriteAt(w.pending.Bytes(), w.end)
	if err != nil {
		// Some may have been written all the same, which n does not tell. Where it
		// cannot be cut off, what comes next is written over it.
		_ = w.file.Truncate(w.end)
		return err
	}
	for _, s := range w.records {
		s.at += w.end
		w.bulk = append(w.bulk, s)
	}
	w.end += int64(n)
	w.extent, w.load = w.next, w.nextLoad
	w.clear()
	return nil
}
