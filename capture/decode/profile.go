package decode

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// Profile decodes a pprof profile: protobuf, packed with gzip or not, or one of
// the older text forms that google/pprof reads (heap?debug=1 and
// goroutine?debug=1 of Go among them; their function names are lost, because
// that parser skips them).
//
// The name stands for the input in errors: a path, or an address without
// secrets. Frames, stacks and labels are interned in the table. Data is not
// kept. A profile without samples is fine; one without sample types is refused.
func Profile(data []byte, name string, table *snapshot.Table, limits Limits) (*snapshot.Profile, error) {
	if len(data) > limits.MaxBytes {
		return nil, refuse(name, fmt.Sprintf("it has %s, more than the cap of %s", size(len(data)), size(limits.MaxBytes)),
			"take a smaller profile or raise the cap with --max-filesize")
	}
	packed := len(data)
	if isGzip(data) {
		unpacked, err := gunzip(data, limits.MaxUnpacked)
		if err != nil {
			return nil, refuseGzip(name, err, limits)
		}
		data = unpacked
	} else {
		packed = 0
	}
	if len(data) > limits.MaxUnpacked {
		return nil, refuseGzip(name, errGzipOver, limits)
	}
	if len(data) > largeUnpacked {
		// The next GC would come only when as much again has been allocated.
		defer debug.FreeOSMemory()
	}
	if err := refuseKind(name, data); err != nil {
		return nil, err
	}
	p, err := parse(data, name, packed)
	if err != nil {
		return nil, err
	}
	switch n := len(p.SampleType); {
	case n == 0:
		return nil, refuse(name, "it is a profile without sample types, so its numbers have no meaning", howToFetch)
	case n > maxTypes:
		return nil, refuse(name, fmt.Sprintf("it has %d sample types, more than %d", n, maxTypes), howToFetch)
	}
	return convert(p, name, table)
}

func refuseGzip(name string, err error, limits Limits) error {
	switch {
	case errors.Is(err, errGzipCut):
		return refuse(name, err.Error()+", so the profile is cut", "fetch it again, whole")
	case errors.Is(err, errGzipOver):
		return refuse(name, "it unpacks to more than the cap of "+size(limits.MaxUnpacked),
			"take a smaller profile or raise the cap with --max-unpacked")
	}
	return refuse(name, clean.Line(err.Error(), maxName), "fetch it again; copy it as binary, not as text")
}

// parse looks data over, then parses it with google/pprof, which allocates as
// much as the input tells it to. packed is what data took before it was unpacked.
func parse(data []byte, name string, packed int) (*profile.Profile, error) {
	if isText(data) {
		return parseText(data, name)
	}
	s, err := surveyProto(data, packed)
	switch {
	case errors.Is(err, errCostly):
		return nil, refuse(name, s.String(), "take a smaller profile: of a shorter run, or with a larger sampling rate")
	case errors.Is(err, errProtoCut) && s.types > 0:
		return nil, refuse(name, "the profile ends in the middle", "fetch it again, whole")
	case err != nil:
		return nil, refuse(name, "it is neither a protobuf nor a text profile that pprof knows", howToFetch)
	}
	p, err := profile.ParseUncompressed(data)
	if err == nil {
		err = p.CheckValid()
	}
	if err != nil {
		return nil, refuseInvalid(name, err)
	}
	return p, nil
}

func refuseInvalid(name string, err error) error {
	return refuse(name, "it is a damaged profile ("+clean.Line(err.Error(), maxName)+")", "fetch it again, one profile a file")
}
