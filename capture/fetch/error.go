package fetch

import (
	"net/http"
	"time"
)

// Kind says what sort of failure an [Error] is.
type Kind int

// The kinds of failure.
const (
	Other        Kind = iota // none of the below
	Refused                  // nothing listens there
	NoHost                   // the name cannot be looked up
	NoRoute                  // the network does not lead there
	TimedOut                 // in any phase
	Canceled                 // by the caller; wraps [context.Canceled]
	Closed                   // the connection was closed without an answer
	Socket                   // a unix socket that is not there or may not be used
	Proxy                    // the proxy of the environment failed
	TLS                      // the certificate or the handshake
	Scheme                   // https spoken to a plain port, or http to a TLS port
	NotHTTP                  // something else than HTTP answered
	Redirect                 // to another host, or too many
	Unauthorized             // 401
	Forbidden                // 403
	NotFound                 // 404: nothing is served at this path
	NoProfile                // 404 of pprof itself: it knows no profile of this name
	NotAllowed               // 405
	Status                   // any other status than 200; see [Error.Status]
	NotPprof                 // an answer, but not of pprof
	HTML                     // a page where a profile was expected
	Content                  // a body that cannot be what was asked for
	Truncated                // the body ended before its end
	TooLarge                 // the body is over the cap
)

// Error is one failed request. All its text is safe to print and holds no
// userinfo, query or header.
type Error struct {
	Kind   Kind
	Status int           // of the answer; 0 where none came
	After  time.Duration // how long it was waited for, if the kind is TimedOut
	// RetryAfter is how long the answer asks to wait until the next request, ten
	// minutes at most; 0 where it does not.
	RetryAfter time.Duration

	url, reason, why, todo string
	err                    error
}

func newError(kind Kind, url, reason, why, todo string, err error) *Error {
	return &Error{Kind: kind, url: url, reason: reason, why: why, todo: todo, err: err}
}

// Error returns the failure as one line: what was asked, why it failed, and
// what to do.
func (e *Error) Error() string { return e.url + ": " + e.why + "; " + e.todo }

// Reason returns the failure in a few words for a line that names the target
// already: "refused", "timed out after 30s", "404".
func (e *Error) Reason() string { return e.reason }

// Unwrap returns the cause, which may be nil. Its text was not made safe.
func (e *Error) Unwrap() error { return e.err }

// Timeout reports whether the time was up. The target may still be at work on the request.
func (e *Error) Timeout() bool { return e.Kind == TimedOut }

// NoAnswer reports whether no whole answer of the target came, as happens with
// one that is starting, restarting or overloaded; a gateway in front of it may
// say so with a 502, 503 or 504. Waiting may help then. After any other failure
// the target is there, and only another request would help.
func (e *Error) NoAnswer() bool {
	switch e.Kind {
	case Refused, NoHost, NoRoute, TimedOut, Closed, Socket, Proxy, Truncated:
		return true
	case Status:
		return e.Status >= http.StatusBadGateway && e.Status <= http.StatusGatewayTimeout
	}
	return false
}
