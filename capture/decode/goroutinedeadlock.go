package decode

import "bytes"

// isDeadlock reports whether a line is how the runtime ends a program in which
// no goroutine can wake another (checkdead of runtime/proc.go, Go 1.26), with
// whatever a log puts before it.
func isDeadlock(line []byte) bool {
	i := bytes.Index(line, []byte("fatal error: "))
	if i < 0 {
		return false
	}
	switch text := line[i+len("fatal error: "):]; {
	case bytes.HasPrefix(text, []byte("all goroutines are asleep - deadlock!")),
		bytes.HasPrefix(text, []byte("no goroutines (main called runtime.Goexit) - deadlock!")):
		return true
	}
	return false
}
