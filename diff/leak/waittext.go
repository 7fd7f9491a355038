package leak

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// waitText is a fact about how and how long goroutines wait, in words.
func waitText(f Fact) string {
	switch f.Kind {
	case AllAsleep:
		return "the runtime ended the program: all its goroutines were asleep, and none could wake another"
	case WaitedByRuntime:
		return f.waited()
	case SameLock:
		return fmt.Sprintf("%s of %s wait for one lock, at 0x%x", f.count("waiting"), f.count("of"), f.whole("address"))
	case LikelyHolder:
		text := fmt.Sprintf("most likely held by %s, which waits too (%s", f.function(), f.word())
		if _, known := f.Value("waited"); known {
			text += ", " + f.minutes("waited") + " min"
		}
		return text + ")"
	case FinalizersWait:
		return "the runtime runs all finalizers one after the other, so that nothing which has one is freed until this one returns"
	case ThreadEach:
		return "each holds a thread of the operating system, and at 10,000 threads the runtime ends the program"
	case ThreadsRose:
		return fmt.Sprintf("the process went from %s to %s in %s", f.count("from"), units.Plural(f.whole("to"), "thread"), f.span())
	case BehindFinalizer:
		return "finalizers and cleanups do not run: the goroutine that runs them waits in " + f.function()
	}
	return ""
}

// waited is for how long the runtime says that they wait.
func (f Fact) waited() string {
	least, most := f.minutes("least"), f.minutes("most")
	var b strings.Builder
	b.WriteString("by the runtime they have waited ")
	switch long, now := f.whole("long"), f.whole("now"); {
	case least == most:
		b.WriteString("for " + most + " min")
	case long == now:
		b.WriteString("for " + least + " to " + most + " min")
	default:
		fmt.Fprintf(&b, "for up to %s min, and %s of %s for %d or more", most, f.count("long"), f.count("now"), snapshot.LongWait)
	}
	fmt.Fprintf(&b, ", which may be %d min too much (more with GOGC=off), or too little by any time", snapshot.GCPeriod)
	return b.String()
}

func (f Fact) minutes(name string) string { return units.Count(f.whole(name) / 60) }
