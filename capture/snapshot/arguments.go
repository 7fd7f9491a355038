package snapshot

import (
	"cmp"
	"slices"
)

// Arguments are the addresses that goroutines with one stack have as arguments of
// its functions, and the lock that they wait for. A lock is a part of some object,
// and whoever is in a method of that object, or was given it, may hold the lock.
type Arguments struct {
	Lock    uint64 // that they wait for, 0 where none is told
	Objects []Argument
	Count   int64 // of goroutines that have these
	Most    int32 // minutes that the first of them has waited, by the runtime
}

// Argument is one address that a function was given. A word that looks like one
// may be a number.
type Argument struct {
	Frame   FrameID // of the function
	Address uint64
	// First says that it is the first argument, which of a method is the receiver.
	First bool
	// Sure is false where the runtime prints a question mark behind it: the function
	// needs it no more, and its place may hold something else by now.
	Sure bool
}

// Bounds of the arguments that are kept.
const (
	// MaxArguments is how many different ones are kept of the goroutines with one
	// stack; of those that wait for a lock, MaxLockArguments.
	MaxArguments     = 16
	MaxLockArguments = 256
	// MaxArgumentSets is how many different ones are kept of a dump.
	MaxArgumentSets = 1 << 12
	// MaxObjects is how many addresses of one goroutine are kept.
	MaxObjects = 24
)

// same reports whether two goroutines have the same arguments.
func (a *Arguments) same(b *Arguments) bool {
	return a.Lock == b.Lock && slices.Equal(a.Objects, b.Objects)
}

// AddArguments adds up those of goroutines with one stack, each different once, as
// long as there is room.
func AddArguments(sum []Arguments, a Arguments) []Arguments {
	for i := range sum {
		if sum[i].same(&a) {
			sum[i].Count = AddSaturating(sum[i].Count, a.Count)
			sum[i].Most = max(sum[i].Most, a.Most)
			return sum
		}
	}
	if len(sum) >= MaxLockArguments || a.Lock == 0 && len(sum) >= MaxArguments {
		return sum
	}
	return append(sum, a)
}

// sortArguments puts those first that have waited longest, and makes the order
// depend on nothing but what they are.
func sortArguments(all []Arguments) {
	slices.SortFunc(all, func(a, b Arguments) int {
		return cmp.Or(cmp.Compare(b.Most, a.Most), cmp.Compare(a.Lock, b.Lock), slices.CompareFunc(a.Objects, b.Objects, func(a, b Argument) int {
			return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Frame, b.Frame))
		}))
	})
}
