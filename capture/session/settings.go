package session

import (
	"regexp"
	"time"
)

// Settings are what the judge of a run was told. They stand in the file, so that
// whoever reads it judges the run as it was judged live. Files of earlier versions
// hold none; the zero Settings are what those versions judged by.
type Settings struct {
	Warmup   time.Duration // nothing within it after the first snapshot feeds a trend
	Handlers []string      // regular expressions over functions that are request handlers
	Own      []string      // prefixes of functions that count as own code
	Limit    int64         // a memory limit that the user named, in bytes; 0 for none
}

func (p *payload) settings(s Settings) {
	p.int(int64(s.Warmup))
	p.strings(s.Handlers)
	p.strings(s.Own)
	p.int(s.Limit)
}

// maxPatterns bounds the patterns together, in bytes: to compile them takes some
// hundred times as much memory.
const maxPatterns = 64 << 10

// settings reads them; false where they cannot be meant. What a later version
// writes behind them is passed over.
func (p *parser) settings() (Settings, bool) {
	s := Settings{Warmup: time.Duration(p.positive()), Handlers: p.strings(), Own: p.strings(), Limit: p.positive()}
	bytes := 0
	for _, pattern := range s.Handlers {
		if bytes += len(pattern); bytes > maxPatterns {
			return Settings{}, false
		}
		// A writer has compiled them, but the file may come from anybody.
		if _, err := regexp.Compile(pattern); err != nil {
			return Settings{}, false
		}
	}
	return s, !p.bad
}
