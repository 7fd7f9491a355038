package fetch

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// phase is how far a request has come.
type phase int32

const (
	connecting phase = iota
	handshaking
	waiting
	readingBody
)

func (p phase) String() string {
	return [...]string{"connecting", "in the TLS handshake", "waiting for an answer", "reading the body"}[p]
}

// progress follows one request through net/http, which reports from several goroutines.
type progress struct {
	phase    atomic.Int32
	pending  atomic.Bool // a request was written and nothing has come back
	repeated atomic.Bool // net/http was about to send it again
	reused   atomic.Bool // it went over a connection that an earlier request had used
	cancel   context.CancelFunc
}

func (p *progress) enter(to phase) { p.phase.Store(int32(to)) }

func (p *progress) at() phase { return phase(p.phase.Load()) }

// trace returns a context with which a request reports its progress. It also
// stops net/http from asking again by itself, as it does with a GET on a kept
// connection that closes without an answer: a server with a WriteTimeout closes
// so after it has made a costly profile, and would make it once more.
func (p *progress) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			p.enter(connecting)
			if p.pending.Load() {
				p.repeated.Store(true)
				p.cancel()
			}
		},
		TLSHandshakeStart: func() { p.enter(handshaking) },
		GotConn: func(info httptrace.GotConnInfo) {
			p.enter(waiting)
			p.reused.Store(info.Reused)
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				p.pending.Store(true)
			}
		},
		GotFirstResponseByte: func() { p.pending.Store(false) },
	})
}
