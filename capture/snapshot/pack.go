package snapshot

import (
	"encoding/binary"
	"slices"
)

// A chain is a run of profiles of one kind, packed one after the other into
// frames: a key frame holds a profile whole, a delta frame what differs from
// the profile before. All numbers are varints (LEB128), signed ones zigzag.
//
//	frame   = tag [head] [time] duration deletes inserts values
//	tag     = 1 byte: bit 0 a key frame, bit 1 the profile has a time, the others the version
//	head    = kind default-type± period± build-id mappings count {name unit}    key frames only
//	time±   = nanoseconds since 1970, less those of the frame before
//	duration± = nanoseconds
//	string  = length {byte}
//
// Records are in the order of their keys, and named by their position.
//
//	deletes = count {gap}         of the records before; gap: those that stay in between
//	inserts = count {[gap] key}   gap: records in between that were there; not in key frames
//	key     = (stack−stack')<<2 | labelled<<1 | same-size  [labels] [size±]
//
// where stack' and the size that is the same are those of the insert before.
// The ids are the caller's: in memory those of a [Table], in a file those of
// the table that the file itself carries.
//
//	values  = for every 512 records { length {record} }    length: in bytes, of these records
//	record  = gap<<(lanes+1) | changed<<1 | raw  {number}  gap: records in between that did not change
//
// A lane is one column, or the pair X_objects and X_space that Go's sampling
// ties together (see sampling). Changed has a bit for every lane, the first lane
// the lowest; with more than 16 lanes it is left out and all of them follow. The
// number of a lane is what its column differs by±, that of a pair by how many
// sampled objects±; in a raw record by how much objects± and bytes±. What a
// record that was inserted differs from is zero. Differences wrap around.
//
// That a profile's records come in blocks whose length is told lets the values
// of one stack be read from thousands of frames without unpacking the rest.
const (
	tagKey   = 1 << 0
	tagTime  = 1 << 1
	tagFirst = 1 << 2 // the lowest bit of the version

	packVersion = 1

	blockRecords = 512
	maxLaneBits  = 16
)

// keyShare is how many times as large as a key frame the delta frames after it
// may be in all before the next: the first profile that is unpacked from a chain
// then costs a few times as much as a whole one, and key frames take a fifth of
// the chain.
const keyShare = 4

// Packer packs the profiles of a chain. The zero Packer begins one.
type Packer struct {
	last       *Profile
	key, since int // bytes of the newest key frame, and of those after it
	rates      rates
	block      []byte
	gone, come []int // positions before and after, of what differs in its keys
}

// Append packs the next profile of the chain and appends its frame. It is a key
// frame where there is none before, where the last one is long ago, and where
// profiles differ in more than their records. The profile is kept until the next.
func (p *Packer) Append(dst []byte, next *Profile) []byte {
	from := len(dst)
	if p.last == nil || p.since > keyShare*p.key || !sameHead(p.last, next) {
		dst = p.AppendKey(dst, next)
		return dst
	}
	dst = p.frame(dst, p.last, next)
	p.since += len(dst) - from
	p.last = next
	return dst
}

// AppendKey packs the next profile of the chain as a key frame.
func (p *Packer) AppendKey(dst []byte, next *Profile) []byte {
	from := len(dst)
	dst = p.frame(dst, nil, next)
	p.key, p.since, p.last = len(dst)-from, 0, next
	return dst
}

// IsKeyFrame reports whether a frame holds a profile whole.
func IsKeyFrame(frame []byte) bool { return len(frame) > 0 && frame[0]&tagKey != 0 }

// sameHead reports whether profiles differ in time and records alone.
func sameHead(a, b *Profile) bool {
	return a.Kind == b.Kind && a.DefaultType == b.DefaultType && a.Period == b.Period &&
		a.BuildID == b.BuildID && a.Mappings == b.Mappings && slices.Equal(a.Types, b.Types)
}

// frame packs a profile against the one before, nil for a key frame.
func (p *Packer) frame(dst []byte, before, next *Profile) []byte {
	tag := byte(packVersion * tagFirst)
	if before == nil {
		tag |= tagKey
		before = &Profile{}
	}
	if !next.Time.IsZero() {
		tag |= tagTime
	}
	dst = append(dst, tag)
	if tag&tagKey != 0 {
		dst = appendHead(dst, next)
	}
	if tag&tagTime != 0 {
		dst = binary.AppendVarint(dst, next.Time.UnixNano()-nanos(before))
	}
	dst = binary.AppendVarint(dst, int64(next.Duration))
	p.rates.reset(next.Period)
	p.compareKeys(before.Keys, next.Keys)
	dst = p.appendDeletes(dst)
	dst = p.appendInserts(dst, next.Keys, tag&tagKey != 0)
	return p.appendValues(dst, before, next)
}

// nanos is when a profile was taken, 0 where that is unknown.
func nanos(p *Profile) int64 {
	if p.Time.IsZero() {
		return 0
	}
	return p.Time.UnixNano()
}

func appendHead(dst []byte, p *Profile) []byte {
	dst = appendString(dst, string(p.Kind))
	dst = binary.AppendVarint(dst, int64(p.DefaultType))
	dst = binary.AppendVarint(dst, p.Period)
	dst = appendString(dst, p.BuildID)
	dst = appendString(dst, p.Mappings)
	dst = binary.AppendUvarint(dst, uint64(len(p.Types)))
	for _, t := range p.Types {
		dst = appendString(appendString(dst, t.Name), t.Unit)
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// compareKeys finds the positions of the keys that went and of those that came.
func (p *Packer) compareKeys(before, next []Key) {
	p.gone, p.come = p.gone[:0], p.come[:0]
	i, j := 0, 0
	for i < len(before) && j < len(next) {
		switch {
		case before[i] == next[j]:
			i++
			j++
		case before[i].Compare(next[j]) < 0:
			p.gone = append(p.gone, i)
			i++
		default:
			p.come = append(p.come, j)
			j++
		}
	}
	for ; i < len(before); i++ {
		p.gone = append(p.gone, i)
	}
	for ; j < len(next); j++ {
		p.come = append(p.come, j)
	}
}

func (p *Packer) appendDeletes(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(p.gone)))
	at := 0
	for _, i := range p.gone {
		dst = binary.AppendUvarint(dst, uint64(i-at))
		at = i + 1
	}
	return dst
}

func (p *Packer) appendInserts(dst []byte, keys []Key, whole bool) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(p.come)))
	var last Key
	at := 0
	for _, j := range p.come {
		k := keys[j]
		if !whole {
			dst = binary.AppendUvarint(dst, uint64(j-at))
		}
		at = j + 1
		head := uint64(k.Stack-last.Stack) << 2
		if k.Labels != 0 {
			head |= 2
		}
		if k.Size == last.Size {
			head |= 1
		}
		dst = binary.AppendUvarint(dst, head)
		if k.Labels != 0 {
			dst = binary.AppendUvarint(dst, uint64(k.Labels))
		}
		if k.Size != last.Size {
			dst = binary.AppendVarint(dst, k.Size)
		}
		last = k
	}
	return dst
}

func (p *Packer) appendValues(dst []byte, before, next *Profile) []byte {
	n, lanes := len(next.Types), lanesOf(next.Types)
	zero := make([]int64, n)
	gone, come := p.gone, p.come
	i := 0 // position in before
	for from := 0; from < len(next.Keys); from += blockRecords {
		block := p.block[:0]
		unchanged := 0
		for j := from; j < min(from+blockRecords, len(next.Keys)); j++ {
			was := zero
			if len(come) > 0 && come[0] == j {
				come = come[1:]
			} else {
				for ; len(gone) > 0 && gone[0] == i; i++ {
					gone = gone[1:]
				}
				was = before.Values[i*n : i*n+n]
				i++
			}
			now := next.Values[j*n : j*n+n]
			if slices.Equal(was, now) {
				unchanged++
				continue
			}
			block = p.appendRecord(block, unchanged, lanes, next.Keys[j].Size, was, now)
			unchanged = 0
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(block))), block...)
		p.block = block
	}
	return dst
}

// appendRecord packs one record that changed, after some that did not.
func (p *Packer) appendRecord(dst []byte, unchanged int, lanes []lane, size int64, was, now []int64) []byte {
	var changed uint64
	width := laneBits(lanes)
	raw := uint64(0)
	s := p.rates.of(size)
	for i, l := range lanes {
		moved := was[l.bytes] != now[l.bytes]
		if l.objects >= 0 {
			moved = moved || was[l.objects] != now[l.objects]
			objects, bytes, ok := s.estimate(s.samples(now[l.bytes]))
			if !ok || objects != now[l.objects] || bytes != now[l.bytes] {
				raw = 1
			}
		}
		if moved && width > 0 {
			changed |= 1 << i
		}
	}
	dst = binary.AppendUvarint(dst, uint64(unchanged)<<(width+1)|changed<<1|raw)
	for i, l := range lanes {
		switch {
		case width > 0 && changed>>i&1 == 0:
		case l.objects < 0:
			dst = binary.AppendVarint(dst, now[l.bytes]-was[l.bytes])
		case raw == 1:
			dst = binary.AppendVarint(dst, now[l.objects]-was[l.objects])
			dst = binary.AppendVarint(dst, now[l.bytes]-was[l.bytes])
		default:
			dst = binary.AppendVarint(dst, s.samples(now[l.bytes])-s.samples(was[l.bytes]))
		}
	}
	return dst
}

// laneBits is how many bits say which lanes of a record changed.
func laneBits(lanes []lane) int {
	if len(lanes) > maxLaneBits {
		return 0
	}
	return len(lanes)
}
