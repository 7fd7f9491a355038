package leak

import (
	"strings"

	"leaktop/diff"
)

// ForgottenBody is connections of a client that nobody closes or uses again.
// Its claim has the value now (goroutines), and the word "unread" where they wait
// for a body.
const ForgottenBody Check = "forgotten-body"

// forgottenBody finds connections of an HTTP client that are kept alive by
// nobody: each has two loops, and the one that reads waits in a select for the
// body of the response to be read to its end or closed. Where it waits for
// input instead the connection is idle, and more and more of those come from a
// client that is made anew for each request.
func forgottenBody() detector[*task] {
	const unreadBody = "unread"
	return detector[*task]{
		check: ForgottenBody,
		finds: func(_ *scene, t *task) bool { return strings.HasPrefix(t.entry.Function, clientConnection) },
		claim: func(_ *scene, t *task) Fact {
			f := t.claim()
			if unread(t) {
				f.Words = []string{unreadBody}
			}
			return f
		},
		says: func(f Fact) string {
			if f.says(unreadBody) {
				return f.those("serves a connection whose response body was never closed", "serve connections whose response body was never closed")
			}
			return f.those("keeps an idle connection to a server open", "keep idle connections to servers open")
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo: "close the body of every response, on every path (defer response.Body.Close()), and share one http.Client and its Transport: one made for each request keeps its idle connections for IdleConnTimeout, or for ever without it",
		},
	}
}

// clientConnection is the type whose loops serve one connection of a client.
const clientConnection = "net/http.(*persistConn)."

// unread reports whether the loops wait for a body rather than for input.
func unread(t *task) bool {
	for _, g := range t.groups {
		if g.Entry.Function == clientConnection+"readLoop" && g.State == diff.Select {
			return true
		}
	}
	return false
}
