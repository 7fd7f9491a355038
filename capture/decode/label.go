package decode

import (
	"fmt"
	"strconv"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// sizeLabel is the numeric label under which heap profiles give the size of one object.
const sizeLabel = "bytes"

// Bytes that a label takes, and what the first of a sample takes besides: in the
// set that is interned, in the key that it is found by, and in a profile that is
// exported. The size of an object takes none in the set, and in an export once for
// each size.
const (
	costLabel    = 742
	costLabelled = 1200
	costSize     = 600
)

// labels reads the labels of one sample after another.
type labels struct {
	set  []snapshot.Label // of the sample at hand
	size int64            // of its objects, 0 unknown
	read bool             // whether the sample at hand has told its size, even if it is none
	any  bool             // whether the sample at hand has labels
	text int              // bytes of all labels so far
	cost int              // of the profile, and of its labels so far
	met  [256]int64       // of the sizes that were met, the last of those that share a place
}

// add takes in one label of the sample at hand: a text, or a number that may
// have a unit. One that is neither says nothing.
func (l *labels) add(p *proto, message []byte) error {
	var v [5]uint64 // key, text, number, unit
	if err := scalars(message, v[:]); err != nil {
		return err
	}
	if v[2] != 0 {
		v[4] = 0 // a text has no unit
	}
	if err := p.known(v[1], v[2], v[4]); err != nil {
		return err
	}
	key := p.raw(v[1])
	switch number, unit := int64(v[3]), p.raw(v[4]); {
	case v[2] != 0:
		value := p.raw(v[2])
		return l.keep(key, func() string { return clean.Text(string(value)) }, len(value))
	case number == 0 && v[4] == 0:
		return nil
	case string(key) == sizeLabel:
		if !l.read {
			l.size, l.read = sizeOf(number, string(unit)), true
			return l.sized()
		}
		return nil
	default:
		text := strconv.FormatInt(number, 10)
		if len(unit) > 0 {
			text += " "
		}
		return l.keep(key, func() string { return clean.Text(text + string(unit)) }, len(text)+len(unit))
	}
}

// keep takes in one label but for the object's size, whose value has n bytes.
// Over the bound nothing is made of it: many samples may share a long text.
func (l *labels) keep(key []byte, value func() string, n int) error {
	if err := l.count(); err != nil {
		return err
	}
	if l.text += len(key) + n; l.text > maxLabelText {
		return tooMuch(fmt.Sprintf("its labels add up to more than %s", size(maxLabelText)))
	}
	l.set = append(l.set, snapshot.Label{Key: clean.Text(string(key)), Value: value()})
	return nil
}

// count counts one more label.
func (l *labels) count() error {
	cost := costLabel
	if !l.any {
		l.any = true
		cost += costLabelled
	}
	return l.spend(cost)
}

// sized counts the size of the sample at hand where it is another one. Real
// profiles have some hundred sizes; where two share a place they are counted
// more than once.
func (l *labels) sized() error {
	const golden = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio, which spreads neighbours
	at := &l.met[uint64(l.size)*golden>>56]
	if *at == l.size {
		return nil
	}
	*at = l.size
	return l.spend(costSize)
}

func (l *labels) spend(cost int) error {
	if l.cost += cost; l.cost > maxCost {
		return errLabels
	}
	return nil
}

var errLabels = tooMuch("its samples with their labels would take more than " + size(maxCost) + " of memory")

// sizeOf is the size of an object in bytes, 0 for one that tells nothing.
func sizeOf(n int64, unit string) int64 {
	if n <= 0 {
		return 0
	}
	if per, ok := bytesPer(unit); ok {
		return scale(n, per)
	}
	return n
}

// intern ends the sample at hand.
func (l *labels) intern(table *snapshot.Table) snapshot.LabelsID {
	id := table.InternLabels(l.set)
	l.set, l.size, l.read, l.any = l.set[:0], 0, false, false
	return id
}
