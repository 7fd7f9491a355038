package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"leaktop/capture/target"
)

// short is the timeout of requests that are meant to run into it.
const short = 150 * time.Millisecond

// client returns a client for a target; options that leave the timeout open get 10 s.
func client(t *testing.T, text string, o Options) (*Client, *target.Target) {
	t.Helper()
	if o.Reach.Timeout == 0 {
		o.Reach.Timeout = 10 * time.Second
	}
	to, err := target.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(to, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, to
}

// heap asks the target for its heap profile.
func heap(t *testing.T, text string, o Options) (*Response, error) {
	t.Helper()
	c, to := client(t, text, o)
	return c.Get(t.Context(), to.Profile("heap", nil))
}

// failure checks that err is an [*Error] of the kind whose texts hold what is
// wanted and keep the form of an error of leaktop.
func failure(t *testing.T, err error, kind Kind, reason, text string) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %T %v, want an *Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind is %d, want %d (%v)", e.Kind, kind, err)
	}
	if e.Reason() != reason {
		t.Errorf("reason is %q, want %q", e.Reason(), reason)
	}
	if !strings.Contains(e.Error(), text) {
		t.Errorf("error is\n%s\nwant it to hold\n%s", e, text)
	}
	if !strings.Contains(e.Error(), ": ") || !strings.Contains(e.Error(), "; ") {
		t.Errorf("error %q is not WHAT: WHY; WHAT TO DO", e)
	}
	if strings.ContainsFunc(e.Error()+e.Reason(), unicode.IsControl) {
		t.Errorf("error %q holds control characters", e)
	}
	return e
}

// serve starts an HTTP server with one handler for everything.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// quietTLS starts an HTTPS server that does not log failed handshakes.
func quietTLS(t *testing.T, h http.HandlerFunc, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// rawServer accepts connections and hands each to talk; it waits for all of
// them to return. talk gets a context that ends when the test is over.
func rawServer(t *testing.T, talk func(ctx context.Context, conn net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			all.Go(func() {
				defer conn.Close()
				talk(ctx, conn)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = ln.Close()
		all.Wait()
	})
	return ln.Addr().String()
}

// answer returns a talk that reads one request and sends text.
func answer(text string) func(context.Context, net.Conn) {
	return func(_ context.Context, conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, text)
		}
	}
}

// answerAndStay sends text and then nothing more, with the connection open.
func answerAndStay(text string) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		answer(text)(ctx, conn)
		<-ctx.Done()
	}
}
