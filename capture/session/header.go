package session

import (
	"time"

	"leaktop/capture/snapshot"
)

// Header says of a file whose run it holds. Nothing in it is secret.
type Header struct {
	Leaktop string        // the version that wrote it
	Info    snapshot.Info // of the target, as it was first known
	Started time.Time     // by our clock
	Every   time.Duration // between snapshots, as asked for
	Judge   Settings      // what the judge was told; a record of its own, which earlier versions pass over
}

func (p *payload) header(h Header) {
	p.string(h.Leaktop)
	p.info(h.Info)
	p.time(h.Started)
	p.int(int64(h.Every))
}

func (p *parser) header() Header {
	return Header{Leaktop: p.string(), Info: p.info(), Started: p.time(), Every: time.Duration(p.positive())}
}
