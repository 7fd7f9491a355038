package snapshot

import (
	"math/bits"
	"slices"
)

// follower reads what a few stacks hold out of the frames of a chain, and skips
// all other values: that costs a few hundred times less than to unpack them.
// The frames must be a Packer's.
type follower struct {
	stacks []StackID // in order
	name   string    // of the column

	head    Profile
	lanes   []lane
	width   int
	column  int // -1 where the profile has none of this name
	records int
	rows    []followed // in order of their keys
	rates   rates
	gone    []int
	come    []insert
}

// followed is a record of one of the stacks.
type followed struct {
	at     int // its position
	key    Key
	values []int64
}

// next reads a frame; the first must be a key frame.
func (f *follower) next(frame []byte) {
	r := frameReader{b: frame}
	tag := r.byte()
	whole := tag&tagKey != 0
	if whole {
		f.head = r.readHead()
		f.column = f.head.Column(f.name)
		f.lanes = lanesOf(f.head.Types)
		f.width = laneBits(f.lanes)
		f.rates.reset(f.head.Period)
		f.records, f.rows = 0, f.rows[:0]
	}
	r.readTimes(tag, &f.head)
	f.gone = r.readDeletes(f.gone[:0], f.records)
	if whole {
		f.find(&r)
	} else {
		f.come = r.readInserts(f.come[:0], f.records-len(f.gone), DefaultMaxRecords, false)
		f.move()
	}
	f.readValues(&r)
}

// find finds the stacks' records among all of a key frame.
func (f *follower) find(r *frameReader) {
	in, stacks := r.inserts(0, true), f.stacks
	for ; r.nextInsert(&in); f.records++ {
		for len(stacks) > 0 && stacks[0] < in.key.Stack {
			stacks = stacks[1:]
		}
		if len(stacks) > 0 && stacks[0] == in.key.Stack {
			f.follow(f.records, in.key)
		}
	}
}

func (f *follower) follow(at int, k Key) {
	f.rows = append(f.rows, followed{at: at, key: k, values: make([]int64, len(f.head.Types))})
}

// move follows the stacks' records to their new positions.
func (f *follower) move() {
	if len(f.gone) == 0 && len(f.come) == 0 {
		return
	}
	f.records += len(f.come) - len(f.gone)
	kept := f.rows[:0]
	for _, row := range f.rows {
		before, went := slices.BinarySearch(f.gone, row.at)
		if went {
			continue
		}
		row.at -= before
		// Of the records that come in at one place all stand in front of the one there.
		in, _ := slices.BinarySearchFunc(f.come, row.at+1, func(c insert, at int) int { return c.kept - at })
		row.at += in
		kept = append(kept, row)
	}
	f.rows = kept
	known := len(f.rows)
	for i, c := range f.come {
		if _, ours := slices.BinarySearch(f.stacks, c.key.Stack); ours {
			f.follow(c.kept+i, c.key)
		}
	}
	if known < len(f.rows) {
		slices.SortFunc(f.rows, func(a, b followed) int { return a.at - b.at })
	}
}

func (f *follower) readValues(r *frameReader) {
	rows := f.rows
	for from := 0; len(rows) > 0; from += blockRecords {
		block := r.block()
		to := from + blockRecords
		for at := from; len(rows) > 0 && rows[0].at < to && block.more(); at++ {
			gap, changed, raw := block.record(f.lanes)
			at += int(gap)
			for len(rows) > 0 && rows[0].at < at {
				rows = rows[1:]
			}
			if len(rows) > 0 && rows[0].at == at {
				block.apply(f.lanes, &f.rates, rows[0].key.Size, changed, raw, rows[0].values)
				rows = rows[1:]
				continue
			}
			block.skip(numbers(f.lanes, f.width, changed, raw))
		}
		for len(rows) > 0 && rows[0].at < to {
			rows = rows[1:]
		}
	}
}

// sum is what the stacks hold together, 0 for a column that is not there.
func (f *follower) sum() int64 {
	var sum int64
	for _, row := range f.rows {
		if f.column >= 0 {
			sum = AddSaturating(sum, row.values[f.column])
		}
	}
	return sum
}

// numbers is how many numbers follow in a record.
func numbers(lanes []lane, width int, changed uint64, raw bool) int {
	n := len(lanes)
	if width > 0 {
		n = bits.OnesCount64(changed)
	}
	if raw {
		for i, l := range lanes {
			if l.objects >= 0 && (width == 0 || changed>>i&1 == 1) {
				n++
			}
		}
	}
	return n
}
