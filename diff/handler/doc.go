// Package handler tells which request handler a stack belongs to, and adds up
// what each handler allocates, keeps and leaves running.
//
// What flows in: the table that interned the stacks, profiles, and comparisons
// of two of them. What flows out: a [Handler] for a stack, and the [Row]s of
// the handlers screen.
//
// A profile does not say which request a stack serves, but the frames do: the
// handler is what the framework's dispatching frame nearest the leaf calls.
// Nearest the leaf, because middlewares are called by dispatching frames too,
// and they lie nearer the root. The names of these frames were read off
// profiles of real programs; testdata holds them. What a middleware allocates
// itself counts to the middleware.
//
// Work that a handler hands to another goroutine has no handler on its stack,
// and no profile names the creator. [Finder] finds it where it can, and
// [Handler.Link] says how.
package handler
