package target

// UsageError is something that the person who typed it can correct: a target
// or a flag that cannot be understood. It holds no secret: neither userinfo
// nor the value of a header. It is one line: What: Why; Do.
type UsageError struct {
	What string // the input, as far as it may be shown
	Why  string // what is wrong with it
	Do   string // what to type instead
}

func (e *UsageError) Error() string { return e.What + ": " + e.Why + "; " + e.Do }
