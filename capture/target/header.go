package target

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"leaktop/capture/clean"
)

// maxFile bounds what is read of a header, certificate or key file, so that a
// wrong path costs nothing.
const maxFile = 1 << 20

const headerForm = "write -H 'Name: value'"

// Header is one header that requests carry. Its value may be a secret.
type Header struct {
	Name, Value string
}

// ParseHeader reads "Name: value", as -H takes it; the value may be empty. The
// error is a [*UsageError] and never shows the value.
func ParseHeader(line string) (Header, error) {
	name, value, ok := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.Trim(value, " \t\r\n")
	switch {
	case !ok:
		return Header{}, &UsageError{"header", "it has no colon", headerForm}
	case name == "" || strings.Trim(name, tokenBytes) != "":
		return Header{}, &UsageError{"header", "its name is empty or has characters that HTTP forbids", headerForm}
	case strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && r < ' ' || r == 0x7f }):
		return Header{}, &UsageError{"header " + name, "its value holds control characters", headerForm + " on one line"}
	case slices.ContainsFunc(managed(), func(m string) bool { return strings.EqualFold(m, name) }):
		return Header{}, &UsageError{"header " + name, "leaktop sets it itself", "leave it out"}
	}
	return Header{Name: name, Value: value}, nil
}

// ReadHeaders reads a file with one header a line; blank lines are skipped.
// Every error is a [*UsageError] that names the file and the line.
func ReadHeaders(file string) ([]Header, error) {
	data, err := readFile("--header-file", file)
	if err != nil {
		return nil, err
	}
	var headers []Header
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		h, err := ParseHeader(line)
		if err != nil {
			usage := err.(*UsageError)
			where := fmt.Sprintf("%s, line %d: %s", Name(file), n, usage.What)
			return nil, &UsageError{where, usage.Why, "write one 'Name: value' a line"}
		}
		headers = append(headers, h)
	}
	return headers, nil
}

// tokenBytes are the characters of a header name (RFC 9110, "token").
const tokenBytes = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// managed are the headers that frame a message or change how its body is
// coded: one from outside would break the reading of the answer.
func managed() []string {
	return []string{"Accept-Encoding", "Connection", "Content-Length", "Range", "Transfer-Encoding"}
}

// readFile reads a small file that a flag names.
func readFile(flag, file string) ([]byte, error) {
	what := flag + " " + Name(file)
	f, err := os.Open(file)
	if err != nil {
		return nil, unreadable(what, err)
	}
	defer f.Close() // only read from
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(what, err)
	}
	if len(data) > maxFile {
		return nil, &UsageError{what, "it is larger than 1 MiB", "check the path"}
	}
	return data, nil
}

func unreadable(what string, err error) *UsageError {
	why := err
	if pathErr, ok := err.(*os.PathError); ok {
		why = pathErr.Err // the path itself stands in what
	}
	return &UsageError{what, clean.Line(why.Error(), 200), "check the path and its permissions"}
}
