package handler

import "leaktop/diff"

// Other names what belongs to no handler.
const Other = "other"

// Handler is the function that answers a kind of request.
type Handler struct {
	// Name is the shortest that tells handlers apart: the route where a pprof
	// label says it ("POST /orders"), the service and method of a gRPC handler
	// ("Orders/Create"), else the function without the path of its package
	// ("orders.(*Desk).Create").
	Name     string
	Function string // full name; "" where a label names the handler and no stack shows it
	File     string // of Function, "" unknown
	Line     int    // of the func keyword, else of a line in Function; 0 unknown
	// Framework is what calls the handler: "net/http", "chi", "gin", "echo",
	// "fiber", "fasthttp", "gRPC", "connect", "user" for what a pattern of the
	// user's matched, "" where a label alone names the handler.
	Framework string
	Link      Link

	key string
}

// Key identifies a handler for the life of a [Finder]; equal keys, same
// handler. It is no text to show.
func (h Handler) Key() string { return h.key }

// Link says how a stack hangs together with its handler.
type Link uint8

const (
	// OnStack is a handler that is a frame of the stack itself.
	OnStack Link = iota
	// Labelled is a handler that a pprof label of the goroutine names.
	Labelled
	// Started is a handler whose code started the goroutine: its first function
	// of one's own is a closure made in a function that runs under this handler
	// and no other.
	Started
	// Guessed is a handler that likely started the goroutine: there are several
	// of its kind at once, and they run a method of the type whose only handler
	// it is. `go d.follow(id)` leaves no other trace: the wrapper that the
	// compiler makes for it is left out of profiles.
	Guessed
)

// String gives the link as a word for people; "" for a handler on the stack.
func (l Link) String() string {
	switch l {
	case Labelled:
		return "labelled"
	case Started:
		return "started by it"
	case Guessed:
		return "likely started by it"
	}
	return ""
}

// other is what Of returns for a stack under no handler.
func other() Handler { return Handler{Name: Other} }

// shortName is a function without the path of its package and without type
// arguments. A major version is no name: "github.com/acme/pay/v2.Charge" is
// pay.Charge.
func shortName(function string) string {
	pkg := diff.PackageOf(function)
	local := localName(function, pkg)
	if pkg == "" {
		return local
	}
	return packageName(pkg) + "." + local
}
