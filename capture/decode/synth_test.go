package decode

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/pprof/profile"
)

// encode gives a profile as it comes from a target.
func encode(t testing.TB, p *profile.Profile) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// maker makes profiles by hand, giving out ids.
type maker struct {
	p         *profile.Profile
	functions map[string]*profile.Function
}

// newMaker starts a profile with columns named "type/unit".
func newMaker(columns ...[2]string) *maker {
	m := &maker{p: &profile.Profile{PeriodType: &profile.ValueType{}}, functions: make(map[string]*profile.Function)}
	for _, c := range columns {
		m.p.SampleType = append(m.p.SampleType, &profile.ValueType{Type: c[0], Unit: c[1]})
	}
	return m
}

// location adds a location of these functions, the innermost inlined first;
// of function i the line is 10+i and the func keyword stands in line 5.
func (m *maker) location(names ...string) *profile.Location {
	l := &profile.Location{ID: uint64(len(m.p.Location) + 1), Address: 0x1000 + uint64(len(m.p.Location))}
	for i, name := range names {
		f := m.functions[name]
		if f == nil {
			f = &profile.Function{ID: uint64(len(m.p.Function) + 1), Name: name, Filename: "/src/x.go", StartLine: 5}
			m.functions[name] = f
			m.p.Function = append(m.p.Function, f)
		}
		l.Line = append(l.Line, profile.Line{Function: f, Line: int64(10 + i)})
	}
	m.p.Location = append(m.p.Location, l)
	return l
}

// sample adds a sample, leaf first.
func (m *maker) sample(values []int64, locations ...*profile.Location) *profile.Sample {
	s := &profile.Sample{Value: values, Location: locations}
	m.p.Sample = append(m.p.Sample, s)
	return s
}

var heapColumns = [][2]string{{"alloc_objects", "count"}, {"alloc_space", "bytes"}, {"inuse_objects", "count"}, {"inuse_space", "bytes"}}

// manyStacks makes a heap profile of n stacks of 20 frames as a Go program of
// that size has it: many leaves under few roots, with size labels.
func manyStacks(t testing.TB, n int) []byte {
	m := newMaker(heapColumns...)
	m.p.PeriodType, m.p.Period = &profile.ValueType{Type: "space", Unit: "bytes"}, 512<<10
	locations := make([]*profile.Location, 2000)
	for i := range locations {
		locations[i] = m.location(fmt.Sprintf("example.com/service/package%d.(*Type).Method%d", i%40, i))
	}
	for i := range n {
		stack := make([]*profile.Location, 20)
		for depth, x := 0, i; depth < len(stack); depth++ {
			stack[len(stack)-1-depth] = locations[(depth*100+x%(depth+1))%len(locations)]
			x /= depth + 1
		}
		stack[0] = locations[i%len(locations)]
		stack[1] = locations[i/len(locations)]
		v := int64(i + 1)
		m.sample([]int64{2 * v, 2048 * v, v, 1024 * v}, stack...).NumLabel = map[string][]int64{"bytes": {1024}}
	}
	return encode(t, m.p)
}
