package handler

import (
	"strings"

	"leaktop/capture/snapshot"
)

// place is what is known of one stack.
type place struct {
	stack   snapshot.StackID
	handler int32 // index in Finder.handlers, noHandler for none on the stack
	entry   int32 // index in Finder.functions of the first own function from the root; noFunction for none
}

// found is where in a stack its handler is, leaf first.
type found struct {
	frame     int // of the handler, noFrame where a request is served but by none: routing, a framework's own work
	framework framework
	rpc       snapshot.FrameID // the generated function that calls this gRPC method; 0 for any other handler
}

const noFrame = -1

// locate finds the handler of a stack, given leaf first; false for a stack that
// serves no request.
func (f *Finder) locate(stack []snapshot.FrameID) (found, bool) {
	if len(f.patterns) > 0 {
		for i := len(stack) - 1; i >= 0; i-- {
			if f.frame(stack[i]).matched {
				return found{frame: i, framework: byUser}, true
			}
		}
	}
	for i, id := range stack {
		fr := f.frame(id)
		at := found{frame: i}
		switch {
		case fr.rpc:
			at.frame, at.rpc = f.implementation(stack, i)
		case fr.role == dispatch:
			at.frame = f.called(stack, i)
		case !fr.serves:
			continue
		case fr.role == foreign:
			at.frame = f.adapted(stack, i)
		case fr.role == plumbing:
			at.frame = noFrame
		}
		at.framework = f.frameworkAbove(stack[i:])
		return at, true
	}
	return found{}, false
}

// implementation returns the method that the generated function i calls, or an
// interceptor that it calls instead. What it does besides is reading the
// request, which is the method's too.
func (f *Finder) implementation(stack []snapshot.FrameID, i int) (int, snapshot.FrameID) {
	if i > 0 {
		called := f.frame(stack[i-1])
		switch name := f.functions[called.function].name; {
		case f.functions[f.frame(stack[i]).function].calls(name):
			return i - 1, stack[i]
		case called.role == own || called.role == foreign:
			return i - 1, 0
		}
	}
	return i, stack[i]
}

// called returns the handler that the dispatching frame i calls, noFrame for
// none. It must call it directly: what it calls of its framework's own is routing.
func (f *Finder) called(stack []snapshot.FrameID, i int) int {
	if i == 0 {
		return noFrame
	}
	takesAny := f.frame(stack[i]).takesAny
	switch fr := f.frame(stack[i-1]); {
	case fr.role == own, fr.role == standard && takesAny && !isRuntime(fr.pkg):
		return i - 1
	case fr.role == foreign:
		return f.adapted(stack, i-1)
	}
	return noFrame
}

// adapted returns the handler for another module's: the first own function that
// its package calls, as routers and adapters do, else itself.
func (f *Finder) adapted(stack []snapshot.FrameID, i int) int {
	pkg := f.frame(stack[i]).pkg
	for j := i - 1; j >= 0; j-- {
		switch fr := f.frame(stack[j]); {
		case fr.role == own:
			return j
		case fr.role != foreign || fr.pkg != pkg:
			return i
		}
	}
	return i
}

// frameworkAbove names the framework of the frames from the dispatching one to
// the root: the first that is more than net/http, which most are built on.
func (f *Finder) frameworkAbove(stack []snapshot.FrameID) framework {
	for _, id := range stack {
		fr := f.frame(id)
		if fr.role == dispatch && fr.framework != noFramework && fr.framework != netHTTP {
			return fr.framework
		}
	}
	return netHTTP
}

// entryOf returns the first function of one's own from the root: what a
// goroutine was started for, below what libraries put there (errgroup,
// sync.WaitGroup.Go, a worker pool).
func (f *Finder) entryOf(stack []snapshot.FrameID) int32 {
	for i := len(stack) - 1; i >= 0; i-- {
		if fr := f.frame(stack[i]); fr.role == own {
			return fr.function
		}
	}
	return noFunction
}

func isRuntime(pkg string) bool {
	return pkg == "runtime" || strings.HasPrefix(pkg, "runtime/") || strings.HasPrefix(pkg, "internal/")
}
