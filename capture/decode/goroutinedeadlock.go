package decode

import "bytes"

// isDeadlock reports whether a line is how the runtime ends a program in which
// no goroutine can wake another (checkdead of runtime/proc.go, Go 1.26), with
// whatever a log puts before it.
func isDeadlock(line []byte) bool {
	_, text, _ := bytes.Cut(line, []byte("fatal error: "))
	return bytes.HasPrefix(text, []byte("all goroutines are asleep - deadlock!")) ||
		bytes.HasPrefix(text, []byte("no goroutines (main called runtime.Goexit) - deadlock!"))
}
