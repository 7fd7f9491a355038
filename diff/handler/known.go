package handler

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// severalRoutes stands for the route of a handler that has more than one. No
// label holds it, since labels are free of control characters.
const severalRoutes = "\x00"

// named returns the handler under the name to show.
func (k *known) named() Handler {
	h := k.Handler
	if k.route != "" && k.route != severalRoutes {
		h.Name = k.route
	}
	return h
}

// newHandler returns the index of a handler, after adding one that is new. A
// function is one handler, wherever in it the stacks are. A gRPC method and the
// function that was generated to call it are one.
func (f *Finder) newHandler(id snapshot.FrameID, at found) int32 {
	s := f.table.Frame(id)
	h := Handler{
		Name:      shortName(s.Function),
		Function:  s.Function,
		File:      s.File,
		Line:      s.Line,
		Framework: string(at.framework),
		key:       functionKey(s.Function),
	}
	if s.StartLine > 0 {
		h.Line = s.StartLine
	}
	if at.rpc != 0 {
		h.Name, h.key = rpcName(f.table.Frame(at.rpc).Function)
	}
	i, ok := f.byKey[h.key]
	if !ok {
		i = int32(len(f.handlers))
		f.byKey[h.key] = i
		f.handlers = append(f.handlers, known{Handler: h, receiver: receiverOf(h.Function)})
		return i
	}
	// The method that implements an RPC tells more than the generated function
	// that stood for it.
	if have := &f.handlers[i]; isGenerated(have.Function) && !isGenerated(h.Function) {
		have.Function, have.File, have.Line = h.Function, h.File, h.Line
		have.receiver = receiverOf(h.Function)
	}
	return i
}

func isGenerated(function string) bool {
	_, _, ok := rpcOf(localName(function, diff.PackageOf(function)))
	return ok
}

// functionKey is never empty, whatever a profile calls a function.
func functionKey(function string) string { return "func " + plainName(function) }

// rpcName returns the name of the method that a generated function calls, and
// its key: the function itself, without the closure in it.
func rpcName(function string) (name, key string) {
	service, method, _ := rpcOf(localName(function, diff.PackageOf(function)))
	for outer := range enclosing(function) {
		function = outer
		break
	}
	return service + "/" + method, functionKey(function)
}
