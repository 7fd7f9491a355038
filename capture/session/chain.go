package session

import (
	"errors"
	"time"

	"leaktop/capture/snapshot"
)

// What one profile holds at most in a file. Larger ones are left out; none was
// ever seen.
const (
	maxRecords = 1 << 20
	maxValues  = 8 << 20
)

// packer packs the profiles of one kind, as a run takes them.
type packer struct {
	last uint32 // the record that holds the profile before, 0 for none
}

// append writes a profile that goes into a record. The number of the record
// with the one that it builds on comes first, 0 for none.
func (c *packer) append(p *payload, profile *snapshot.Profile, record uint32) {
	p.uint(0)
	c.last = record
	p.profile(profile)
}

// unpacker reads them again.
type unpacker struct {
	last uint32 // the record that holds the newest profile, 0 for none that can be built on
}

// errChain says that a profile cannot be read because an earlier one is lost.
var errChain = errors.New("a snapshot before it is damaged, and it tells only what changed since")

func (c *unpacker) read(p *parser, record uint32) (*snapshot.Profile, error) {
	if p.uint() != 0 {
		p.fail()
	}
	profile := p.profile()
	c.last = record
	if p.bad {
		return nil, errors.New("it is damaged")
	}
	return profile, nil
}

func (p *payload) profile(o *snapshot.Profile) {
	p.string(string(o.Kind))
	p.time(o.Time)
	p.int(int64(o.Duration))
	p.uint(uint64(len(o.Types)))
	for _, t := range o.Types {
		p.string(t.Name)
		p.string(t.Unit)
	}
	p.int(int64(o.DefaultType))
	p.int(o.Period)
	p.string(o.BuildID)
	p.string(o.Mappings)
	p.uint(uint64(len(o.Keys)))
	for _, k := range o.Keys {
		p.uint(uint64(k.Stack))
		p.uint(uint64(k.Labels))
		p.int(k.Size)
	}
	for _, v := range o.Values {
		p.int(v)
	}
}

func (p *parser) profile() *snapshot.Profile {
	o := &snapshot.Profile{Kind: snapshot.Kind(p.string()), Time: p.time(), Duration: time.Duration(p.int())}
	for n := p.count(); n > 0 && !p.bad; n-- {
		o.Types = append(o.Types, snapshot.SampleType{Name: p.string(), Unit: p.string()})
	}
	o.DefaultType, o.Period = int(p.int()), p.int()
	o.BuildID, o.Mappings = p.string(), p.string()
	n := p.count()
	if n > maxRecords || n*len(o.Types) > maxValues {
		p.fail()
	}
	for ; n > 0 && !p.bad; n-- {
		o.Keys = append(o.Keys, snapshot.Key{Stack: snapshot.StackID(p.uint()), Labels: snapshot.LabelsID(p.uint()), Size: p.int()})
	}
	for n := len(o.Keys) * len(o.Types); n > 0 && !p.bad; n-- {
		o.Values = append(o.Values, p.int())
	}
	return o
}
