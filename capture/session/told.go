package session

import (
	"maps"
	"slices"

	"leaktop/capture/snapshot"
)

// told writes what a full dump says of the goroutines of a profile, in the order of
// their stacks; of most profiles nothing.
func (p *payload) told(told map[snapshot.StackID]snapshot.Told) {
	p.uint(uint64(len(told)))
	for _, stack := range slices.Sorted(maps.Keys(told)) {
		t := told[stack]
		p.uint(uint64(stack))
		p.int(int64(t.Least))
		p.int(int64(t.Most))
		p.uint(uint64(len(t.Creators)))
		for _, c := range t.Creators {
			p.uint(uint64(c.Creator))
			p.int(c.Count)
		}
		p.int(t.Long)
		p.uint(uint64(len(t.Locks)))
		for _, l := range t.Locks {
			p.uint(l.Address)
			p.int(l.Count)
			p.int(int64(l.Most))
		}
		p.int(t.Locked)
	}
}

// withWaits is added to the form of a profile of which a full dump tells for how
// long goroutines wait and for which locks, as files of earlier versions have it
// not.
const withWaits = 1 << 8

// withThreads is added besides where it tells how long each lock was waited for,
// and who is locked to a thread, as files of earlier versions have it not.
const withThreads = 1 << 9

// tells is what a file has of a full dump, by its version.
type tells struct{ waits, threads bool }

// form writes the form of a profile.
func (p *payload) form(profile *snapshot.Profile) {
	form := uint64(profile.Form)
	if profile.Told != nil {
		form |= withWaits | withThreads
	}
	p.uint(form)
}

// form reads it, and what there is of what a dump says.
func (p *parser) form() (snapshot.Form, tells) {
	n := p.uint()
	return snapshot.Form(n), tells{waits: n&withWaits != 0, threads: n&withThreads != 0}
}

// maxTold bounds the stacks of which a dump tells more, and their creators: a
// dump of a million goroutines has some thousand of either.
const maxTold = 1 << 19

// told reads it with the ids of the file, nil where there is nothing.
func (p *parser) told(has tells) map[snapshot.StackID]snapshot.Told {
	n := p.count()
	if n == 0 {
		return nil
	}
	if n > maxTold {
		p.fail()
	}
	out := make(map[snapshot.StackID]snapshot.Told)
	all := 0
	for ; n > 0 && !p.bad; n-- {
		stack := snapshot.StackID(p.uint())
		t := snapshot.Told{Least: int32(p.int()), Most: int32(p.int())}
		creators := p.count()
		if all += creators; all > maxTold {
			p.fail()
		}
		for ; creators > 0 && !p.bad; creators-- {
			t.Creators = append(t.Creators, snapshot.CreatorCount{Creator: snapshot.FrameID(p.uint()), Count: p.int()})
		}
		if has.waits {
			t.Long = max(p.int(), 0)
			locks := p.count()
			if locks > snapshot.MaxLocks {
				p.fail()
			}
			for ; locks > 0 && !p.bad; locks-- {
				l := snapshot.LockCount{Address: p.uint(), Count: p.int()}
				if has.threads {
					l.Most = int32(p.int())
				}
				t.Locks = append(t.Locks, l)
			}
			if has.threads {
				t.Locked = max(p.int(), 0)
			}
		}
		out[stack] = t
	}
	return out
}
