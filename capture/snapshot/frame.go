package snapshot

// Frame is one line of a stack, identified by its content. Two frames are the
// same exactly if they are equal as values: addresses take no part, so that a
// rebuild of the same code or a shifted load address needs no special case.
//
// All strings were sanitised by capture/decode and are safe to print.
type Frame struct {
	Function  string // full name, as the profile gives it: "net/http.(*conn).serve"
	File      string // full path, or "" where the profile has none
	Line      int    // line in File, 0 unknown
	StartLine int    // line of the func keyword in File, 0 unknown
	Inlined   bool   // inlined into its caller, the next frame towards the root
}

// FrameID names one interned [Frame] of a [Table]. The zero value names no frame.
type FrameID uint32

// StackID names one interned stack of a [Table]: the path of frames from the
// root, the goroutine's entry function, to a leaf. The zero value is [NoStack].
type StackID uint32

// NoStack is the empty stack: what a sample without a location has.
const NoStack StackID = 0
