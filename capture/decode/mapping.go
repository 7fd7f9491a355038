package decode

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"strings"

	"leaktop/capture/clean"
)

// buildID is the main binary's: profilers write its mapping first.
func (p *proto) buildID() string {
	if len(p.mappings) == 0 {
		return ""
	}
	return p.line(p.mappings[0].buildID)
}

// mappingNames returns the base name of each mapping's file, of either kind of system.
func (p *proto) mappingNames() []string {
	names := make([]string, len(p.mappings))
	for i, m := range p.mappings {
		if file := string(p.raw(m.file)); file != "" {
			names[i] = clean.Line(path.Base(strings.ReplaceAll(file, `\`, "/")), maxName)
		}
	}
	return names
}

// fingerprint is a hash of the build id and of where everything is loaded, ""
// for a profile that does not tell: where a profiler knows no mappings, it or
// the parser makes one up that starts at 0.
func (p *proto) fingerprint() string {
	h, known := sha256.New(), false
	h.Write([]byte(p.buildID()))
	for _, m := range p.mappings {
		known = known || m.start != 0
		h.Write(binary.BigEndian.AppendUint64(nil, m.start))
	}
	if !known {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
