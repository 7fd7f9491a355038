package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"leaktop/capture/clean"
)

// maxMessage is what is read of the body of an error; its first line says enough.
const maxMessage = 4 << 10

// status says what an answer other than 200 means.
func (a *attempt) status(resp *http.Response) *Error {
	// The status tells more than a failure to read the text that goes with it.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage))
	if errors.Is(a.parent.Err(), context.Canceled) {
		return a.stopped(err, "")
	}
	e := a.explain(resp, string(body))
	e.Status, e.RetryAfter = resp.StatusCode, retryAfter(resp, time.Now())
	return e
}

func (a *attempt) explain(resp *http.Response, body string) *Error {
	code := strconv.Itoa(resp.StatusCode)
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		if resp.Request != nil && resp.Request.Header.Get("Authorization") != "" {
			return a.fail(Unauthorized, code+" unauthorized", "401, these credentials were refused",
				"check the user and the password, or what -H 'Authorization: …' gives", nil)
		}
		return a.fail(Unauthorized, code+" unauthorized", "401, it requires credentials",
			"give -H 'Authorization: …', or write USER:PASSWORD@ before the host", nil)
	case http.StatusForbidden:
		return a.fail(Forbidden, code+" forbidden", "403, it denies access"+said(resp, body),
			"ask from an allowed address or with other credentials (-H 'Authorization: …')", nil)
	case http.StatusNotFound:
		return a.notFound(resp, body)
	case http.StatusMethodNotAllowed:
		return a.fail(NotAllowed, code, "405, this path does not accept GET", "check that the address is that of pprof", nil)
	}
	if resp.StatusCode == http.StatusBadRequest && askedForTLS(body) {
		return a.plainToTLS(nil)
	}
	reason := code
	if text := http.StatusText(resp.StatusCode); text != "" {
		reason += " " + strings.ToLower(text)
	}
	todo := "check that the address is that of pprof"
	if resp.StatusCode >= 500 {
		todo = "look at the target's own log, or at what stands in front of it"
	}
	return a.fail(Status, reason, reason+said(resp, body), todo, nil)
}

// notFound tells a profile that pprof does not know from a path where there is
// no pprof. pprof marks its own errors with X-Go-Pprof, but proxies may drop that.
func (a *attempt) notFound(resp *http.Response, body string) *Error {
	index := a.client.target.Address()
	if strings.HasPrefix(body, "Unknown profile") || resp.Header.Get("X-Go-Pprof") != "" {
		return a.fail(NoProfile, "404, unknown profile", "404, pprof is there but has no profile of this name",
			"see "+index+" for the names it has", nil)
	}
	return a.fail(NotFound, "404", "404, nothing is served there",
		"pprof may be mounted elsewhere, such as below /debug/ or the program's own prefix, or on another port: give its full address (http://HOST:PORT/PREFIX/debug/pprof/)", nil)
}

// askedForTLS recognises how Go and nginx answer plain HTTP on a TLS port.
func askedForTLS(body string) bool {
	return strings.Contains(body, "HTTP request to an HTTPS server") || strings.Contains(body, "HTTP request was sent to HTTPS port")
}

// said returns the server's own words as the end of a sentence; "" for none
// and for a page of HTML, whose first line says nothing.
func said(resp *http.Response, body string) string {
	text := clean.Line(body, 200)
	if text == "" || looksLikeHTML(resp.Header.Get("Content-Type"), []byte(body)) {
		return ""
	}
	return fmt.Sprintf(", and it says %q", text)
}
