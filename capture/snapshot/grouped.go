package snapshot

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// GroupedDump is a full goroutine dump of which the goroutines were counted as
// they were read, and not kept: a dump of a million of them takes as much as its
// different stacks do. It is not changed once it is built.
type GroupedDump struct {
	// Groups are the goroutines that agree in state, stack, labels and creator,
	// each group once, in order of first appearance.
	Groups []DumpGroup
	// Truncated says that the text is exactly as long as the runtime lets it
	// become (64 MiB), and Cut that it ended in the middle of a goroutine. Either
	// way these are not all.
	Truncated, Cut bool
	// Elided counts the goroutines whose stack has a frame of [ElidedFrames] in it.
	Elided int64
	// Unavailable counts those whose stack the target could not print, because
	// they were running on another thread.
	Unavailable int64
	// Unread counts those that are in no group, because their stack stands in the
	// text in a form that is not known, or a line of it is missing.
	Unread int64
	// Dumps is how many the text holds, as the log of a program may that was told
	// to quit twice; Number is which of them this is, from 1 on.
	Dumps, Number int
	// Deadlock says that it is of a crash in which the runtime found all
	// goroutines asleep, so that none could ever wake another (checkdead of
	// runtime/proc.go).
	Deadlock bool
}

// DumpGroup is goroutines of a [GroupedDump]; what its fields mean is said at
// [DumpedGoroutine].
type DumpGroup struct {
	Status  string
	Stack   StackID // of the frames alone
	Labels  LabelsID
	Creator FrameID
	Leaked  bool
	Count   int64
	// Least and Most are the minutes that they have waited, as the runtime says,
	// and Long is how many have for [LongWait] or more.
	Least, Most int32
	Long        int64
	// Locks are what they wait for, in order of first appearance, as far as
	// the frames tell; of a dump with very many not all.
	Locks []LockCount
	// Arguments are those of some of them; of a dump with very many groups not of all.
	Arguments []Arguments
	// Locked is how many are locked to their threads.
	Locked int64
}

// Form says what of a goroutine's stack a profile shows.
type Form uint8

const (
	// AllFrames is the form of the goroutine profile at debug=0.
	AllFrames Form = iota
	// NoLeaf is the form of its text (debug=1): the runtime's frames at the leaf
	// have no names.
	NoLeaf
	// NoRuntime is the form of a full dump: the runtime's frames are left out, see
	// [Table.Dumped], and the state is told; see [Table.InState].
	NoRuntime
)

// Told is what a full dump says of the goroutines with one stack in one state,
// besides how many they are.
type Told struct {
	// Creators are the lines that started them, the one of most first. The zero
	// frame is of those that nobody started, as the main goroutine.
	Creators []CreatorCount
	// Least and Most are the minutes that they have waited, as the runtime says,
	// and Long is how many have for [LongWait] or more.
	Least, Most int32
	Long        int64
	// Locks are those that most of them wait for, that of most first; no more
	// than [MaxLocks].
	Locks []LockCount
	// Arguments are those of some of them, the ones that wait longest first.
	Arguments []Arguments
	// Locked is how many are locked to their threads.
	Locked int64
}

// CreatorCount is how many goroutines one line started.
type CreatorCount struct {
	Creator FrameID
	Count   int64
}

// Goroutines is how many it is said of.
func (t Told) Goroutines() int64 {
	var sum int64
	for _, c := range t.Creators {
		sum = AddSaturating(sum, c.Count)
	}
	return sum
}

// Profile is the goroutine profile that the dump stands for: a record for each
// stack, state and set of labels. What a crash prints and an endpoint does not is
// left out, as the profile has it: the runtime's frames, and its own goroutines.
func (d *GroupedDump) Profile(t *Table) *Profile {
	b := NewBuilder(Profile{
		Kind:        Goroutine,
		Types:       []SampleType{{Name: "goroutine", Unit: "count"}},
		DefaultType: -1,
		Form:        NoRuntime,
	})
	tallies := make(map[StackID]*tally)
	shown := newDumpStacks(t)
	for _, g := range d.Groups {
		stack, ok := shown.of(g)
		if !ok {
			continue
		}
		stack = t.InState(stack, g.Status)
		b.Add(Key{Stack: stack, Labels: g.Labels}, []int64{g.Count})
		if tallies[stack] == nil {
			tallies[stack] = newTally()
		}
		tallies[stack].creator(g.Creator, g.Count)
		tallies[stack].minutes(g.Least, g.Most)
		tallies[stack].waits(g.Long, g.Locks)
		tallies[stack].argue(g.Arguments)
		tallies[stack].threads(g.Locked)
	}
	p := b.Profile()
	p.Deadlock = d.Deadlock
	p.Told = make(map[StackID]Told, len(tallies))
	for stack, sum := range tallies {
		p.Told[stack] = sum.told()
	}
	return p
}

// Leaked is the profile of those that the runtime's leak detection has found;
// nil where there are none.
func (d *GroupedDump) Leaked(t *Table) *Profile {
	b := NewBuilder(Profile{Kind: Goroutine, Types: []SampleType{{Name: string(GoroutineLeak), Unit: "count"}}, DefaultType: -1, Form: NoRuntime})
	found := false
	shown := newDumpStacks(t)
	for _, g := range d.Groups {
		if stack, ok := shown.of(g); ok && g.Leaked {
			b.Add(Key{Stack: t.InState(stack, g.Status), Labels: g.Labels}, []int64{g.Count})
			found = true
		}
	}
	if !found {
		return nil
	}
	return b.Profile()
}

// dumpStacks finds what an endpoint's dump has for the stacks of any dump.
type dumpStacks struct {
	table *Table
	known map[StackID]dumpStack
}

type dumpStack struct {
	shown StackID
	own   bool // of the runtime itself, all of it
}

func newDumpStacks(t *Table) dumpStacks {
	return dumpStacks{table: t, known: make(map[StackID]dumpStack)}
}

// of returns the stack of a group; false for a goroutine of the runtime's own,
// which the runtime started.
func (d dumpStacks) of(g DumpGroup) (StackID, bool) {
	s, ok := d.known[g.Stack]
	if !ok {
		s = dumpStack{shown: d.table.Dumped(g.Stack), own: g.Stack != NoStack}
		for f := range d.table.Frames(g.Stack) {
			s.own = s.own && strings.HasPrefix(f.Function, "runtime.")
		}
		d.known[g.Stack] = s
	}
	return s.shown, !s.own || !strings.HasPrefix(d.table.Frame(g.Creator).Function, "runtime.")
}

// ToldOf is what a dump says of the goroutines with any of these stacks; false
// where the profile is of no dump or has none of them.
func (p *Profile) ToldOf(stacks []StackID) (Told, bool) { return SumTold(p.Told, stacks) }

// SumTold adds up what a dump says of the goroutines with some stacks; false where
// it has none of them.
func SumTold(by map[StackID]Told, stacks []StackID) (Told, bool) {
	sum := newTally()
	for _, stack := range stacks {
		if told, ok := by[stack]; ok {
			sum.add(told)
		}
	}
	if len(sum.creators) == 0 {
		return Told{}, false
	}
	return sum.told(), true
}

// tally adds up what a dump says.
type tally struct {
	creators    map[FrameID]int64
	least, most int32
	long        int64
	arguments   []Arguments
	locks       map[uint64]LockCount // by address; nil for none
	locked      int64
}

func newTally() *tally { return &tally{creators: make(map[FrameID]int64), least: math.MaxInt32} }

func (t *tally) creator(id FrameID, count int64) {
	t.creators[id] = AddSaturating(t.creators[id], count)
}

func (t *tally) minutes(least, most int32) {
	t.least, t.most = min(t.least, least), max(t.most, most)
}

func (t *tally) add(o Told) {
	for _, c := range o.Creators {
		t.creator(c.Creator, c.Count)
	}
	t.minutes(o.Least, o.Most)
	t.waits(o.Long, o.Locks)
	t.argue(o.Arguments)
	t.threads(o.Locked)
}

func (t *tally) argue(arguments []Arguments) {
	for _, a := range arguments {
		t.arguments = AddArguments(t.arguments, a)
	}
}

func (t *tally) threads(locked int64) { t.locked = AddSaturating(t.locked, locked) }

func (t *tally) waits(long int64, locks []LockCount) {
	t.long = AddSaturating(t.long, long)
	for _, l := range locks {
		if t.locks == nil {
			t.locks = make(map[uint64]LockCount)
		}
		have := t.locks[l.Address]
		t.locks[l.Address] = LockCount{l.Address, AddSaturating(have.Count, l.Count), max(have.Most, l.Most)}
	}
}

func (t *tally) told() Told {
	sortArguments(t.arguments)
	out := Told{Least: t.least, Most: t.most, Long: t.long, Locks: mostAwaited(t.locks), Locked: t.locked, Arguments: t.arguments}
	for id, count := range t.creators {
		out.Creators = append(out.Creators, CreatorCount{id, count})
	}
	slices.SortFunc(out.Creators, func(a, b CreatorCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Creator, b.Creator))
	})
	return out
}
