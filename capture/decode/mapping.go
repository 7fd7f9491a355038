package decode

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"strings"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
)

// buildID is the main binary's: google/pprof keeps its mapping first.
func buildID(p *profile.Profile) string {
	if len(p.Mapping) == 0 {
		return ""
	}
	return clean.Line(p.Mapping[0].BuildID, maxName)
}

// mappingNames returns the base name of each mapping's file, of either kind of system.
func mappingNames(mappings []*profile.Mapping) map[*profile.Mapping]string {
	names := make(map[*profile.Mapping]string, len(mappings))
	for _, m := range mappings {
		if m.File != "" {
			names[m] = clean.Line(path.Base(strings.ReplaceAll(m.File, `\`, "/")), maxName)
		}
	}
	return names
}

// fingerprint is a hash of the build id and of where everything is loaded, ""
// for a profile that does not tell: where a profiler knows no mappings, it or
// the parser makes one up that starts at 0.
func fingerprint(p *profile.Profile) string {
	h, known := sha256.New(), false
	h.Write([]byte(buildID(p)))
	for _, m := range p.Mapping {
		known = known || m.Start != 0
		h.Write(binary.BigEndian.AppendUint64(nil, m.Start))
	}
	if !known {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
