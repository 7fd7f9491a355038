package leak

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"leaktop/diff/units"
)

// Text is the fact in words: a clause without a full stop, "" for the zero Fact.
// Functions are shown without the path of their package.
func (f Fact) Text() string {
	for _, say := range []func(Fact) string{heapText, goroutineText, waitText, processText, recheckText} {
		if text := say(f); text != "" {
			return text
		}
	}
	return claimText(f)
}

func heapText(f Fact) string {
	switch f.Kind {
	case GrowthProbable:
		return "growth, rather than coming and going around a level, is " + probability(f.number("p")) + " probable"
	case RoseInSteps:
		return fmt.Sprintf("rose in %s of %s over %s", f.count("rises"), units.Plural(f.whole("steps"), "step"), f.span())
	case SecondHalf:
		return fmt.Sprintf("the second half grew %s times as fast as the first", f.interval("ratio"))
	case FreedOfAllocated:
		if f.whole("freed") <= 0 {
			return fmt.Sprintf("none of %s allocated since the first snapshot was freed", units.Plural(f.whole("allocated"), "object"))
		}
		were := "were"
		if f.whole("freed") == 1 {
			were = "was"
		}
		return fmt.Sprintf("%s of %s allocated since the first snapshot %s freed", f.count("freed"), units.Plural(f.whole("allocated"), "object"), were)
	case FloorRose:
		return fmt.Sprintf("the floor rose from %s to %s", f.bytes("from"), f.bytes("to"))
	case GoalMoved:
		text := fmt.Sprintf("the heap goal, which is not sampled, went from %s to %s in %s", f.bytes("from"), f.bytes("to"), f.span())
		if f.says(unmatched) {
			text += ": the process grew by much less than this, so the rest took the place of what was freed elsewhere"
		}
		return text
	case GivenBack:
		return f.share("share") + " of it was given back after the load ended"
	case LoadMoved:
		return loadText(f.number("ratio"))
	case OverPaths:
		return "over " + units.Plural(f.whole("paths"), "path")
	}
	return ""
}

// loadText says how the load moved, for which allocated bytes stand.
func loadText(ratio float64) string {
	switch {
	case ratio > 1.25:
		return fmt.Sprintf("meanwhile the load rose: the process allocated %.1f times as much in the second half", ratio)
	case ratio < 0.8:
		return fmt.Sprintf("meanwhile the load fell: the process allocated %.1f times as much in the second half", ratio)
	}
	return "the load was steady"
}

func goroutineText(f Fact) string {
	switch f.Kind {
	case BecameMore:
		fell := "never fell"
		switch falls := f.whole("falls"); {
		case falls == 1:
			fell = "fell once"
		case falls > 1:
			fell = fmt.Sprintf("fell %d times", falls)
		}
		return fmt.Sprintf("%s more in %s, from %s to %s, and the number %s", f.count("more"), f.span(), f.count("from"), f.count("to"), fell)
	case NoneGone:
		return fmt.Sprintf("their number has not fallen for %s", f.span())
	case MetAt:
		return "seen " + strings.Join(f.places(), ", ")
	case ServesHandler:
		return "they serve requests for " + f.handler()
	case StartedByHandler:
		return "started by " + f.handler()
	case LabelledByHandler:
		return "labelled " + f.handler()
	case LikelyByHandler:
		return "likely started by " + f.handler() + ", the only handler of their type"
	case HeapGrowsWithThem:
		return "the heap allocated under the same functions grows with them"
	case HoldsBySharedFunctions:
		return "what they hold is an estimate: what was allocated under the same functions and is still live"
	case ClientsCame:
		return "more clients connected from " + f.clock() + " on"
	case BodyAwaited:
		return "they read the body of a request that a client of this server has stopped sending"
	case KeptForEach:
		return fmt.Sprintf("%.1f goroutines are kept for each client, and grew in number with the clients", f.number("each"))
	case SameByID:
		return f.survival()
	case StartedIn:
		return "started in " + f.function()
	case RuntimeProved:
		them := "them"
		if f.whole("leaked") == 1 {
			them = "it"
		}
		return "the runtime proved " + units.Plural(f.whole("leaked"), "goroutine") + " leaked: nothing that still runs can wake " + them
	}
	return ""
}

func processText(f Fact) string {
	switch f.Kind {
	case AllocatedMost:
		return fmt.Sprintf("%s in %s, where %s allocated %s", f.bytes("allocated"), f.span(), f.handler(), f.bytes("next"))
	case ShareAtLine:
		return f.share("share") + " of it at this line"
	case FilesResident:
		return "RSS also holds pages of files: of the program itself and of files that it maps; leaktop tells them apart when it runs on the same machine"
	case OutsideRose:
		return fmt.Sprintf("%s less what the runtime obtained and kept went from %s to %s in %s", f.word(), f.bytes("from"), f.bytes("to"), f.span())
	case LastHalfShare:
		return f.share("share") + " of that growth came in the second half of the time"
	case StacksRose:
		return fmt.Sprintf("stack memory in use went from %s to %s in %s", f.bytes("from"), f.bytes("to"), f.span())
	case BeyondNextGC:
		return fmt.Sprintf("at least %s of the heap in use was beyond the size at which the next GC starts, for %s", f.share("share"), f.span())
	case AllocatedRose:
		return fmt.Sprintf("the lowest point of the allocated heap went from %s to %s in %s", f.bytes("from"), f.bytes("to"), f.span())
	case ProfileShows:
		return fmt.Sprintf("the heap profile shows %s of %s", f.bytes("shown"), f.bytes("allocated"))
	case IdleNotReturned:
		return f.idle()
	case WentFromTo:
		return fmt.Sprintf("from %s to %s in %s", f.amount("from"), f.amount("to"), f.span())
	case SamplingError:
		return fmt.Sprintf("the sampling error is at most %s, 19 times out of 20", f.bytes("error"))
	case InBaseline:
		return "known: it is in the baseline, and fails nothing"
	}
	return ""
}

func recheckText(f Fact) string {
	switch f.Kind {
	case WatchWhetherItGoesOn:
		return "watch for " + units.Duration(f.seconds("left").Round(time.Second)) + " more: a leak goes on, something that fills up does not"
	case LeakOrFilling:
		return fmt.Sprintf("a leak: %s, something that fills up or ends: %s, no growth: %s",
			probability(f.number("leak")), probability(f.number("fills")), probability(f.number("neither")))
	case VerdictLeft:
		return leftText(f)
	case WatchForAsLongAgain:
		return "watch for as long again, or end the load and see whether it is given back"
	case WatchWhetherTheyLevelOff:
		return "watch for longer: their number may yet level off"
	case CompareWithClients:
		return "see whether the number of clients grows as well"
	}
	return ""
}

func (f Fact) number(name string) float64 {
	n, _ := f.Value(name)
	return n
}

func (f Fact) whole(name string) int64  { return int64(f.number(name)) }
func (f Fact) count(name string) string { return units.Count(f.whole(name)) }
func (f Fact) bytes(name string) string { return bytesOf(f.number(name)) }
func (f Fact) share(name string) string { return percent(f.number(name)) }
func (f Fact) span() string             { return units.Duration(f.seconds("span")) }
func (f Fact) handler() string          { return first(f.Handlers) }
func (f Fact) function() string         { return shortName(first(f.Functions)) }
func (f Fact) word() string             { return first(f.Words) }
func (f Fact) says(word string) bool    { return slices.Contains(f.Words, word) }

// seconds is a value as a duration.
func (f Fact) seconds(name string) time.Duration {
	return time.Duration(f.number(name) * float64(time.Second))
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// survival is how many goroutines of an earlier dump are still there.
func (f Fact) survival() string {
	survived, before := f.whole("survived"), f.whole("before")
	switch {
	case before == 1 && survived == 1:
		return fmt.Sprintf("by its id, the goroutine that was there at %s is still there", f.clock())
	case before == 1:
		return fmt.Sprintf("by its id, the goroutine that was there at %s is gone", f.clock())
	case survived == before:
		return fmt.Sprintf("by their ids, all %s that were there at %s are still there", units.Plural(before, "goroutine"), f.clock())
	}
	return fmt.Sprintf("by their ids, %s of %s that were there at %s are still there", units.Count(survived), units.Plural(before, "goroutine"), f.clock())
}

// clock is the time of day of the fact's time.
func (f Fact) clock() string {
	if len(f.Times) == 0 {
		return "?"
	}
	return f.Times[0].Format("15:04:05")
}

// amount is a value in its own unit.
func (f Fact) amount(name string) string {
	for _, v := range f.Values {
		if v.Name == name && v.Unit == Bytes {
			return bytesOf(v.Number)
		}
	}
	return f.count(name)
}

// interval is a value with its bounds, where both are known.
func (f Fact) interval(name string) string {
	low, knowsLow := f.Value("low")
	high, knowsHigh := f.Value("high")
	if !knowsLow || !knowsHigh {
		return fmt.Sprintf("%.2f", f.number(name))
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", f.number(name), max(low, 0), high)
}

// places are those of MetAt, each with how many wait there and in what.
func (f Fact) places() []string {
	var out []string
	for i, function := range f.Functions {
		if i < len(f.Values) && i < len(f.Words) {
			out = append(out, fmt.Sprintf("%s in %s (%s)", units.Count(int64(f.Values[i].Number)), shortName(function), f.Words[i]))
		}
	}
	return out
}

// leftText says which verdict was left, when and why.
func leftText(f Fact) string {
	if len(f.Words) < 2 || len(f.Times) < 1 {
		return ""
	}
	why := "it is less likely now: growth slows down"
	switch Reason(f.Words[1]) {
	case GaveBack:
		why = "what had grown was given back"
	case HasLevelled:
		why = "growth has ended"
	case ComesAndGoes:
		why = "it comes and goes around a level after all"
	}
	return fmt.Sprintf("was %s until %s: %s", Verdict(f.Words[0]), f.Times[0].Format("15:04:05"), why)
}

// fact is what a finding says of a verdict that was left.
func (l leaving) fact() Fact {
	return Fact{Kind: VerdictLeft, Words: []string{string(l.verdict), string(l.reason)}, Times: []time.Time{l.at}}
}
