package decode

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// convert turns a parsed profile into a snapshot's. It may change p.
func convert(p *profile.Profile, name string, table *snapshot.Table) (*snapshot.Profile, error) {
	types, factors := sampleTypes(p.SampleType)
	frames, err := newFrames(p, table)
	if err != nil {
		return nil, refuse(name, err.Error(), "take a smaller profile, or one from another profiler")
	}
	b := snapshot.NewBuilder(snapshot.Profile{
		Kind:        kindOf(types),
		Time:        timeOf(p.TimeNanos),
		Duration:    time.Duration(max(0, p.DurationNanos)),
		Types:       types,
		DefaultType: defaultType(p),
		Period:      periodOf(p),
		BuildID:     buildID(p),
		Mappings:    fingerprint(p),
	})
	labels := labelReader{table: table}
	vector := make([]int64, len(types))
	slices.SortFunc(p.Sample, byRoot)
	for _, s := range p.Sample {
		key := snapshot.Key{Size: objectSize(s)}
		if key.Stack, err = frames.stack(s); err == nil {
			key.Labels, err = labels.read(s)
		}
		if err != nil {
			return nil, refuse(name, err.Error(), "take a smaller profile, or one from another profiler")
		}
		for i, v := range s.Value {
			vector[i] = scale(v, factors[i])
		}
		b.Add(key, vector)
	}
	return b.Profile(), nil
}

// sampleTypes returns the columns with units of bytes unified, and what each
// column's values must be multiplied by for that.
func sampleTypes(from []*profile.ValueType) (types []snapshot.SampleType, factors []int64) {
	for _, t := range from {
		unit, factor := clean.Line(t.Unit, maxName), int64(1)
		if per, ok := bytesPer(t.Unit); ok {
			unit, factor = "bytes", per
		}
		types = append(types, snapshot.SampleType{Name: clean.Line(t.Type, maxName), Unit: unit})
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
func defaultType(p *profile.Profile) int {
	for i, t := range p.SampleType {
		if p.DefaultSampleType != "" && t.Type == p.DefaultSampleType {
			return i
		}
	}
	return -1
}

// periodOf is the sampling rate in bytes, 0 for a profile that is not sampled by bytes.
func periodOf(p *profile.Profile) int64 {
	if p.PeriodType == nil || p.PeriodType.Type != "space" || p.Period <= 0 {
		return 0
	}
	per, ok := bytesPer(p.PeriodType.Unit)
	if !ok {
		return 0
	}
	return scale(p.Period, per)
}

// sizeLabel is the numeric label under which heap profiles give the size of one object.
const sizeLabel = "bytes"

func objectSize(s *profile.Sample) int64 {
	values := s.NumLabel[sizeLabel]
	if len(values) == 0 || values[0] <= 0 {
		return 0
	}
	if units := s.NumUnit[sizeLabel]; len(units) > 0 {
		if per, ok := bytesPer(units[0]); ok {
			return scale(values[0], per)
		}
	}
	return values[0]
}

// labelReader interns the labels of samples, all but the object's size.
type labelReader struct {
	table *snapshot.Table
	set   []snapshot.Label // reused
	text  int              // bytes so far
}

func (r *labelReader) read(s *profile.Sample) (snapshot.LabelsID, error) {
	r.set = r.set[:0]
	for key, values := range s.Label {
		for _, v := range values {
			r.add(key, v)
		}
	}
	for key, values := range s.NumLabel {
		if key == sizeLabel {
			continue
		}
		units := s.NumUnit[key]
		for i, v := range values {
			text := fmt.Sprint(v)
			if i < len(units) && units[i] != "" {
				text += " " + units[i]
			}
			r.add(key, text)
		}
	}
	if r.text > maxLabelText {
		return 0, fmt.Errorf("its labels have more than %s of text", size(maxLabelText))
	}
	return r.table.InternLabels(r.set), nil
}

// add takes in one label. Over the bound it only counts: one sample may repeat
// a long text many times.
func (r *labelReader) add(key, value string) {
	if r.text += len(key) + len(value); r.text <= maxLabelText {
		r.set = append(r.set, snapshot.Label{Key: clean.Text(key), Value: clean.Text(value)})
	}
}
