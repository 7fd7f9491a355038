package snapshot

// Bounds that hold wherever a run comes from. What is decoded keeps to them, and
// so do the writer and the reader of a session file: what the one takes the other
// takes, too.
const (
	// MaxFrames and MaxStacks bound a [Table].
	MaxFrames = 1 << 20
	MaxStacks = 2 << 20
	// MaxWalk bounds the frames of all stacks together.
	MaxWalk = 32 << 20
	// MaxFrameText and MaxLabelText bound the bytes of names that are compared
	// while frames and labels are interned: many may share one long name.
	MaxFrameText = 1 << 30
	MaxLabelText = 64 << 20
	// MaxTypes bounds the columns of a profile.
	MaxTypes = 256
	// MaxIndexed bounds the profiles that an index page names.
	MaxIndexed = 1000
)
