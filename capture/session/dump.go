package session

import (
	"maps"
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// maxGoroutines bounds what is read of a dump.
const maxGoroutines = 1 << 20

// dump writes a full goroutine dump. Its goroutines are in order of their ids.
func (p *payload) dump(seq int, d *snapshot.Dump) {
	p.int(int64(seq))
	p.time(d.Time)
	p.bool(d.Cut)
	p.int(int64(d.Elided))
	p.int(int64(d.Unavailable))
	statuses := make(map[string]uint64)
	var last snapshot.DumpedGoroutine
	p.uint(uint64(len(d.Goroutines)))
	for _, g := range d.Goroutines {
		n := statuses[g.Status]
		p.uint(n)
		if n == 0 {
			statuses[g.Status] = uint64(len(statuses) + 1)
			p.string(g.Status)
		}
		p.int(g.ID - last.ID)
		p.int(g.CreatorID - last.CreatorID)
		p.int(int64(g.Stack) - int64(last.Stack))
		p.int(int64(g.Origin) - int64(last.Origin))
		p.uint(uint64(g.Labels))
		p.uint(uint64(g.Creator))
		p.int(int64(g.Minutes))
		p.bool(g.Leaked)
		p.bool(g.Locked)
		last = g
	}
	p.locks(d)
}

// locks writes what goroutines of a dump wait for: behind all else, since files
// of earlier versions end there. Most wait for no lock.
func (p *payload) locks(d *snapshot.Dump) {
	last := 0
	for i := range d.Goroutines {
		if lock := d.Goroutines[i].Lock; lock != 0 {
			p.uint(uint64(i - last))
			p.uint(lock)
			last = i
		}
	}
}

// locks reads it.
func (p *parser) locks(d *snapshot.Dump) {
	i := uint64(0)
	for len(p.b) > 0 {
		if i += p.uint(); i >= uint64(len(d.Goroutines)) {
			p.fail()
			return
		}
		d.Goroutines[i].Lock = p.uint()
	}
}

// dump reads a full goroutine dump and the number of its snapshot; nil where it is none.
func (p *parser) dump(stacks *stacks) (seq int, d *snapshot.Dump) {
	seq = int(p.int())
	d = &snapshot.Dump{Time: p.time(), Cut: p.bool(), Elided: int(p.int()), Unavailable: int(p.int())}
	statuses := []string{""}
	n := p.count()
	if n > maxGoroutines {
		return 0, nil
	}
	var last snapshot.DumpedGoroutine
	for ; n > 0 && !p.bad; n-- {
		status := p.uint()
		if status == 0 {
			statuses = append(statuses, p.string())
			status = uint64(len(statuses) - 1)
		}
		if status >= uint64(len(statuses)) {
			return 0, nil
		}
		g := snapshot.DumpedGoroutine{
			Status: statuses[status], ID: last.ID + p.int(), CreatorID: last.CreatorID + p.int(),
			Stack: snapshot.StackID(int64(last.Stack) + p.int()), Origin: snapshot.StackID(int64(last.Origin) + p.int()),
			Labels: snapshot.LabelsID(p.uint()), Creator: snapshot.FrameID(p.uint()),
			Minutes: int32(min(max(p.int(), 0), math.MaxInt32)), Leaked: p.bool(), Locked: p.bool(),
		}
		if g.ID < last.ID {
			return 0, nil // they are in order
		}
		last = g
		g.Stack, g.Origin = stacks.stack(g.Stack), stacks.stack(g.Origin)
		g.Labels, g.Creator = stacks.labelsOf(g.Labels), stacks.frame(g.Creator)
		d.Goroutines = append(d.Goroutines, g)
	}
	p.locks(d)
	if !p.whole() {
		return 0, nil
	}
	return seq, d
}

// Flags of an argument.
const (
	flagFirst = 1 << iota
	flagSure
)

// arguments writes those of the goroutines of a dump: a record of its own, which
// earlier versions pass over.
func (p *payload) arguments(seq int, d *snapshot.Dump) {
	p.int(int64(seq))
	p.uint(uint64(len(d.Arguments)))
	for _, stack := range slices.Sorted(maps.Keys(d.Arguments)) {
		sets := d.Arguments[stack]
		p.uint(uint64(stack))
		p.uint(uint64(len(sets)))
		for _, set := range sets {
			p.uint(set.Lock)
			p.int(set.Count)
			p.int(int64(set.Most))
			p.uint(uint64(len(set.Objects)))
			for _, o := range set.Objects {
				flags := uint64(0)
				if o.First {
					flags |= flagFirst
				}
				if o.Sure {
					flags |= flagSure
				}
				p.uint(uint64(o.Frame))
				p.uint(o.Address)
				p.uint(flags)
			}
		}
	}
}

// arguments reads them, and the number of their snapshot; nil where they are none.
func (p *parser) arguments(stacks *stacks) (seq int, all map[snapshot.StackID][]snapshot.Arguments) {
	seq = int(p.int())
	all = make(map[snapshot.StackID][]snapshot.Arguments)
	kept := 0
	for n := p.count(); n > 0 && !p.bad; n-- {
		stack := stacks.stack(snapshot.StackID(p.uint()))
		sets := p.count()
		if kept += sets; kept > snapshot.MaxArgumentSets {
			p.fail()
		}
		for ; sets > 0 && !p.bad; sets-- {
			all[stack] = append(all[stack], p.argumentSet(stacks))
		}
	}
	if !p.whole() {
		return 0, nil
	}
	return seq, all
}

// argumentSet reads one of them.
func (p *parser) argumentSet(stacks *stacks) snapshot.Arguments {
	set := snapshot.Arguments{Lock: p.uint(), Count: max(p.int(), 0), Most: int32(min(max(p.int(), 0), math.MaxInt32))}
	n := p.count()
	if n > snapshot.MaxObjects {
		p.fail()
	}
	for ; n > 0 && !p.bad; n-- {
		o := snapshot.Argument{Frame: stacks.frame(snapshot.FrameID(p.uint())), Address: p.uint()}
		flags := p.uint()
		o.First, o.Sure = flags&flagFirst != 0, flags&flagSure != 0
		set.Objects = append(set.Objects, o)
	}
	return set
}
