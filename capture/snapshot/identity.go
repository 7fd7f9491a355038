package snapshot

// Identity is the level at which two stacks count as the same.
type Identity uint8

const (
	// Exact compares function, file, line and inlining of every frame. It is
	// right within one build of a program, across restarts too.
	Exact Identity = iota
	// AcrossBuilds compares the functions and what each of them calls, in the
	// order of the lines. Files, the lines themselves, the numbers that a compiler
	// gives to closures and what it chose to inline take no part, so that code
	// which only moved, or a tree checked out elsewhere, still matches.
	AcrossBuilds
)
