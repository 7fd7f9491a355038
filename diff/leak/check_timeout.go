package leak

import "leaktop/diff"

// MissingTimeout is goroutines that wait for another machine without end. Its
// claim has the value now (goroutines), and a word for who that is where it is
// known; see [peer].
const MissingTimeout Check = "missing-timeout"

// missingTimeout finds waits for another machine that nothing ends: reads and
// writes of connections, and what the standard library does on top of them.
func missingTimeout() detector[*task] {
	return detector[*task]{
		check: MissingTimeout,
		finds: func(s *scene, t *task) bool {
			return t.state() == diff.IOWait || remote(t) || t.state() == diff.CondWait && s.peerOf(t) == sendingClient
		},
		claim: func(s *scene, t *task) Fact {
			if p := s.peerOf(t); p != anyPeer {
				return t.claim(string(p))
			}
			return t.claim()
		},
		says: func(f Fact) string {
			return f.those("waits for ", "wait for ") + peer(f.word()).text() + ", without a timeout"
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   atIO,
			native: "put a timeout on the call, and close the connection when it expires",
		},
		advice: func(s *scene, t *task) string { return s.peerOf(t).advice() },
	}
}

// remoteWaits are functions of the standard library in which a caller waits for
// another machine in a select.
func remoteWaits() []string {
	return []string{
		"net/http.(*persistConn).roundTrip", "net/http.(*Transport).getConn", "net/http.(*http2clientStream).writeRequest",
		"net/http.(*http2ClientConn).roundTrip", "database/sql.(*DB).conn",
	}
}
