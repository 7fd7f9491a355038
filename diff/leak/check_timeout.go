package leak

import (
	"slices"
	"strings"

	"leaktop/diff"
)

// missingTimeout finds waits for another machine that nothing ends: reads and
// writes of connections, and what the standard library does on top of them.
func missingTimeout() taskCheck {
	return taskCheck{
		check: MissingTimeout,
		claims: func(t *task) bool {
			return t.state() == diff.IOWait || slices.ContainsFunc(remoteWaits(), func(f string) bool { return t.groups[0].Blocked.Function == f })
		},
		says: func(t *task) string {
			switch blocked := t.groups[0].Blocked.Function; {
			case strings.HasPrefix(blocked, "database/sql."):
				return "wait for a database connection, without a timeout"
			case strings.HasPrefix(blocked, "net/http."):
				return "wait for another service to answer, without a timeout"
			}
			return "wait for the other side of a connection, without a timeout"
		},
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
