package session

import (
	"errors"
	"slices"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// What one profile holds at most in a file. Larger ones are left out: the
// largest at hand has 136,000 records.
const (
	maxRecords = 1 << 19
	maxValues  = 2 << 20
)

// maxChain is how many profiles are built on one that is whole, so that a
// damaged one costs no more of those after it.
const maxChain = 64

// packer packs the profiles of one kind, as a run takes them.
type packer struct {
	snapshot.Packer
	last  uint32 // the record that holds the profile before, 0 for none
	built int    // how many are built on the last one that is whole
	frame []byte
}

// append writes a profile that goes into a record: first the number of the
// record with the one that it builds on, 0 for none.
func (c *packer) append(p *payload, profile *snapshot.Profile, record uint32) {
	if c.built++; c.built > maxChain {
		c.frame = c.AppendKey(c.frame[:0], profile)
	} else {
		c.frame = c.Append(c.frame[:0], profile)
	}
	if snapshot.IsKeyFrame(c.frame) {
		c.last, c.built = 0, 0
	}
	p.uint(uint64(c.last))
	p.bytes(c.frame)
	p.form(profile)
	p.told(profile.Told)
	if profile.Told != nil {
		p.bool(profile.Deadlock)
	}
	c.last = record
}

// unpacker reads them again.
type unpacker struct {
	snapshot.Unpacker
	last uint32 // the record that holds the newest profile, 0 for none that can be built on
}

var (
	// errChain says that a profile cannot be read because one before it is lost.
	errChain = errors.New("an earlier snapshot is damaged, and this one holds only what changed since")
	// errFrame says that it is damaged itself, though its record is whole.
	errFrame = errors.New("it is damaged")
)

// read reads a profile of a record. After an error others may follow all the same.
func (c *unpacker) read(p *parser, record uint32) (*snapshot.Profile, error) {
	on, frame := p.uint(), p.bytes()
	form, has := p.form()
	told := p.told(has)
	deadlock := has.waits && p.bool()
	if p.bad || on != uint64(c.last) && !snapshot.IsKeyFrame(frame) {
		c.last = 0
		return nil, errChain
	}
	c.MaxRecords, c.MaxValues = maxRecords, maxValues
	err := c.Next(frame)
	profile := c.Profile()
	if err != nil || len(profile.Types) == 0 {
		c.last = 0
		return nil, errFrame
	}
	c.last = record
	profile.Form, profile.Told, profile.Deadlock = form, told, deadlock
	return cleaned(profile), nil
}

// cleaned makes the strings of a profile safe to print.
func cleaned(p *snapshot.Profile) *snapshot.Profile {
	p.Kind, p.BuildID, p.Mappings = snapshot.Kind(clean.Text(string(p.Kind))), clean.Text(p.BuildID), clean.Text(p.Mappings)
	p.Types = slices.Clone(p.Types) // the next profile of the chain shares them
	for i, t := range p.Types {
		p.Types[i] = snapshot.SampleType{Name: clean.Text(t.Name), Unit: clean.Text(t.Unit)}
	}
	return p
}
