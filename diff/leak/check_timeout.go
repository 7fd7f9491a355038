package leak

import (
	"slices"
	"strings"

	"leaktop/diff"
)

// MissingTimeout is goroutines that wait for another machine without end. Its
// claim has the value now (goroutines), and the word "database" or "service" where
// that is what they wait for.
const MissingTimeout Check = "missing-timeout"

// missingTimeout finds waits for another machine that nothing ends: reads and
// writes of connections, and what the standard library does on top of them.
func missingTimeout() detector[*task] {
	const waitsForDatabase, waitsForService = "database", "service"
	return detector[*task]{
		check: MissingTimeout,
		finds: func(_ *scene, t *task) bool {
			return t.state() == diff.IOWait || slices.ContainsFunc(remoteWaits(), func(f string) bool { return t.groups[0].Blocked.Function == f })
		},
		claim: func(_ *scene, t *task) Fact {
			switch blocked := t.groups[0].Blocked.Function; {
			case strings.HasPrefix(blocked, "database/sql."):
				return t.claim(waitsForDatabase)
			case strings.HasPrefix(blocked, "net/http."):
				return t.claim(waitsForService)
			}
			return t.claim()
		},
		says: func(f Fact) string {
			what := "the other side of a connection"
			switch f.word() {
			case waitsForDatabase:
				what = "a database connection"
			case waitsForService:
				what = "another service to answer"
			}
			return f.those("waits for ", "wait for ") + what + ", without a timeout"
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "give each call a deadline: a context with a timeout, http.Client.Timeout, or SetDeadline on the connection; close what does not answer, and rows and bodies when done",
			native: "put a timeout around the call, and close the connection when it expires",
		},
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
