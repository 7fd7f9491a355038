package handler

import (
	"iter"
	"slices"

	"leaktop/capture/snapshot"
)

// learnOwners notes which functions run under a handler, given the stack from
// the leaf to the handler.
func (f *Finder) learnOwners(stack []snapshot.FrameID, handler int32) {
	for i, id := range stack {
		if fr := f.frame(id); fr.role == own || i == len(stack)-1 {
			f.owned(&f.functions[fr.function].owner, handler)
		}
	}
	if receiver := f.handlers[handler].receiver; receiver != "" {
		one, ok := f.receivers[receiver]
		if !ok {
			one = noHandler
		}
		if f.owned(&one, handler) {
			f.receivers[receiver] = one
		}
	}
}

// owned notes a handler where one, none or several are known, and reports
// whether that is news.
func (f *Finder) owned(have *int32, handler int32) bool {
	switch *have {
	case handler, shared:
		return false
	case noHandler:
		*have = handler
	default:
		*have = shared
	}
	f.version++
	return true
}

// startedBy returns the handler that started the goroutines which enter at a
// function, noHandler where that cannot be told.
func (f *Finder) startedBy(entry int32) (int32, Link) {
	fn := &f.functions[entry]
	if fn.at != f.version {
		fn.handler, fn.link = f.starter(fn)
		fn.at = f.version
	}
	return fn.handler, fn.link
}

func (f *Finder) starter(entry *function) (int32, Link) {
	switch owner := f.ownerAmong(enclosing(entry.name)); owner {
	case noHandler:
	case shared:
		return noHandler, OnStack
	default:
		return owner, Started
	}
	// One goroutine of a kind is a service's own loop; a task that requests
	// start there are several of.
	if receiver := receiverOf(entry.name); entry.several && receiver != "" {
		if one, ok := f.receivers[receiver]; ok && one != shared {
			return one, Guessed
		}
	}
	return noHandler, OnStack
}

// ownerAmong returns the handler under which alone the first of some functions
// runs that was seen to run under any; shared where it runs under several.
func (f *Finder) ownerAmong(names iter.Seq[string]) int32 {
	for name := range names {
		if i, ok := f.byName[name]; ok && f.functions[i].owner != noHandler {
			return f.functions[i].owner
		}
	}
	return noHandler
}

// Owner returns the handler under which alone a function was seen to run, or the
// one that its closure is made in; false where there is none, or are several.
// What the function starts is started by that handler.
func (f *Finder) Owner(function string) (Handler, bool) {
	f.settle()
	owner := f.ownerAmong(slices.Values([]string{function}))
	if owner == noHandler {
		owner = f.ownerAmong(enclosing(function))
	}
	if owner < 0 {
		return other(), false
	}
	h := f.handlers[owner].named()
	h.Link = Started
	return h, true
}

// Observe looks at all stacks of profiles, so that what they show of each other
// is known: which functions run under which handler, which are middlewares,
// what labels call a handler, and which goroutines there are several of. Nil
// profiles are passed over. What was seen before costs little.
func (f *Finder) Observe(profiles ...*snapshot.Profile) {
	for _, p := range profiles {
		if p == nil {
			continue
		}
		last := snapshot.NoStack
		for _, k := range p.Keys {
			if k.Stack != last {
				f.see(k.Stack)
				last = k.Stack
			}
			if k.Labels != 0 {
				f.learnRoute(k)
			}
		}
		if p.Kind == snapshot.Goroutine {
			f.learnSeveral(p)
		}
	}
	f.settle()
}

// learnSeveral notes the functions at which several goroutines of a profile entered.
func (f *Finder) learnSeveral(p *snapshot.Profile) {
	if len(p.Types) == 0 {
		return
	}
	for i, k := range p.Keys {
		entry := f.places[f.see(k.Stack)].entry
		if entry == noFunction {
			continue
		}
		fn := &f.functions[entry]
		fn.running = snapshot.AddSaturating(fn.running, p.Vector(i)[0])
		if fn.running > 1 && !fn.several {
			fn.several = true
			f.version++
		}
	}
	for i := range f.functions {
		f.functions[i].running = 0
	}
}
