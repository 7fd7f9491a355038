package fetch

import (
	"bytes"
	"mime"
	"strings"
	"time"
)

// Response is a whole answer with status 200.
type Response struct {
	URL         string // that answered, after redirects; without userinfo and query, safe to print
	Body        []byte // as sent, still packed
	ContentType string // as the server names it, safe to print
	GoPprof     bool   // whether it carries X-Go-Pprof, as the errors of net/http/pprof do
	Time        time.Time
	Latency     time.Duration
}

// IsHTML reports whether the body is a page of HTML, by its type or its start.
func (r *Response) IsHTML() bool { return looksLikeHTML(r.ContentType, r.Body) }

// ExpectProfile returns an [*Error] if the answer cannot be a profile: if it is
// empty, HTML or JSON. What is packed with gzip passes, and so does what may be
// plain protobuf or one of the legacy text formats: only decoding tells those.
// No profile starts with "<", "{" or "[": as the first byte of protobuf these
// are a group or wire types that do not exist.
func ExpectProfile(r *Response) error {
	start := bytes.TrimLeft(r.Body, " \t\r\n")
	switch {
	case bytes.HasPrefix(r.Body, []byte{0x1f, 0x8b}):
		return nil
	case len(start) == 0:
		return newError(Content, r.URL, "empty answer", "the body is empty where a profile was expected",
			"check that the address is that of pprof", nil)
	case r.IsHTML():
		// pprof.Index cuts "/debug/pprof/" off the path and takes the rest as the
		// name, so below another prefix it answers every name with its own page.
		return newError(HTML, r.URL, "HTML, not a profile", "an HTML page came where a profile was expected",
			"if pprof.Index is mounted there, mount it at /debug/pprof/ (http.StripPrefix helps below a prefix); if there is a login in front of it, give -H 'Authorization: …'; else give the address of pprof", nil)
	case start[0] == '{' || start[0] == '[':
		return newError(Content, r.URL, "JSON, not a profile", "JSON came where a profile was expected",
			"check that the address is that of pprof", nil)
	}
	return nil
}

// NotIndex returns the error for an answer of the index route that turned out
// not to be the index page of pprof; cause says why and may be nil.
func NotIndex(r *Response, cause error) *Error {
	return newError(NotPprof, r.URL, "not pprof", "something answers there, but it is not pprof's index page",
		"check the port, and where pprof is mounted: give its full address (http://HOST:PORT/PREFIX/debug/pprof/)", cause)
}

func looksLikeHTML(contentType string, body []byte) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil && strings.HasSuffix(media, "html") {
		return true
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("<"))
}
