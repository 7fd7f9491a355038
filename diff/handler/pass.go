package handler

import "leaktop/capture/snapshot"

// passed is how many different functions one line of a closure must have called
// for the closure to be a middleware that passes requests on at this line. A
// line that calls two functions by name is common, one with three is not.
const passed = 3

// learnPassing looks for middlewares that call the next handler themselves
//
//	return func(c echo.Context) error { …; return next(c) }
//
// so that no dispatching frame stands between them and the handler. What gives
// them away is that one line calls ever different functions, or another such
// middleware. A frame that was inlined was called by name and does not count.
// Learning such a line makes what is known of stacks stale.
func (f *Finder) learnPassing(stack []snapshot.FrameID, handler int) {
	for i := handler; i > 0; i-- {
		caller := *f.frame(stack[i])
		called := f.frame(stack[i-1])
		if caller.role != own || !caller.closure || caller.at.file == "" ||
			called.role != own || called.inlined {
			return
		}
		switch {
		case f.passing[caller.at], called.at == caller.at:
			continue // already known, or the same middleware, wrapped around itself
		case f.functions[called.function].passes:
			f.pass(caller)
			continue
		}
		functions := f.calls[caller.at]
		if functions == nil {
			functions = make(map[int32]bool)
			f.calls[caller.at] = functions
		}
		functions[called.function] = true
		if len(functions) == passed {
			f.pass(caller)
		}
	}
}

// pass notes that a line of a middleware passes requests on.
func (f *Finder) pass(line frame) {
	f.passing[line.at] = true
	f.functions[line.function].passes = true
	f.stale = true
	delete(f.calls, line.at)
}

// settle looks at all stacks again once a middleware was learned, until none is new.
func (f *Finder) settle() {
	for f.stale {
		f.stale = false
		for i := range f.frames {
			if fr := &f.frames[i]; fr.role == own && f.passing[fr.at] {
				fr.role = dispatch
			}
		}
		for i := range f.functions {
			f.functions[i].owner = noHandler
		}
		clear(f.receivers)
		for i := range f.handlers {
			f.handlers[i].route = ""
		}
		clear(f.labelled)
		for i := range f.places {
			f.places[i] = f.look(f.places[i].stack)
		}
		for r := range f.records {
			f.noteRoute(r)
		}
		f.version++
	}
}
