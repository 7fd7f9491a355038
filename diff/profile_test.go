package diff_test

import (
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// heapTypes are the columns of a Go heap profile, in its order.
var heapTypes = []snapshot.SampleType{
	{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
	{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
}

// The columns of heapTypes by what they hold.
const (
	allocObjects = iota
	allocSpace
	inuseObjects
	inuseSpace
)

// sample is one record of a test profile.
type sample struct {
	stack  string // functions, leaf first, separated by spaces
	size   int64
	labels string // key=value
	values []int64
}

// live is a record of objects that all still live.
func live(stack string, size, objects int64) sample {
	return sample{stack: stack, size: size, values: []int64{objects, objects * size, objects, objects * size}}
}

func heap(t *snapshot.Table, samples ...sample) *snapshot.Profile {
	return build(t, snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: 524288}, samples...)
}

func goroutines(t *snapshot.Table, samples ...sample) *snapshot.Profile {
	return build(t, snapshot.Profile{
		Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1, Period: 1,
	}, samples...)
}

func build(t *snapshot.Table, head snapshot.Profile, samples ...sample) *snapshot.Profile {
	b := snapshot.NewBuilder(head)
	for _, s := range samples {
		key := snapshot.Key{Stack: stackOf(t, s.stack), Size: s.size}
		if k, v, ok := strings.Cut(s.labels, "="); ok {
			key.Labels = t.InternLabels([]snapshot.Label{{Key: k, Value: v}})
		}
		b.Add(key, s.values)
	}
	return b.Profile()
}

// stackOf interns a stack of functions, leaf first. Each is at line 12 of a
// file named for its package, in a function that starts at line 10.
func stackOf(t *snapshot.Table, functions string) snapshot.StackID {
	return stackAt(t, functions, 10, 12)
}

func stackAt(t *snapshot.Table, functions string, start, line int) snapshot.StackID {
	var frames []snapshot.FrameID
	for _, f := range strings.Fields(functions) {
		pkg, _, _ := strings.Cut(f[strings.LastIndexByte(f, '/')+1:], ".")
		frames = append(frames, t.InternFrame(snapshot.Frame{Function: f, File: "/home/dev/" + pkg + ".go", Line: line, StartLine: start}))
	}
	return t.InternStack(frames)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
