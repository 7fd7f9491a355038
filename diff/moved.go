package diff

import (
	"fmt"
	"path"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// Move is code that a rebuild moved, or whose function it numbered anew.
type Move struct{ From, To snapshot.Frame }

// Moved returns where the stacks that changed were in the base's build, as far
// as that is another place: of each its most telling frame, each once, the
// largest change first. It is empty within one build.
func (c *Comparison) Moved() []Move {
	if c.Identity != snapshot.AcrossBuilds {
		return nil
	}
	before := make(map[snapshot.StackID]snapshot.StackID, len(c.was)) // by the stack shown
	for loose, stack := range c.was {
		if shown := c.show(loose); shown != stack { // one that was not found again is shown as it was
			before[shown] = stack
		}
	}
	telling := newTeller(c.Table, nil)
	var moves []Move
	seen := make(map[Move]bool)
	for _, change := range c.Changes() {
		was, ok := before[change.Stack]
		if !ok || was == change.Stack {
			continue
		}
		to := telling.frame(change.Stack)
		m := Move{frameAt(c.Table, was, depthOf(c.Table, change.Stack, to)), to}
		m.From.Inlined, m.To.Inlined = false, false
		if !seen[m] && (m.From.Line != m.To.Line || m.From.Function != m.To.Function) {
			seen[m] = true
			moves = append(moves, m)
		}
	}
	return moves
}

// depthOf is how many frames lie between the leaf and a frame.
func depthOf(t *snapshot.Table, id snapshot.StackID, want snapshot.Frame) int {
	depth := 0
	for f := range t.Frames(id) {
		if f == want {
			break
		}
		depth++
	}
	return depth
}

// frameAt returns the frame so many frames above the leaf.
func frameAt(t *snapshot.Table, id snapshot.StackID, depth int) snapshot.Frame {
	for f := range t.Frames(id) {
		if depth == 0 {
			return f
		}
		depth--
	}
	return snapshot.Frame{}
}

// mostMoves bounds what is said of moved lines.
const mostMoves = 10

// movedNotes says where the stacks that changed were before, a sentence each.
func (c *Comparison) movedNotes() []string {
	moves := c.Moved()
	var notes []string
	for _, m := range moves[:min(mostMoves, len(moves))] {
		notes = append(notes, "moved: "+m.String())
	}
	if more := len(moves) - mostMoves; more > 0 {
		notes = append(notes, "moved: "+units.Plural(more, "more line"))
	}
	return notes
}

// String is "store.go:41 → store.go:44 (cache.(*Store).Put)".
func (m Move) String() string {
	function := m.To.Function
	if m.From.Function != m.To.Function {
		function = m.From.Function + ", now " + m.To.Function
	}
	return fmt.Sprintf("%s → %s (%s)", lineOf(m.From), lineOf(m.To), function)
}

// lineOf is a frame's file without its directories, and line.
func lineOf(f snapshot.Frame) string {
	return fmt.Sprintf("%s:%d", path.Base(strings.ReplaceAll(f.File, `\`, "/")), f.Line)
}
