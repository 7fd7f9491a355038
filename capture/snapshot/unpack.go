package snapshot

import (
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
	maxPackedTypes    = MaxTypes
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

// errNoKey is what a delta frame gives that follows on nothing.
var errNoKey = errors.New("packed profile: it holds only what changed, and the profile before it is missing; begin with a key frame")

func errFrame(what string) error {
	return fmt.Errorf("packed profile: %s; the file is damaged or truncated", what)
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
		return errFrame("it is longer or shorter than it should be")
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
		return fmt.Errorf("packed profile: it has %d records of %d columns; leaktop writes no more than %d records or %d values", records, n, maxRecords, maxValues)
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
