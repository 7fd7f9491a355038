package decode

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
)

// convert turns an indexed profile into a snapshot's. cost is what the survey
// says that it takes, but for labels.
func convert(p *proto, table *snapshot.Table, cost int) (*snapshot.Profile, error) {
	switch n := len(p.types); {
	case n == 0:
		return nil, bound("it is a profile without sample types, so its numbers have no meaning", howToFetch)
	case n > maxTypes:
		return nil, bound(fmt.Sprintf("it has %d sample types, more than %d", n, maxTypes), howToFetch)
	}
	places, err := resolve(p, table)
	if err != nil {
		return nil, err
	}
	types, factors := p.sampleTypes()
	s := samples{proto: p, places: places, table: table, factors: factors, labels: labels{cost: cost}, out: snapshot.NewBuilder(snapshot.Profile{
		Kind:        kindOf(types),
		Time:        timeOf(int64(p.head[fieldTime])),
		Duration:    time.Duration(max(0, int64(p.head[fieldDuration]))),
		Types:       types,
		DefaultType: p.defaultType(),
		Period:      p.samplingRate(),
		BuildID:     p.buildID(),
		Mappings:    p.fingerprint(),
	})}
	s.out.Grow(p.samples)
	if err := s.read(); err != nil {
		return nil, err
	}
	return s.out.Profile(), nil
}

// sampleTypes returns the columns with units of bytes unified, and what each
// column's values must be multiplied by for that.
func (p *proto) sampleTypes() (types []snapshot.SampleType, factors []int64) {
	for _, t := range p.types {
		unit, factor := p.line(t.unit), int64(1)
		if per, ok := bytesPer(string(p.raw(t.unit))); ok {
			unit, factor = "bytes", per
		}
		types = append(types, snapshot.SampleType{Name: p.line(t.name), Unit: unit})
		factors = append(factors, factor)
	}
	return types, factors
}

// kindOf tells what a profile is about by its columns, whatever the language.
func kindOf(types []snapshot.SampleType) snapshot.Kind {
	for _, t := range types {
		switch t.Name {
		case "inuse_space", "alloc_space", "space":
			if t.Unit == "bytes" {
				return snapshot.Heap
			}
		case "goroutine", "goroutineleak":
			if t.Unit == "count" {
				return snapshot.Goroutine
			}
		}
	}
	return snapshot.Other
}

func timeOf(nanos int64) time.Time {
	if nanos <= 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

// defaultType is the column that the profile names as its default, or -1.
func (p *proto) defaultType() int {
	want := string(p.raw(p.head[fieldDefaultSampleType]))
	for i, t := range p.types {
		if want != "" && string(p.raw(t.name)) == want {
			return i
		}
	}
	return -1
}

// samplingRate is the period in bytes, 0 for a profile that is not sampled by bytes.
func (p *proto) samplingRate() int64 {
	period := int64(p.head[fieldPeriod])
	if string(p.raw(p.period.name)) != "space" || period <= 0 {
		return 0
	}
	per, ok := bytesPer(string(p.raw(p.period.unit)))
	if !ok {
		return 0
	}
	return scale(period, per)
}
