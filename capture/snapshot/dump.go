package snapshot

import (
	"strings"
	"time"
	"unsafe"
)

// ElidedFrames is the function of the frame that stands for those which a
// target left out of a deep stack: the runtime prints the first 50 and the last 50.
const ElidedFrames = "<elided>"

// Dump is a full goroutine dump (goroutine?debug=2): every goroutine by itself,
// with what the cheap profile does not tell of it. It is not changed once it is
// built. Its stacks have no frames of the runtime in them: [Table.Dumped] turns
// a stack of the goroutine profile into what a dump has for it.
type Dump struct {
	Time time.Time // by our clock, when it was asked for
	// Goroutines are in order of ID.
	Goroutines []DumpedGoroutine
	// Arguments are those of some of the goroutines, by stack; nil where none are known.
	Arguments map[StackID][]Arguments
	// Cut says that the text ended in the middle, as the runtime's does at 64 MiB.
	// Then these are not all, and a goroutine that is missing need not have ended.
	Cut bool
	// Elided counts the goroutines whose stack has a frame of [ElidedFrames] in it.
	Elided int
	// Unavailable counts those whose stack the target could not print, because
	// they were running on another thread.
	Unavailable int
}

// DumpedGoroutine is one goroutine of a [Dump].
type DumpedGoroutine struct {
	ID int64 // never used again within a process
	// CreatorID is the goroutine that started it, 0 where the target does not
	// tell: of the main goroutine, and before Go 1.21.
	CreatorID int64
	// Status is what it does or waits for, in the runtime's words ("chan send",
	// "select", "running", …), without the minutes and without what the other
	// fields say.
	Status string
	// Stack is where it is; NoStack where that is unknown, because it ran on
	// another thread, the dump was cut within it, or a line of it is missing.
	Stack StackID
	// Origin is where its creator was as it started it, NoStack where the target
	// does not tell: it does with GODEBUG=tracebackancestors=N only.
	Origin StackID
	Labels LabelsID // of pprof, as far as the target prints them: from Go 1.27 on
	// Creator is the line that started it; 0 for the main goroutine.
	Creator FrameID
	// Minutes is how long it has waited, by the runtime, 0 for less than one; see
	// [LongWait] for what that is worth. goroutineleak resets it.
	Minutes int32
	// Lock is the address of the lock that it waits for, 0 where the frames do not
	// tell: that of a reader's wait, for one. See [LockCount].
	Lock   uint64
	Leaked bool // the runtime's leak detection has found it
	Locked bool // to its thread
}

// size is about how many bytes the dump takes.
func (d *Dump) size() int {
	if d == nil {
		return 0
	}
	n := len(d.Goroutines) * int(unsafe.Sizeof(DumpedGoroutine{}))
	for _, sets := range d.Arguments {
		for _, a := range sets {
			n += int(unsafe.Sizeof(a)) + len(a.Objects)*int(unsafe.Sizeof(Argument{}))
		}
	}
	return n
}

// Dumped returns what a full dump has for a stack of the goroutine profile: the
// runtime's own frames are left out, unless there are no others, and neither
// start lines nor inlining are told. Stacks of more than 100 frames differ all
// the same.
func (t *Table) Dumped(id StackID) StackID {
	var shown, all []FrameID
	for f := range t.Frames(id) {
		bare := t.InternFrame(Frame{Function: f.Function, File: f.File, Line: f.Line})
		if all = append(all, bare); inDumps(f.Function, len(all) == 1) {
			shown = append(shown, bare)
		}
	}
	if len(shown) == 0 {
		shown = all
	}
	return t.InternStack(shown)
}

// inDumps is the runtime's rule for what it prints in a dump (showfuncinfo of
// runtime/traceback.go in Go 1.26).
func inDumps(function string, leaf bool) bool {
	switch function {
	case "runtime.runFinalizers", "runtime.runCleanups":
		return true
	case "runtime.gopanic":
		return !leaf
	}
	name, ofRuntime := strings.CutPrefix(function, "runtime.")
	if !ofRuntime {
		return strings.Contains(function, ".")
	}
	dot := strings.LastIndexByte(name, '.')
	receiver := strings.Trim(name[:max(dot, 0)], "(*)")
	return exported(name[dot+1:]) && (receiver == "" || exported(receiver))
}

func exported(name string) bool { return name != "" && 'A' <= name[0] && name[0] <= 'Z' }
