package decode

import (
	"fmt"
	"io"

	"leaktop/capture/snapshot"
)

// maxGroups bounds the groups of a dump: labels that name single requests make
// one of each goroutine. What comes above it is counted without its labels.
const maxGroups = 1 << 19

// GroupedGoroutines decodes a full goroutine dump as [Goroutines] does, of any
// size: it counts goroutines that agree in state, stack, labels and creator, and
// keeps none of them. Goroutine 0, which a crash prints, is not counted: it is
// the stack that a thread has for the scheduler.
//
// The first goroutine must stand within the first lead bytes of the text: else
// it is taken for something else and refused.
func GroupedGoroutines(r io.Reader, name string, table *snapshot.Table, lead int64) (*snapshot.GroupedDump, error) {
	s := newScanner(r, table)
	s.lead = lead
	d := &snapshot.GroupedDump{}
	index := make(map[groupKey]int)
	for s.next() {
		g := &s.goroutine
		if g.ID == 0 {
			continue
		}
		key := groupKey{status: s.status, stack: g.Stack, labels: g.Labels, creator: g.Creator, leaked: g.Leaked}
		i, ok := index[key]
		if !ok && len(index) >= maxGroups && key.labels != 0 {
			key.labels = 0
			i, ok = index[key]
		}
		if !ok && len(index) >= 2*maxGroups {
			s.frames.err = fmt.Errorf("there are more than %d different groups of goroutines", 2*maxGroups)
			break
		}
		if !ok {
			i = len(d.Groups)
			index[key] = i
			d.Groups = append(d.Groups, snapshot.DumpGroup{
				Status: g.Status, Stack: g.Stack, Labels: key.labels, Creator: g.Creator, Leaked: g.Leaked, Least: g.Minutes,
			})
		}
		group := &d.Groups[i]
		group.Count++
		group.Least, group.Most = min(group.Least, g.Minutes), max(group.Most, g.Minutes)
		if s.elided {
			d.Elided++
		}
		if s.unavailable {
			d.Unavailable++
		}
		if g.ID == 1 {
			d.Mains++
		}
	}
	if err := s.refusal(name, len(d.Groups) > 0); err != nil {
		return nil, err
	}
	d.Truncated = s.lines.bytes() == largestDump
	d.Cut = s.cut || s.lines.open
	return d, nil
}

// groupKey is what goroutines of one group have in common.
type groupKey struct {
	status  *status
	stack   snapshot.StackID
	labels  snapshot.LabelsID
	creator snapshot.FrameID
	leaked  bool
}
