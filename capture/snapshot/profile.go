package snapshot

import (
	"slices"
	"sort"
	"time"
)

// Kind says what a profile is about.
type Kind string

const (
	// Heap is a heap or allocs profile, of any language.
	Heap Kind = "heap"
	// Goroutine is a goroutine profile at debug=0.
	Goroutine Kind = "goroutine"
	// GoroutineLeak is the part of a snapshot that holds the goroutineleak
	// profile. What it is about, like [Profile.Kind], is Goroutine.
	GoroutineLeak Kind = "goroutineleak"
	// GoroutineDump is the part that holds the text of a full dump.
	GoroutineDump Kind = "goroutine dump"
	// Other is any other profile; its columns are compared all the same.
	Other Kind = "other"
)

// Noun is what a part of the kind is called: "heap profile", "goroutine dump".
func (k Kind) Noun() string {
	if k == GoroutineDump {
		return string(k)
	}
	return string(k) + " profile"
}

// SampleType is one column of a profile: what is counted, and in which unit.
type SampleType struct {
	Name string // "inuse_space", "goroutine", …
	Unit string // "bytes", "count", "nanoseconds", …; byte units are unified to "bytes"
}

// Key names one record of a profile.
type Key struct {
	Stack  StackID
	Labels LabelsID
	Size   int64 // bytes per object (the heap profile's numeric label "bytes"), 0 unknown
}

// Compare orders keys by stack, labels and size.
func (k Key) Compare(o Key) int {
	switch {
	case k.Stack != o.Stack:
		return order(k.Stack < o.Stack)
	case k.Labels != o.Labels:
		return order(k.Labels < o.Labels)
	case k.Size != o.Size:
		return order(k.Size < o.Size)
	}
	return 0
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

// Profile is one decoded profile: records in the order of [Key.Compare], each
// key once, and for each a vector of one value per sample type. It is not
// changed once it is built, so it may be shared.
type Profile struct {
	Kind     Kind
	Time     time.Time     // as the profile says (time_nanos), zero where it does not
	Duration time.Duration // of a profile over a span, else 0
	Types    []SampleType
	// DefaultType is the index in Types that the profile itself names as its
	// default, or -1. Heap profiles of Go name none, allocs profiles alloc_space.
	DefaultType int
	// Period is the mean number of bytes between two sampled allocations
	// (MemProfileRate) for a Go heap profile, 0 where unknown.
	Period int64
	// BuildID is the main binary's, "" where the profile has none.
	BuildID string
	// Mappings is a fingerprint of build id and all mapping starts. It never
	// changes within a process, and changed at every restart measured
	// (the [vdso] base moves); "" where the profile has no mappings.
	Mappings string
	Form     Form // what of the stacks it shows, where it is of goroutines
	Keys     []Key
	Values   []int64 // len(Keys)*len(Types): record i has Values[i*n:(i+1)*n]
	// Told is what a full dump says besides, by stack; nil where it is of none.
	Told map[StackID]Told
	// Deadlock says that it is of a dump that the runtime itself calls one; see
	// [GroupedDump.Deadlock].
	Deadlock bool
}

// Vector returns the values of record i, one per sample type. The caller must not change it.
func (p *Profile) Vector(i int) []int64 {
	n := len(p.Types)
	return p.Values[i*n : (i+1)*n : (i+1)*n]
}

// Column returns the index of the sample type of this name, or -1.
func (p *Profile) Column(name string) int {
	return slices.IndexFunc(p.Types, func(t SampleType) bool { return t.Name == name })
}

// Total returns the saturating sum of one column; 0 for a column that is not there.
func (p *Profile) Total(column int) int64 {
	if column < 0 || column >= len(p.Types) {
		return 0
	}
	var sum int64
	for i := column; i < len(p.Values); i += len(p.Types) {
		sum = AddSaturating(sum, p.Values[i])
	}
	return sum
}

// StackTotal returns the saturating sum of one column over the records of one
// stack; 0 for a column or a stack that is not there.
func (p *Profile) StackTotal(id StackID, column int) int64 {
	if column < 0 || column >= len(p.Types) {
		return 0
	}
	var sum int64
	i := sort.Search(len(p.Keys), func(i int) bool { return p.Keys[i].Stack >= id })
	for ; i < len(p.Keys) && p.Keys[i].Stack == id; i++ {
		sum = AddSaturating(sum, p.Vector(i)[column])
	}
	return sum
}
