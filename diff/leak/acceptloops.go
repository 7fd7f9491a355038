package leak

import (
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// trait is what the stack of a goroutine tells of how it hangs together with the
// clients of the process.
type trait uint16

const (
	looked  trait = 1 << iota
	accepts       // it waits for the next client
	dialled       // it belongs to a connection that this process opened
	reads         // it waits for input from a connection
	streams       // it waits for the next message of a client's stream
	// watches says that it waits for a client to leave while a handler is at work.
	watches
	// asks says that it reads a request, by the HTTP server's own reader.
	asks
	handles   // a request handler is on it
	websocket // it reads a websocket
)

// acceptLoops are the functions of a run that accept clients, and what each
// goroutine's stack has to do with them. Stacks are looked at once.
type acceptLoops struct {
	traits   []trait // index is a StackID
	loops    []snapshot.Frame
	packages map[string]bool  // of the loops
	frames   snapshot.FrameID // the last that was looked at
	// dials and upgrades say whether the process has code for the client's and the
	// server's side of a websocket on any stack.
	dials, upgrades bool
}

// update takes in the goroutines of the newest snapshot.
func (a *acceptLoops) update(table *snapshot.Table, s *snapshot.Snapshot) {
	if s == nil {
		return
	}
	if a.packages == nil {
		a.packages = make(map[string]bool)
	}
	frames, stacks := table.Size()
	if n := stacks + 1 - len(a.traits); n > 0 {
		a.traits = append(a.traits, make([]trait, n)...)
	}
	for int(a.frames) < frames {
		a.frames++
		a.websockets(table.Frame(a.frames).Function)
	}
	for _, key := range s.Goroutines.Keys {
		if a.traits[key.Stack] == 0 {
			a.look(table, key.Stack)
		}
	}
}

func (a *acceptLoops) websockets(function string) {
	if !ofWebsocket(function) {
		return
	}
	a.dials = a.dials || strings.Contains(function, ".Dial") || strings.Contains(function, "Dialer).")
	a.upgrades = a.upgrades || strings.Contains(function, "pgrade") || strings.HasSuffix(function, ".Accept") || strings.Contains(function, "(*Server).") || strings.Contains(function, "Server.")
}

// look finds the traits of a stack, and the loop that accepts on it.
func (a *acceptLoops) look(table *snapshot.Table, id snapshot.StackID) {
	t := looked
	accepting := false
	var loop snapshot.Frame
	for f := range table.Frames(id) {
		function := f.Function
		switch {
		case strings.HasPrefix(function, "net.(*") && strings.Contains(function, ".Accept"):
			t |= accepts
			accepting = true
		case isAccept(function):
			accepting = true
		case accepting && loop.Function == "" && !strings.HasPrefix(function, "net.") && !strings.HasPrefix(function, "crypto/tls."):
			loop = f
		}
		t |= traitOf(function)
	}
	if loop.Function != "" && (t&accepts != 0 || servesAlways(loop.Function)) {
		t |= accepts
		a.learn(loop)
	}
	a.traits[id] = t
}

// learn notes a loop.
func (a *acceptLoops) learn(loop snapshot.Frame) {
	for _, known := range a.loops {
		if known.Function == loop.Function {
			return
		}
	}
	a.loops = append(a.loops, loop)
	a.packages[diff.PackageOf(loop.Function)] = true
}

// serves reports whether a stack goes through code of a server: of the package
// of an accept loop, or of the server of the standard library.
func (a *acceptLoops) serves(table *snapshot.Table, id snapshot.StackID) bool {
	for f := range table.Frames(id) {
		if serves(f.Function) || servesHTTP2(f.Function) || a.packages[diff.PackageOf(f.Function)] {
			return true
		}
	}
	return false
}

// traitOf is what one function on a stack tells.
func traitOf(function string) trait {
	switch {
	case function == "internal/poll.(*FD).Read", function == "internal/poll.(*FD).RawRead":
		return reads
	case function == "net/http.(*connReader).backgroundRead":
		return watches
	case strings.HasPrefix(function, "net/http.(*connReader)."):
		return asks
	case strings.HasSuffix(function, "grpc.(*serverStream).RecvMsg"), strings.HasSuffix(function, "http2requestBody).Read"), strings.HasSuffix(function, "http2.(*requestBody).Read"):
		return streams
	case handlesRequest(function):
		return handles
	case ofWebsocket(function):
		return websocket
	case dials(function):
		return dialled
	}
	return 0
}

// handlesRequest reports whether a function is that of a request handler, or
// what a server calls it by.
func handlesRequest(function string) bool {
	return strings.HasSuffix(function, ".ServeHTTP") || strings.HasSuffix(function, "grpc.(*Server).handleStream")
}

// dials reports whether a function of a library belongs to a connection that
// this process opened.
func dials(function string) bool {
	switch {
	case clientSide(function), strings.HasPrefix(function, "net/http.(*Transport)."), strings.HasPrefix(function, "net/http.(*http2clientConnReadLoop)."):
		return true
	case strings.Contains(function, "grpc/internal/transport.(*http2Client)."):
		return true
	case strings.Contains(function, "http2.(*ClientConn)."), strings.Contains(function, "http2.(*clientConnReadLoop)."):
		return true
	}
	return strings.HasPrefix(function, "database/sql.")
}

// servesHTTP2 reports whether a function reads a client's HTTP/2 connection, of
// which the accept loop is in another package.
func servesHTTP2(function string) bool {
	return strings.HasSuffix(function, "golang.org/x/net/http2.(*serverConn).readFrames")
}

// isAccept reports whether a function has the name by which listeners accept.
func isAccept(function string) bool {
	for _, name := range []string{".Accept", ".AcceptTCP", ".AcceptUnix", ".AcceptStream", ".AcceptConn"} {
		if strings.HasSuffix(function, name) {
			return true
		}
	}
	return false
}

// servesAlways reports whether a function accepts clients, whatever its listener
// is made of.
func servesAlways(function string) bool {
	return function == "net/http.(*Server).Serve" || strings.HasSuffix(function, "grpc.(*Server).Serve")
}

// ofWebsocket reports whether a function is of one of the libraries for
// websockets.
func ofWebsocket(function string) bool {
	for _, pkg := range []string{"gorilla/websocket.", "coder/websocket.", "nhooyr.io/websocket.", "gobwas/ws", "golang.org/x/net/websocket."} {
		if strings.Contains(function, pkg) {
			return true
		}
	}
	return false
}
