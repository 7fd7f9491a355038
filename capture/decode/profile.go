package decode

import (
	"errors"
	"fmt"
	"runtime/debug"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// Profile decodes a pprof profile: protobuf, packed with gzip or not, or one of
// the older text forms that google/pprof reads, heap?debug=1 and
// goroutine?debug=1 of Go among them, with their names, or a CPU profile in the
// binary form of gperftools.
//
// The name stands for the input in errors: a path, or an address without
// secrets. Frames, stacks and labels are interned in the table. Data is not
// kept. A profile without samples is fine; one without sample types is refused.
func Profile(data []byte, name string, table *snapshot.Table, limits Limits) (*snapshot.Profile, error) {
	if len(data) > limits.MaxBytes {
		return nil, refuse(name, fmt.Sprintf("it is %s, more than the cap of %s", size(len(data)), size(limits.MaxBytes)),
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
	text, binaryCPU := isText(data), isBinaryCPU(data)
	if text || binaryCPU {
		older := protoOfText
		if binaryCPU {
			older = protoOfBinary
		}
		proto, err := older(data, name)
		if err != nil {
			return nil, err
		}
		packed, data = len(data), proto
	}
	survey, err := surveyProto(data, packed)
	if err != nil {
		return nil, refuseProto(name, err, survey.types)
	}
	indexed, err := indexProto(data, survey)
	if err != nil {
		return nil, refuseProto(name, err, survey.types)
	}
	p, err := convert(indexed, table, survey.cost)
	if err != nil {
		return nil, refuseProto(name, err, survey.types)
	}
	if text {
		p = withoutUnnamed(p, table)
	}
	return p, nil
}

func refuseGzip(name string, err error, limits Limits) error {
	switch {
	case errors.Is(err, errGzipCut):
		return refuse(name, err.Error()+", so the profile is incomplete", "fetch all of it again")
	case errors.Is(err, errGzipOver):
		return refuse(name, "it unpacks to more than the cap of "+size(limits.MaxUnpacked),
			"take a smaller profile or raise the cap with --max-unpacked")
	}
	return refuse(name, clean.Line(err.Error(), maxName), "fetch it again; copy it as binary, not as text")
}
