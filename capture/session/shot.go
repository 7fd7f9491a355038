package session

import (
	"fmt"
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// chained are the kinds of profiles of a snapshot that are packed one against the other.
func chained() [3]snapshot.Kind {
	return [3]snapshot.Kind{snapshot.Heap, snapshot.Goroutine, snapshot.GoroutineLeak}
}

// rawKinds are the parts of a snapshot that are kept as fetched.
func rawKinds() [4]snapshot.Kind {
	return [4]snapshot.Kind{snapshot.Heap, snapshot.Goroutine, snapshot.GoroutineLeak, snapshot.GoroutineDump}
}

// packers pack the profiles of a run.
type packers [3]packer

// shot writes what there is of a snapshot besides raw profiles and dump, for the
// record of a number. What its ids name is in the table up to an extent.
func (p *payload) shot(s *snapshot.Snapshot, end snapshot.Extent, packers *packers, record uint32) {
	p.uint(uint64(end.Frames))
	p.uint(uint64(end.Stacks))
	p.uint(uint64(end.Labels))
	p.int(int64(s.Seq))
	p.time(s.Time)
	p.int(int64(s.Run))
	p.bool(s.Advanced)
	p.bool(s.ForcedGC)
	missing := s.Missing
	kinds := chained()
	kept := make([]*snapshot.Profile, len(kinds))
	for i, kind := range kinds {
		profile := s.Profile(kind)
		if profile == nil {
			continue
		}
		if why := excess(profile); why != "" {
			missing = append(slices.Clone(missing), fmt.Sprintf("%s profile: it %s", kind, why))
			continue
		}
		kept[i] = profile
	}
	p.strings(missing)
	p.vitals(&s.Vitals)
	for i, profile := range kept {
		p.bool(profile != nil)
		if profile != nil {
			packers[i].append(p, profile, record)
		}
	}
	p.connections(s.Connections)
}

// connections writes how many connections there are, by peer: behind all else, since
// files of earlier versions end there. Most snapshots have none.
func (p *payload) connections(all []snapshot.Connections) {
	if len(all) == 0 {
		return
	}
	p.uint(uint64(len(all)))
	for _, c := range all {
		p.string(c.Peer)
		p.uint(uint64(c.Port))
		p.int(c.Count)
	}
}

// connections reads it.
func (p *parser) connections() []snapshot.Connections {
	if len(p.b) == 0 {
		return nil
	}
	n := p.count()
	if n > snapshot.MaxConnections {
		p.fail()
	}
	var out []snapshot.Connections
	for ; n > 0 && !p.bad; n-- {
		out = append(out, snapshot.Connections{Peer: p.string(), Port: uint16(min(p.uint(), math.MaxUint16)), Count: max(p.int(), 0)})
	}
	return out
}

// unpackers unpack the profiles of a run.
type unpackers [3]unpacker

// shot reads a snapshot; nil where the payload is none. A profile that cannot be
// read because one before it is lost is missing, and Missing says so.
func (p *parser) shot(stacks *stacks, unpackers *unpackers, record uint32) (*snapshot.Snapshot, error) {
	end := snapshot.Extent{Frames: snapshot.FrameID(p.uint()), Stacks: snapshot.StackID(p.uint()), Labels: snapshot.LabelsID(p.uint())}
	s := &snapshot.Snapshot{
		Seq: int(p.int()), Time: p.time(), Run: int(p.int()), Advanced: p.bool(), ForcedGC: p.bool(),
		Missing: p.strings(), Vitals: p.vitals(),
	}
	if p.bad {
		return nil, errBadRecord
	}
	if err := stacks.reach(end); err != nil {
		return nil, err
	}
	for i, kind := range chained() {
		if !p.bool() {
			continue
		}
		profile, err := unpackers[i].read(p, record)
		if err != nil {
			s.Missing = append(s.Missing, fmt.Sprintf("%s profile: it cannot be read from the file: %v", kind, err))
			continue
		}
		*part(s, kind) = stacks.profile(profile)
	}
	s.Connections = p.connections()
	if !p.whole() {
		return nil, errBadRecord
	}
	return s, nil
}

// part is where a snapshot has its profile of a kind.
func part(s *snapshot.Snapshot, kind snapshot.Kind) **snapshot.Profile {
	switch kind {
	case snapshot.Goroutine:
		return &s.Goroutines
	case snapshot.GoroutineLeak:
		return &s.Leaked
	}
	return &s.Heap
}
