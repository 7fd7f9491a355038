package decode

import (
	"bytes"
	"fmt"
	"regexp"

	"leaktop/capture/clean"
)

// howToFetch ends every error about something that is no profile.
const howToFetch = "fetch a profile with curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap"

// maxName bounds the characters of an input's name in an error.
const maxName = 200

// refuse makes the one error that says what was wrong with the input called name.
func refuse(name, why, do string) error {
	return fmt.Errorf("%s: %s; %s", clean.Line(name, maxName), why, do)
}

// fullDump matches the first line of goroutine?debug=2.
var fullDump = regexp.MustCompile(`^goroutine \d+ [^\n]*\[`)

// refuseKind refuses what is plainly something else than a profile, by how it
// starts; nil where it may be one.
func refuseKind(name string, data []byte) error {
	const want = ", but a pprof profile was expected"
	text := startOf(data)
	starts := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	switch {
	case len(data) == 0:
		return refuse(name, "it is empty"+want, howToFetch)
	case fullDump.Match(text):
		return refuse(name, "it is a full goroutine dump (debug=2)"+want,
			"fetch /debug/pprof/goroutine without ?debug=2")
	case isGzip(data):
		return refuse(name, "it is gzip within gzip"+want, "unpack it once with gunzip")
	case starts("\x7fELF"), starts("MZ"), starts("\xcf\xfa\xed\xfe"):
		return refuse(name, "it is a program"+want, "name the profile instead, or the address of the running program")
	case isText(data):
		return refuseText(name, text, want)
	}
	return nil
}

// refuseText refuses a text that starts as a page or JSON does, and says what of
// it was wanted; nil for any other.
func refuseText(name string, text []byte, want string) error {
	starts := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	switch {
	case starts("<"):
		return refuse(name, "it is HTML or XML"+want,
			"check the address: pprof may be mounted under another prefix, or a login page is in the way")
	case starts("{") || starts("["):
		return refuse(name, "it is JSON"+want, howToFetch)
	}
	return nil
}

// startOf is how data starts, behind blanks.
func startOf(data []byte) []byte {
	return bytes.TrimLeft(data[:min(len(data), 512)], " \t\r\n\ufeff")
}

// isText reports whether data starts as text does. A protobuf profile does not:
// its first field is short, so that its length is a control character.
func isText(data []byte) bool {
	for _, c := range data[:min(len(data), 512)] {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}
