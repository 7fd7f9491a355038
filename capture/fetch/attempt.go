package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"leaktop/capture/clean"
)

// attempt is one request under way, with what its failure may have to name.
type attempt struct {
	client   *Client
	parent   context.Context // the caller's
	ctx      context.Context // with the deadline
	start    time.Time
	limit    time.Duration
	url      *url.URL // the latest that was asked
	progress *progress
}

// fail returns an error about the URL that was asked.
func (a *attempt) fail(kind Kind, reason, why, todo string, err error) *Error {
	return newError(kind, a.client.target.Describe(a.url), reason, why, todo, err)
}

// failed says what an error of net/http means that came before the headers of
// an answer did.
func (a *attempt) failed(err error) *Error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the rest of its text is the URL
		if latest, parseErr := url.Parse(u.URL); parseErr == nil && latest.Host != "" {
			a.url = latest // where a redirect led
		}
	}
	if e := a.stopped(err, ""); e != nil {
		return e
	}
	if r, ok := errors.AsType[*redirectError](err); ok {
		return a.redirected(r)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return a.fail(Proxy, "proxy failed",
			"the proxy set in the environment failed: "+detail(op.Err),
			"correct HTTP_PROXY or HTTPS_PROXY, or set NO_PROXY="+clean.Text(a.url.Hostname()), err)
	}
	// net/http has no type for this, and quotes the address, which may hold a password.
	if strings.Contains(err.Error(), "failed to parse Location header") {
		return a.fail(Redirect, "redirects elsewhere", "it redirects to an invalid address", "give the address of pprof itself", nil)
	}
	if a.client.target.Unix() {
		if e := a.socket(err); e != nil {
			return e
		}
	}
	if e := a.network(err); e != nil {
		return e
	}
	if e := a.secure(err); e != nil {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "server closed idle connection") {
		return a.closed(err)
	}
	if malformed(err) {
		if strings.Contains(err.Error(), `"\x15\x03`) { // the start of a TLS alert
			return a.plainToTLS(err)
		}
		return a.fail(NotHTTP, "not HTTP", "the server there does not speak HTTP",
			"check the port; it must be the one that serves pprof", err)
	}
	return a.fail(Other, "failed", detail(err), "check the address", err)
}

// malformed says whether what came is no answer in HTTP. net/http has no type
// for that, nor for a server that speaks first, as SSH does.
func malformed(err error) bool {
	return strings.Contains(err.Error(), "malformed") || strings.Contains(err.Error(), "readLoopPeekFail")
}

// stopped says whether the request ended because it was to end: its time was
// up or the caller gave it up. came is what had come by then, or "".
func (a *attempt) stopped(err error, came string) *Error {
	var timeout net.Error
	switch {
	case a.progress.repeated.Load():
		return a.closed(err)
	case errors.Is(a.parent.Err(), context.Canceled):
		return a.fail(Canceled, "interrupted", "interrupted", "run it again", context.Canceled)
	case errors.Is(a.ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		at := a.progress.at()
		todo := "check host, port and any firewall in between, or give it more time with --timeout"
		if at >= waiting {
			todo = "the target may be busy or stopped; give it more time with --timeout"
		}
		if of := shareOf(a.parent); of != "" && a.limit < a.client.timeout {
			todo += ", " + of
		}
		took := a.limit
		if since := time.Since(a.start); since < took*9/10 {
			took = since // the system gave up before we did
		}
		after := "timed out after " + took.Round(time.Millisecond).String()
		e := a.fail(TimedOut, after, after+" "+at.String()+came, todo, context.DeadlineExceeded)
		e.After = took
		return e
	}
	return nil
}

func (a *attempt) closed(err error) *Error {
	if a.progress.at() == handshaking {
		return a.fail(Closed, "closed the connection", "the connection was closed in the TLS handshake",
			"check that the port speaks TLS; if not, write http://", err)
	}
	return a.fail(Closed, "closed the connection", "the connection was closed without an answer",
		"check that the target is still running, that the port serves HTTP/1.1, and that its write timeout is long enough", err)
}

func (a *attempt) redirected(r *redirectError) *Error {
	a.url = r.from
	to := a.client.target.Describe(r.to)
	if r.to.Host == a.url.Host && r.to.Scheme == a.url.Scheme {
		return a.fail(Redirect, "redirect loop", "it redirects again and again, at last to "+to, "give the address of pprof itself", r)
	}
	return a.fail(Redirect, "redirects elsewhere", "it redirects to another host, "+to,
		"if that is what you want to watch, give that address", r)
}

// socket says what a failed dial of a unix socket means, or returns nil.
func (a *attempt) socket(err error) *Error {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return a.fail(Socket, "no such socket", "there is no such socket", "check the path and that the program is running", err)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return a.fail(Socket, "permission denied", "permission denied", "run leaktop as a user who may write to the socket", err)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTSOCK):
		return a.fail(Refused, "refused", "nothing listens on that socket", "check that the program is running; the file may be left from an earlier run", err)
	}
	return nil
}

// network says what a failed dial over TCP means, or returns nil.
func (a *attempt) network(err error) *Error {
	host := clean.Text(a.url.Hostname())
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return a.fail(NoHost, "no such host", "no such host: "+host, "check the spelling, or give its IP address", err)
		}
		return a.fail(NoHost, "name lookup failed", "the name "+host+" cannot be looked up: "+clean.Line(dns.Err, 200),
			"check the network and its name server, or give the IP address", err)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return a.fail(Refused, "refused", "connection refused, so nothing listens there",
			"check host and port and that the program is running, or wait for it with --wait", err)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return a.fail(NoRoute, "no route to host", "there is no route to "+host, "check the address, the network and the VPN", err)
	}
	return nil
}

// secure says what a failure around TLS means, or returns nil.
func (a *attempt) secure(err error) *Error {
	host := clean.Text(a.url.Hostname())
	if errors.Is(err, http.ErrSchemeMismatch) {
		return a.fail(Scheme, "not TLS", "the port speaks plain HTTP, not TLS", "write http:// instead of https://", err)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return a.fail(TLS, "untrusted certificate", "its certificate was signed by an unknown authority",
			"give that authority with --cacert FILE, or skip verification with --insecure", err)
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return a.fail(TLS, "certificate of another host", "its certificate is not for "+host,
			"use a name that it covers, or skip verification with --insecure", err)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return a.fail(TLS, "expired certificate", "its certificate is expired or not yet valid",
			"have it renewed, check the clock, or skip verification with --insecure", err)
	}
	// crypto/tls keeps the type of the alerts that it received to itself.
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		switch text := op.Err.Error(); {
		case strings.HasSuffix(text, "certificate required"), strings.HasSuffix(text, "bad certificate"):
			return a.fail(TLS, "wants a certificate", "it requires a client certificate", "give one that it trusts with --cert FILE and --key FILE", err)
		case strings.HasSuffix(text, "no application protocol"):
			return a.fail(NotHTTP, "no HTTP/1.1", "it refuses HTTP/1.1, which leaktop speaks", "give a port on which pprof is served over HTTP/1.1", err)
		default:
			return a.fail(TLS, "TLS failed", "it refused the TLS handshake: "+detail(op.Err), "check which TLS versions and certificates it accepts", err)
		}
	}
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case record:
		return a.fail(Scheme, "not TLS", "the port does not speak TLS", "write http:// instead of https://", err)
	case verify || strings.Contains(err.Error(), "tls: "):
		return a.fail(TLS, "TLS failed", "the TLS handshake failed: "+detail(err),
			"check the certificate, or skip verification with --insecure", err)
	}
	return nil
}

func (a *attempt) plainToTLS(err error) *Error {
	return a.fail(Scheme, "speaks TLS", "the port speaks TLS, not plain HTTP", "write https:// instead of http://", err)
}

// inBytes is "1 byte" or "1203 bytes".
func inBytes(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}

// brokeOff says what an error means that ended the reading of the body after
// got bytes; want is the length it was to have, or negative.
func (a *attempt) brokeOff(err error, got int, want int64) *Error {
	if e := a.stopped(err, ", of which "+inBytes(got)+" arrived"); e != nil {
		return e
	}
	of := ""
	if want > 0 {
		of = fmt.Sprintf(" of %d", want)
	}
	return a.fail(Truncated, "answer broke off", fmt.Sprintf("the body broke off after %d%s bytes", got, of),
		"check that the target is still running and that its write timeout is long enough", err)
}

func (a *attempt) tooLarge() *Error {
	return a.fail(TooLarge, "over the size cap", fmt.Sprintf("the body is larger than the cap of %d bytes", a.client.maxBytes),
		"check that this is a pprof endpoint, or raise the cap with --max-filesize", nil)
}

// detail returns an error's text as it may be shown.
func detail(err error) string { return clean.Line(err.Error(), 200) }
