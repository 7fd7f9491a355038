package main

import (
	"math"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

func heapTypes() []*profile.ValueType {
	return []*profile.ValueType{
		{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"},
		{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"},
	}
}

func oddTypes() []*profile.ValueType {
	return []*profile.ValueType{{Type: "moons", Unit: "furlongs"}, {Type: "moons", Unit: "furlongs"}, {Type: "", Unit: ""}}
}

// sampled is a profile with one sample in each of some functions.
func sampled(types []*profile.ValueType, functions ...string) *profile.Profile {
	p := &profile.Profile{SampleType: types, TimeNanos: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano()}
	if len(types) > 0 {
		p.PeriodType, p.Period = &profile.ValueType{Type: "space", Unit: "bytes"}, 512<<10
	}
	for i, name := range functions {
		id := uint64(i + 1)
		f := &profile.Function{ID: id, Name: name, SystemName: name, Filename: name + ".go"}
		l := &profile.Location{ID: id, Line: []profile.Line{{Function: f, Line: 10}}}
		values := make([]int64, len(types))
		for j := range values {
			values[j] = 1 << 20
		}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		p.Sample = append(p.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: values})
	}
	return p
}

// huge is a profile whose sum is more than fits.
func huge(functions ...string) *profile.Profile {
	p := sampled(heapTypes(), functions...)
	for _, s := range p.Sample {
		for i := range s.Value {
			s.Value[i] = 1 << 62
		}
	}
	return p
}

// poisoned is a profile all of whose strings are hostile.
func poisoned() *profile.Profile {
	all := strings.Join(hostile(), "")
	p := sampled(append(heapTypes(), &profile.ValueType{Type: all, Unit: all}), hostile()...)
	p.Comments = hostile()
	p.DropFrames, p.KeepFrames = all, all
	p.Mapping = []*profile.Mapping{{ID: 1, Start: 1, Limit: math.MaxInt64, File: all, BuildID: all}}
	for i, s := range p.Sample {
		s.Location[0].Mapping = p.Mapping[0]
		s.Label = map[string][]string{all: {hostile()[i]}}
		s.NumLabel = map[string][]int64{all + "n": {1}}
		s.NumUnit = map[string][]string{all + "n": {all}}
	}
	return p
}

// withoutStack is a profile with a sample that nobody can say anything about.
func withoutStack() *profile.Profile {
	p := sampled(heapTypes(), "orders.Create")
	p.Sample[0].Location = nil
	p.Location, p.Function = nil, nil
	return p
}
