package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"leaktop/capture/clean"
	"leaktop/capture/target"
)

// DefaultMaxBytes is the largest body that is taken, as sent.
const DefaultMaxBytes = 64 << 20

// maxRedirects is how often an answer may send a request elsewhere on the same host.
const maxRedirects = 3

// Options bound what a client takes. The zero value is the default.
type Options struct {
	Reach    target.Options // headers, TLS and the timeout of one request
	MaxBytes int64          // of one body as sent; 0 means [DefaultMaxBytes]
}

// Client asks one target. It is safe for concurrent use, though a target
// should be asked one thing at a time.
type Client struct {
	target   *target.Target
	http     *http.Client
	header   http.Header
	timeout  time.Duration
	maxBytes int64
}

// New returns a client for a target. The error is a [*target.UsageError].
func New(t *target.Target, o Options) (*Client, error) {
	transport, err := t.Transport(o.Reach)
	if err != nil {
		return nil, err
	}
	c := &Client{
		target:   t,
		http:     &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		header:   t.Header(o.Reach),
		timeout:  o.Reach.TimeoutOrDefault(),
		maxBytes: DefaultMaxBytes,
	}
	if o.MaxBytes > 0 {
		c.maxBytes = o.MaxBytes
	}
	if c.header.Get("User-Agent") == "" {
		c.header.Set("User-Agent", "leaktop")
	}
	return c, nil
}

// Close closes the idle connection.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Get asks for address, which must be one of the target's own URLs since the
// request carries its secrets, and returns the answer if it is a 200 that came
// whole. Every error is an [*Error]. It asks with GET and never with HEAD, for
// which pprof makes the whole profile all the same. It asks once, and again only
// where the rest of an earlier answer came in place of this one.
func (c *Client) Get(ctx context.Context, address string) (*Response, error) {
	start := time.Now()
	// What is left of an earlier deadline of the caller's is what a message names.
	limit := c.timeout
	if deadline, ok := ctx.Deadline(); ok {
		limit = max(0, min(limit, time.Until(deadline)))
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	a := &attempt{client: c, parent: ctx, ctx: timed, start: start, limit: limit, progress: &progress{cancel: cancel}}
	req, err := http.NewRequestWithContext(a.progress.trace(timed), http.MethodGet, address, nil)
	if err != nil {
		return nil, newError(Other, target.Name(address), "bad URL", "it is not a valid URL", "check the address", nil)
	}
	a.url = req.URL
	req.Header = c.header.Clone()
	req.Host = c.header.Get("Host")

	resp, err := c.http.Do(req)
	if err != nil && malformed(err) && a.progress.reused.Load() {
		// What came may be the rest of an earlier answer that was longer than it
		// said. net/http closed that connection, and a new one tells.
		resp, err = c.http.Do(req)
	}
	if err != nil {
		return nil, a.failed(err)
	}
	defer resp.Body.Close()
	a.url = resp.Request.URL
	a.progress.enter(readingBody)
	if resp.StatusCode != http.StatusOK {
		return nil, a.status(resp)
	}
	if resp.ContentLength > c.maxBytes {
		return nil, a.tooLarge()
	}
	body, err := readBody(resp, c.maxBytes)
	if err != nil {
		return nil, a.brokeOff(err, len(body), resp.ContentLength)
	}
	if int64(len(body)) > c.maxBytes {
		return nil, a.tooLarge()
	}
	return &Response{
		URL:         c.target.Describe(a.url),
		Body:        body,
		ContentType: clean.Line(resp.Header.Get("Content-Type"), 200),
		GoPprof:     resp.Header.Get("X-Go-Pprof") != "",
		Time:        start,
		Latency:     time.Since(start),
	}, nil
}

// readBody reads at most one byte more than limit, which tells a body that is too large.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	const trusted = 1 << 20 // what a Content-Length may make us allocate before the bytes are there
	var buf bytes.Buffer
	if n := min(resp.ContentLength, trusted); n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1))
	return buf.Bytes(), err
}

// redirectError is a redirect that is not followed.
type redirectError struct{ from, to *url.URL }

func (e *redirectError) Error() string { return "redirect not followed" }

// checkRedirect follows a few redirects on the same host, and from http to
// https of the same name. It follows none to another host, which must not get
// the headers and is not what was asked to be watched.
func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1].URL, req.URL
	upgrade := from.Scheme == "http" && to.Scheme == "https" && from.Port() == "" && to.Port() == ""
	if from.Host != to.Host || from.Scheme != to.Scheme && !upgrade || len(via) > maxRedirects {
		return &redirectError{from: from, to: to}
	}
	return nil
}
