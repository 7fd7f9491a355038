package snapshot

// Identity is the level at which two stacks count as the same.
type Identity uint8

const (
	// Exact compares function, file, line and inlining of every frame. It is
	// right within one build of a program, across restarts too.
	Exact Identity = iota
	// AcrossBuilds compares function names and the line within the function
	// (line minus start line), so that code which only moved in its file, or a
	// tree checked out elsewhere, still matches.
	AcrossBuilds
)

// Loose returns the stack that stands for all stacks equal to id at the level
// [AcrossBuilds]: files are dropped, lines are counted from the function's
// start, and what the compiler chose to inline takes no part.
func (t *Table) Loose(id StackID) StackID {
	var frames []FrameID
	for f := range t.Frames(id) {
		line := 0
		if f.StartLine > 0 && f.Line >= f.StartLine {
			line = f.Line - f.StartLine + 1
		}
		frames = append(frames, t.InternFrame(Frame{Function: f.Function, Line: line}))
	}
	return t.InternStack(frames)
}
