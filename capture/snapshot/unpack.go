package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// What an [Unpacker] takes at most where nothing else is said: no profile that
// was decoded within its limits has more. The values of both take 192 MiB.
const (
	DefaultMaxValues  = 16 << 20 // of all records together
	DefaultMaxRecords = 4 << 20
	maxPackedTypes    = 256
)

// Unpacker unpacks the frames of a chain, one after the other, in memory that
// does not grow with their number. Frames may come from outside: what is no
// frame, or does not follow on the one before, gives an error and takes no more
// memory than a bound. Strings in a frame are returned as they are.
type Unpacker struct {
	// MaxValues and MaxRecords bound a profile; 0 for the defaults.
	MaxValues, MaxRecords int

	head   Profile // without its records
	keys   []Key   // not changed any more once a profile shares them
	values []int64
	shared bool // a profile has the keys
	// Keys and values of two frames ago, whose room the next ones take.
	oldKeys   []Key
	oldValues []int64

	lanes []lane
	rates rates
	begun bool // there is a profile, and it is whole
	gone  []int
	come  []insert
}

// insert is a record that comes in: its key, and how many records that were
// there before it stay in front of it.
type insert struct {
	key  Key
	kept int
}

// errNoKey is what a delta frame gives that follows on nothing.
var errNoKey = errors.New("packed profile: it tells only what changed, and the profile before it is missing; begin with a key frame")

func errFrame(what string) error {
	return fmt.Errorf("packed profile: %s; the file is damaged or was cut", what)
}

// Next unpacks the next frame. After an error the chain goes on with the next
// key frame only.
func (u *Unpacker) Next(frame []byte) error {
	r := frameReader{b: frame}
	tag := r.byte()
	switch {
	case r.bad || tag/tagFirst != packVersion:
		u.begun = false
		return errFrame("it begins with an unknown tag")
	case tag&tagKey == 0 && !u.begun:
		return errNoKey
	}
	u.begun = false
	if tag&tagKey != 0 {
		if err := u.readHead(&r); err != nil {
			return err
		}
	}
	r.readTimes(tag, &u.head)
	if err := u.readKeys(&r, tag&tagKey != 0); err != nil {
		return err
	}
	if err := u.readValues(&r); err != nil {
		return err
	}
	if r.bad || r.at != len(r.b) {
		return errFrame("it is longer or shorter than what it says")
	}
	u.begun = true
	return nil
}

// Profile returns the newest profile; nil before the first and after an error.
func (u *Unpacker) Profile() *Profile {
	if !u.begun {
		return nil
	}
	p := u.head
	p.Keys, p.Values = u.keys, slices.Clone(u.values)
	u.shared = true
	return &p
}

func (u *Unpacker) readHead(r *frameReader) error {
	u.head = r.readHead()
	if r.bad {
		return errFrame("its head ends early or names too many columns")
	}
	u.replace(nil, u.oldValues[:0])
	u.lanes = lanesOf(u.head.Types)
	u.rates.reset(u.head.Period)
	return nil
}

// readHead reads what the profiles of a chain have in common.
func (r *frameReader) readHead() Profile {
	p := Profile{Kind: Kind(r.string())}
	p.DefaultType = int(r.varint())
	p.Period = r.varint()
	p.BuildID, p.Mappings = r.string(), r.string()
	n := r.uvarint()
	if n > maxPackedTypes || p.DefaultType < -1 || p.DefaultType >= max(1, int(n)) {
		r.bad = true
	}
	for ; n > 0 && !r.bad; n-- {
		p.Types = append(p.Types, SampleType{Name: r.string(), Unit: r.string()})
	}
	return p
}

// readTimes reads when a profile was taken, against the one before.
func (r *frameReader) readTimes(tag byte, p *Profile) {
	before := nanos(p)
	p.Time = time.Time{}
	if tag&tagTime != 0 {
		p.Time = time.Unix(0, before+r.varint())
	}
	p.Duration = time.Duration(r.varint())
}

// readKeys takes out the records that went and puts in those that came.
func (u *Unpacker) readKeys(r *frameReader, whole bool) error {
	n := len(u.head.Types)
	u.gone = r.readDeletes(u.gone[:0], len(u.keys))
	u.come = r.readInserts(u.come[:0], len(u.keys)-len(u.gone), orElse(u.MaxRecords, DefaultMaxRecords), whole)
	if r.bad {
		return errFrame("its records end early or are out of place")
	}
	if len(u.gone) == 0 && len(u.come) == 0 {
		return nil
	}
	records := len(u.keys) - len(u.gone) + len(u.come)
	maxRecords, maxValues := orElse(u.MaxRecords, DefaultMaxRecords), orElse(u.MaxValues, DefaultMaxValues)
	if records > maxRecords || n > 0 && records > maxValues/n {
		return fmt.Errorf("packed profile: it has %d records of %d columns, more than %d records or %d values; nothing that leaktop writes has", records, n, maxRecords, maxValues)
	}
	keys, values := slices.Grow(u.oldKeys[:0], records), slices.Grow(u.oldValues[:0], records*n)
	gone, come := u.gone, u.come
	kept := 0
	insertAt := func() {
		for ; len(come) > 0 && come[0].kept == kept; come = come[1:] {
			keys = append(keys, come[0].key)
			values = values[:len(values)+n]
			clear(values[len(values)-n:])
		}
	}
	insertAt()
	for from := 0; from < len(u.keys); {
		// All up to the next record that goes, or the next that comes, stay.
		to := len(u.keys)
		if len(gone) > 0 {
			to = gone[0]
		}
		if len(come) > 0 {
			to = min(to, from+come[0].kept-kept)
		}
		keys, values = append(keys, u.keys[from:to]...), append(values, u.values[from*n:to*n]...)
		kept += to - from
		from = to
		for ; len(gone) > 0 && gone[0] == from; from++ {
			gone = gone[1:]
		}
		insertAt()
	}
	for i := 1; i < len(keys); i++ {
		if keys[i-1].Compare(keys[i]) >= 0 {
			return errFrame("its records are not in order")
		}
	}
	u.replace(keys, values)
	return nil
}

// replace takes over new records, and keeps the room of the old ones.
func (u *Unpacker) replace(keys []Key, values []int64) {
	u.oldKeys, u.oldValues = u.keys, u.values
	if u.shared {
		u.oldKeys = nil
	}
	u.keys, u.values, u.shared = keys, values, false
}

func orElse(n, standard int) int {
	if n > 0 {
		return n
	}
	return standard
}

// readDeletes appends the positions of the records that went, in order.
func (r *frameReader) readDeletes(gone []int, records int) []int {
	at := 0
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		gap := r.uvarint()
		if gap >= uint64(records-at) {
			r.bad = true
			break
		}
		at += int(gap)
		gone = append(gone, at)
		at++
	}
	return gone
}

// readInserts appends the records that came, in order; one more than most of
// them is enough to know that there are too many.
func (r *frameReader) readInserts(come []insert, kept, most int, whole bool) []insert {
	in := r.inserts(kept, whole)
	in.left = min(in.left, uint64(most)+1)
	if !r.bad { // each takes a byte at least
		come = slices.Grow(come, int(min(in.left, uint64(len(r.b)-r.at))))
	}
	for r.nextInsert(&in) {
		come = append(come, in.insert)
	}
	return come
}

// inserts is where a reader is in the records that came.
type inserts struct {
	insert        // the newest
	left   uint64 // how many are still to come
	most   int    // how many records are there that they may stand between
	whole  bool   // there are none
}

func (r *frameReader) inserts(kept int, whole bool) inserts {
	return inserts{left: r.uvarint(), most: kept, whole: whole}
}

// nextInsert reads the next record that came; false after the last.
func (r *frameReader) nextInsert(in *inserts) bool {
	if in.left == 0 || r.bad {
		return false
	}
	in.left--
	if !in.whole {
		gap := r.uvarint()
		if gap > uint64(in.most-in.kept) {
			r.bad = true
			return false
		}
		in.kept += int(gap)
	}
	head, labels := r.uvarint(), uint64(0)
	if head&2 != 0 {
		labels = r.uvarint()
	}
	if head>>2 > uint64(math.MaxUint32-in.key.Stack) || labels > math.MaxUint32 {
		r.bad = true
		return false
	}
	in.key.Stack += StackID(head >> 2)
	in.key.Labels = LabelsID(labels)
	if head&1 == 0 {
		in.key.Size = r.varint()
	}
	return !r.bad
}

// readValues takes over what changed.
func (u *Unpacker) readValues(r *frameReader) error {
	n := len(u.head.Types)
	for from := 0; from < len(u.keys); from += blockRecords {
		block := r.block()
		to := min(from+blockRecords, len(u.keys))
		for at := from; block.more(); at++ {
			gap, changed, raw := block.record(u.lanes)
			if gap >= uint64(to-at) {
				block.bad = true
				break
			}
			at += int(gap)
			block.apply(u.lanes, &u.rates, u.keys[at].Size, changed, raw, u.values[at*n:at*n+n])
		}
		if r.bad || block.bad {
			return errFrame("its values end early or are out of place")
		}
	}
	return nil
}

// record reads the head of a record.
func (r *frameReader) record(lanes []lane) (gap, changed uint64, raw bool) {
	head, width := r.uvarint(), laneBits(lanes)
	changed = head >> 1 & (1<<width - 1)
	if width == 0 {
		changed = math.MaxUint64
	}
	return head >> (width + 1), changed, head&1 == 1
}

// apply reads the numbers of a record and adds them to its values.
func (r *frameReader) apply(lanes []lane, rates *rates, size int64, changed uint64, raw bool, values []int64) {
	width := laneBits(lanes)
	for i, l := range lanes {
		switch {
		case width > 0 && changed>>i&1 == 0:
		case l.objects < 0:
			values[l.bytes] += r.varint()
		case raw:
			values[l.objects] += r.varint()
			values[l.bytes] += r.varint()
		default:
			s := rates.of(size)
			objects, bytes, ok := s.estimate(s.samples(values[l.bytes]) + r.varint())
			if !ok {
				r.bad = true
			}
			values[l.objects], values[l.bytes] = objects, bytes
		}
	}
}

// frameReader reads a frame. Once it has met what is no frame, it is bad and
// reads zeros.
type frameReader struct {
	b   []byte
	at  int
	bad bool
}

func (r *frameReader) more() bool { return r.at < len(r.b) && !r.bad }

func (r *frameReader) byte() byte {
	if !r.more() {
		r.bad = true
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *frameReader) uvarint() uint64 {
	if r.at < len(r.b) && r.b[r.at] < 0x80 {
		r.at++
		return uint64(r.b[r.at-1])
	}
	return r.longUvarint()
}

func (r *frameReader) longUvarint() uint64 {
	n, size := binary.Uvarint(r.b[r.at:])
	if size <= 0 {
		r.bad, r.at = true, len(r.b)
		return 0
	}
	r.at += size
	return n
}

func (r *frameReader) varint() int64 {
	n := r.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

// skip passes over so many numbers.
func (r *frameReader) skip(n int) {
	for ; n > 0 && r.at < len(r.b); r.at++ {
		if r.b[r.at] < 0x80 {
			n--
		}
	}
	if n > 0 {
		r.bad = true
	}
}

func (r *frameReader) string() string {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return ""
	}
	r.at += int(n)
	return string(r.b[r.at-int(n) : r.at])
}

// block returns a reader of the next block of records, which it passes over.
func (r *frameReader) block() frameReader {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return frameReader{}
	}
	r.at += int(n)
	return frameReader{b: r.b[r.at-int(n) : r.at]}
}
