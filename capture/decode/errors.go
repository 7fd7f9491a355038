package decode

import (
	"errors"

	"leaktop/capture/clean"
)

// damage says what is wrong with a profile that breaks the rules of profile.proto.
type damage string

func (d damage) Error() string { return string(d) }

// boundError says which bound a profile passes, and what to do about it.
type boundError struct{ why, do string }

func (e *boundError) Error() string { return e.why }

func bound(why, do string) error { return &boundError{why, do} }

// tooMuch is about a bound that nothing but another profile keeps.
func tooMuch(why string) error {
	return bound(why, "take a smaller profile, or one from another profiler")
}

// refuseProto turns an error about the profile called name into the one that a
// person reads. types is how many sample types it was seen to have.
func refuseProto(name string, err error, types int) error {
	var over *boundError
	switch {
	case errors.As(err, &over):
		return refuse(name, over.why, over.do)
	case errors.Is(err, errProtoCut) && types > 0:
		return refuse(name, "the profile is truncated", "fetch all of it again")
	case errors.Is(err, errProtoCut), errors.Is(err, errNoProto):
		return refuse(name, "it is neither a protobuf nor a text profile that pprof knows", howToFetch)
	}
	return refuse(name, "it is a damaged profile ("+clean.Line(err.Error(), maxName)+")", "fetch it again, one profile per file")
}
