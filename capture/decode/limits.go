package decode

import (
	"fmt"

	"leaktop/capture/snapshot"
)

// Limits bounds what one profile may take.
type Limits struct {
	MaxBytes    int // as sent or as it stands on disk
	MaxUnpacked int // after gunzip
}

// DefaultLimits returns the limits that hold unless the user asks for others:
// 64 MiB as sent, 512 MiB unpacked.
func DefaultLimits() Limits { return Limits{MaxBytes: 64 << 20, MaxUnpacked: 512 << 20} }

// Bounds that do not depend on the user's limits: they keep the program as a
// whole under 900,000 KiB and 20 seconds, also when it decodes two profiles to
// compare them. The largest real profile at hand, of the Go compiler with one
// sample every 512 bytes (136,000 records, stacks of 38 frames), passes all of
// them; it comes nearest to maxCost, with two thirds of it.
const (
	// maxCost bounds the bytes allocated while one profile is decoded, garbage
	// included, by the estimate of [survey].
	maxCost = 640 << 20
	// maxStacks, maxStackBytes and maxFrames bound the table, which lives as long
	// as the program: a profile that has come when they are passed is refused. A
	// stack takes about 30 bytes besides the two of each of its frames, and a
	// frame by itself 150.
	maxStacks, maxStackBytes, maxFrames = snapshot.MaxStacks, 96 << 20, snapshot.MaxFrames
	// maxDepth bounds the frames of one stack. Go records 128 at most.
	maxDepth = 1 << 16
	// maxWalk bounds the frames of all stacks of one profile.
	maxWalk = snapshot.MaxWalk
	// maxFrameText and maxLabelText bound the bytes of names that are compared
	// while frames and labels are interned: many frames may share one long name.
	maxFrameText = snapshot.MaxFrameText
	maxLabelText = snapshot.MaxLabelText
	// maxTypes bounds the columns.
	maxTypes = snapshot.MaxTypes
)

// largeUnpacked is from how many bytes on what a profile unpacked to is given
// back to the system as soon as it is decoded.
const largeUnpacked = 64 << 20

// several counts things as a person reads them in an error: "1 dump", "3 dumps".
func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// size gives n bytes as a person reads them in an error.
func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
