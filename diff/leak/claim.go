package leak

import (
	"leaktop/diff/units"
)

// The values and the word that claims of several checks have. What a check's own
// claim has besides stands at the check.
const (
	// claimNow is how much a claim is about: goroutines, or bytes of the process.
	claimNow = "now"
	// claimEach is how many bytes each of them holds, where that is known.
	claimEach = "holds-each"
	// mayFill is the word for growth of which it is too early to tell whether
	// something only fills up.
	mayFill = "may-fill"
)

// claimText is a finding in a sentence: what its detector says, and what may be
// said of each.
func claimText(f Fact) string {
	text := ""
	switch f.Kind {
	case "":
		return ""
	case LevelledOff:
		text = levelledText(f)
	case NoLongerMore:
		text = f.goroutines() + ": the number grew, and has levelled off"
	case ClientsIdle:
		text = f.those("keeps an idle client connection open", "keep idle client connections open")
	default:
		if say := voices()[Check(f.Kind)]; say != nil {
			text = say(f)
		}
	}
	if each, known := f.Value(claimEach); known {
		text += ", holding about " + bytesOf(each) + " each"
	}
	if f.says(mayFill) {
		text += "; may still be filling up"
	}
	return text
}

// goroutines is how many a claim is about: "84 goroutines".
func (f Fact) goroutines() string { return units.Plural(f.whole(claimNow), "goroutine") }

// those is how many a claim is about with what they do: of one, and of several.
func (f Fact) those(one, several string) string {
	if f.whole(claimNow) == 1 {
		return f.goroutines() + " " + one
	}
	return f.goroutines() + " " + several
}

// Tells reports whether the summary says how much of it there is now, and how
// much each holds, so that nobody has to say it again.
func (f *Finding) Tells() (now, each bool) {
	_, now = f.Claim.Value(claimNow)
	_, each = f.Claim.Value(claimEach)
	return now, each
}

// levelledText says what became of what had grown.
func levelledText(f Fact) string {
	if len(f.Words) > 0 {
		switch Reason(f.Words[0]) {
		case GaveBack:
			return "grew, and was given back"
		case ComesAndGoes:
			return "comes and goes, and does not grow after all"
		}
	}
	return "grew, and has levelled off"
}
