package leak

import (
	"fmt"
	"strings"
	"time"

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
		return f.sameLock()
	case ManyLocks:
		return "they wait for " + units.Plural(f.whole("locks"), "different lock")
	case LikelyHolder:
		return f.heldBy()
	case HolderUnknown:
		return "its holder is unknown: no other stack is related to it; a holder that returned without unlocking leaves no trace"
	case Circle:
		return f.circle()
	case FinalizersWait:
		return "the runtime runs all finalizers one after another, so nothing that has one is freed until this one returns"
	case ThreadEach:
		return "each holds an OS thread, and a program can have 10,000 at most"
	case ThreadsRose:
		return fmt.Sprintf("the process went from %s to %s in %s", f.count("from"), units.Plural(f.whole("to"), "thread"), f.span())
	case DescriptorsRose:
		return fmt.Sprintf("the process went from %s to %s in %s", f.count("from"), units.Plural(f.whole("to"), "open file descriptor"), f.span())
	case DescriptorsAre:
		return fmt.Sprintf("these are %s, %s, %s and %s", units.Plural(f.whole("sockets"), "socket"), units.Plural(f.whole("pipes"), "pipe end"),
			units.Plural(f.whole("files"), "file"), units.Plural(f.whole("others"), "other"))
	case ConnectedWith:
		return f.connections()
	case LimitNears:
		return f.nears()
	case BehindFinalizer:
		return "finalizers and cleanups do not run: the goroutine that runs them waits in " + f.function()
	}
	return ""
}

// waited is for how long the runtime says that they wait.
func (f Fact) waited() string {
	least, most := f.minutes("least"), f.minutes("most")
	var b strings.Builder
	b.WriteString("by the runtime's count they have waited for ")
	switch long, now := f.whole("long"), f.whole("now"); {
	case least == most:
		b.WriteString("at least " + most + " min" + f.inDays())
	case long == now:
		b.WriteString("at least " + least + " to " + most + " min" + f.inDays())
	default:
		fmt.Fprintf(&b, "up to %s min%s, and %s of %s for %d or more", most, Fact{}.With("least", f.number("most"), Seconds).With("most", f.number("most"), Seconds).inDays(),
			f.count("long"), f.count("now"), snapshot.LongWait)
	}
	fmt.Fprintf(&b, ", less the %d min that may pass between two GCs (more with GOGC=off)", snapshot.GCPeriod)
	return b.String()
}

// inDays is the wait in brackets where it is as long as a day.
func (f Fact) inDays() string {
	if f.number("most") < day {
		return ""
	}
	return " (" + f.days() + ")"
}

// day is in seconds.
const day = 24 * 3600

// days is from how long to how long they wait, in days where it is as much: "3.7 to
// 3.9 days", "16m to 2h".
func (f Fact) days() string {
	least, most := f.number("least"), f.number("most")
	long := func(seconds float64) string {
		if most >= day {
			return fmt.Sprintf("%.1f", seconds/day)
		}
		return units.Duration(time.Duration(seconds * float64(time.Second)))
	}
	text := long(most)
	if from := long(least); from != text {
		text = from + " to " + text
	}
	if most >= day {
		text += " days"
	}
	return text
}

// sameLock is how many wait for one lock.
func (f Fact) sameLock() string {
	text := f.count("waiting") + " of " + f.count("of") + " wait for one lock"
	if f.whole("waiting") == 1 {
		text = "1 of " + f.count("of") + " waits for a lock"
	}
	if address, known := f.Value("address"); known {
		text += fmt.Sprintf(", at 0x%x", uint64(address))
	}
	return text
}

// circle is who waits for whom.
func (f Fact) circle() string {
	if len(f.Functions) == 0 {
		return ""
	}
	var names []string
	for _, function := range f.Functions {
		names = append(names, shortName(function))
	}
	return fmt.Sprintf("%d of them wait for each other in a circle, which never ends: ", len(names)) + strings.Join(names, " for one in ") + ", and that for the first; take the locks in one order everywhere"
}

func (f Fact) minutes(name string) string { return units.Count(f.whole(name) / 60) }
