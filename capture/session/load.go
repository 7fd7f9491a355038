package session

import "leaktop/capture/snapshot"

// maxText bounds the bytes of the names of frames in a file, each counted once
// for every record that it stands in.
const maxText = 96 << 20

// nameBytes and labelBytes are what a name and a label take besides their text.
const (
	nameBytes  = 16
	labelBytes = 64
)

// load is how much the table of a file holds. Its writer and its reader count it
// alike, so that what was written can be read.
type load struct {
	text      int // of the names of frames, and of states
	frameText int // of all frames: many may share one long name
	labelText int // of all labels, with what each takes besides
	lines     int // frames of all stacks
}

// full reports whether it is more than a file may hold. Of labels no more are
// written than fit.
func (l *load) full() bool {
	return l.text > maxText || l.frameText > snapshot.MaxFrameText || l.labelText > snapshot.MaxLabelText || l.lines > snapshot.MaxWalk
}

// name counts a name where it first stands in a record.
func (l *load) name(s string) { l.text += nameBytes + len(s) }

// frame counts the names of a frame.
func (l *load) frame(f snapshot.Frame) { l.frameText += len(f.Function) + len(f.File) }

// label counts a label.
func (l *load) label(of snapshot.Label) { l.labelText += labelBytes + len(of.Key) + len(of.Value) }

// room is how many more labels can be taken at most.
func (l *load) room() int { return (snapshot.MaxLabelText - l.labelText) / labelBytes }

// take counts a set of labels; false where there is no room for it.
func (l *load) take(set snapshot.Labels) bool {
	next := *l
	for _, of := range set {
		next.label(of)
	}
	if next.full() {
		return false
	}
	*l = next
	return true
}

// tooMany reports whether a table has more than a file names.
func tooMany(e snapshot.Extent) bool {
	return int64(e.Frames) > snapshot.MaxFrames || int64(e.Stacks) > snapshot.MaxStacks || int64(e.Labels) > maxLabels
}
