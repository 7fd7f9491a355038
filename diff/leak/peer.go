package leak

import (
	"strings"
)

// peer is who goroutines wait for on another machine, as a word of a claim.
type peer string

const (
	anyPeer       peer = ""
	database      peer = "database"
	service       peer = "service"
	sendingClient peer = "client"       // of this server, that is to send
	takingClient  peer = "client-takes" // that is to take what is sent
)

// text is the peer in a sentence.
func (p peer) text() string {
	switch p {
	case database:
		return "a database connection"
	case service:
		return "another service to answer"
	case sendingClient:
		return "a client of this server to send"
	case takingClient:
		return "a client of this server to take its answer"
	}
	return "the other side of a connection"
}

// advice is what sets a timeout for it.
func (p peer) advice() string {
	switch p {
	case database:
		return "close rows and end transactions on every path (defer rows.Close()), and give each query a context with a timeout (QueryContext), which ends the wait for a connection, too; bound the pool with SetMaxOpenConns only as high as the database can take"
	case service:
		return "give each call a deadline: a context with a timeout, or http.Client.Timeout; close response bodies when done"
	case sendingClient:
		return "set ReadHeaderTimeout, ReadTimeout and IdleTimeout on the http.Server, or SetReadDeadline on the connection (http.ResponseController) for one handler: without them a client that stops sending keeps its goroutine for ever"
	case takingClient:
		return "set WriteTimeout on the http.Server, or SetWriteDeadline on the connection (http.ResponseController) for one handler: without it a client that stops reading keeps its goroutine for ever"
	}
	return ""
}

// peerOf tells who goroutines of a task wait for, by the first functions from
// the leaf that do not serve both sides. A handler that reads from a connection
// of its own to another machine waits under a server, but not for its client.
func (s *scene) peerOf(t *task) peer {
	switch blocked := t.groups[0].Blocked.Function; {
	case strings.HasPrefix(blocked, "database/sql."):
		return database
	case remote(t):
		return service
	}
	writes := false
	for id := range s.cfg.Table.FrameIDs(t.main()) {
		f := s.cfg.Table.Frame(id).Function
		switch {
		case f == "internal/poll.(*FD).Write", f == "net.(*conn).Write":
			writes = true
		case s.sites.kind(id) == ownCode:
			return anyPeer
		case clientSide(f):
			return service
		case serves(f), servesBody(f):
			if writes {
				return takingClient
			}
			return sendingClient
		}
	}
	return anyPeer
}

// servesBody reports whether a function reads a request or writes an answer.
func servesBody(f string) bool {
	for _, receiver := range []string{
		"net/http.(*http2requestBody).", "net/http.(*http2responseWriter).", "net/http.(*response).", "net/http.checkConnErrorWriter.",
		"net/http.(*expectContinueReader).", "google.golang.org/grpc/internal/transport.(*http2Server).",
	} {
		if strings.HasPrefix(f, receiver) {
			return true
		}
	}
	return false
}
