package diff

import (
	"fmt"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// Told is what a full dump says of the goroutines with some stacks, besides how
// many they are: the current dump, or that of the base where nothing is left of
// them or the current profile is of no dump. It is false where neither says a thing.
func (c *Comparison) Told(stacks []snapshot.StackID) (snapshot.Told, bool) {
	for _, p := range []*snapshot.Profile{c.Current, c.Base} {
		if p == nil {
			continue
		}
		if told, ok := p.ToldOf(stacks); ok {
			return told, true
		}
	}
	return snapshot.Told{}, false
}

// HasTold reports whether either profile is of a full dump, or has what one says.
func (c *Comparison) HasTold() bool {
	return c.Base != nil && c.Base.Told != nil || c.Current != nil && c.Current.Told != nil
}

// ReportedWait is for how long goroutines wait, as the runtime says, from the least
// to the most, with a text between: "3d16h to 3d21h". It is "" where none is said
// to wait for a minute.
func ReportedWait(t snapshot.Told, between string) string {
	if t.Most <= 0 {
		return ""
	}
	least, most := Minutes(t.Least), Minutes(t.Most)
	if least == most {
		return most
	}
	return least + between + most
}

// Minutes is a reported wait: "3d21h", and "<1m" for none, which the runtime
// leaves out.
func Minutes(n int32) string {
	if n <= 0 {
		return "<1m"
	}
	return units.Duration(time.Duration(n) * time.Minute)
}

// Role is what the runtime has a goroutine for, "" for one that the program
// started for itself.
type Role string

const (
	// Finalizer is the goroutine that runs all finalizers, one after the other. A
	// profile shows it only while it runs one, and a dump also while it waits.
	Finalizer Role = "finalizer"
	// Cleanup goroutines run what runtime.AddCleanup was given, from Go 1.24 on.
	Cleanup Role = "cleanup"
)

// RoleOf returns the role of the goroutines with a stack.
func RoleOf(t *snapshot.Table, stack snapshot.StackID) Role {
	for f := range t.Frames(stack) {
		switch f.Function {
		case "runtime.runFinalizers",
			"runtime.runfinq": // to Go 1.24
			return Finalizer
		case "runtime.runCleanups":
			return Cleanup
		}
	}
	return ""
}

// role is that of a group. A dump of Go 1.24 and before leaves out the frame that
// tells, but for who started the goroutine.
func (c *Comparison) role(g Group) Role {
	if role := RoleOf(c.Table, g.Stacks[0]); role != "" || !c.HasTold() {
		return role
	}
	if told, ok := c.Told(g.Stacks); ok && c.Table.Frame(told.Creators[0].Creator).Function == "runtime.createfing" {
		return Finalizer
	}
	return ""
}

// Describe is the state of a group and what else is known of its goroutines:
// "syscall, locked to thread", "chan receive, finalizer". Told is what a dump says of
// them, the zero value where none does.
func (g Group) Describe(told snapshot.Told) string {
	text := string(g.State)
	if g.Role != "" && !strings.Contains(text, string(g.Role)) {
		text += ", " + string(g.Role)
	}
	switch {
	case told.Locked <= 0:
	case told.Locked < told.Goroutines():
		text += fmt.Sprintf(", %s locked to threads", units.Count(told.Locked))
	default:
		text += ", locked to thread"
	}
	return text
}
