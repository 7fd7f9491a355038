package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leaktop/capture/target"
)

// pprofMux serves net/http/pprof as its import does.
func pprofMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	return mux
}

func TestGetRealPprof(t *testing.T) {
	c, to := client(t, serve(t, pprofMux().ServeHTTP), Options{})
	before := time.Now()
	r, err := c.Get(t.Context(), to.Profile("heap", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := ExpectProfile(r); err != nil {
		t.Error(err)
	}
	if !bytes.HasPrefix(r.Body, []byte{0x1f, 0x8b}) {
		t.Errorf("the body was unpacked: it starts with % x", r.Body[:4])
	}
	if r.ContentType != "application/octet-stream" || r.URL != to.Address()+"heap" || r.IsHTML() {
		t.Errorf("got %q from %s", r.ContentType, r.URL)
	}
	if r.Latency <= 0 || r.Time.Before(before) {
		t.Errorf("asked at %v, took %v", r.Time, r.Latency)
	}
	index, err := c.Get(t.Context(), to.Index())
	if err != nil {
		t.Fatal(err)
	}
	failure(t, ExpectProfile(index), HTML, "HTML, not a profile", "mount it at /debug/pprof/")
	_, err = c.Get(t.Context(), to.Profile("nosuch", nil))
	failure(t, err, NoProfile, "404, unknown profile", "has no profile of this name; see "+to.Address())
}

func TestGetOverUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.sock")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(pprofMux())
	_ = s.Listener.Close() // the TCP one that is not wanted
	s.Listener = ln
	s.Start()
	defer s.Close()
	r, err := heap(t, "unix://"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := ExpectProfile(r); err != nil {
		t.Error(err)
	}
}

func TestGetSendsHeadersAndUserinfo(t *testing.T) {
	var got http.Header
	var host, method string
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { got, host, method = r.Header, r.Host, r.Method })
	reach := target.Options{Headers: []target.Header{{Name: "X-Team", Value: "core"}, {Name: "Host", Value: "app.example"}}}
	r, err := heap(t, strings.Replace(url, "http://", "http://me:secret@", 1), Options{Reach: reach})
	if err != nil {
		t.Fatal(err)
	}
	if method != http.MethodGet || host != "app.example" || got.Get("X-Team") != "core" || got.Get("User-Agent") != "leaktop" {
		t.Errorf("request was %s to %s with %v", method, host, got)
	}
	if got.Get("Authorization") != "Basic bWU6c2VjcmV0" {
		t.Errorf("Authorization was %q", got.Get("Authorization"))
	}
	if got.Get("Accept-Encoding") != "" {
		t.Errorf("asked for an encoding: %q", got.Get("Accept-Encoding"))
	}
	if strings.Contains(r.URL, "secret") {
		t.Errorf("%s shows the password", r.URL)
	}
}

func TestGetFollowsRedirectsOnTheSameHost(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Team") != "core" {
			http.Error(w, "the header is missing", http.StatusForbidden)
		} else if r.URL.Path == "/debug/pprof/heap" {
			http.Redirect(w, r, "/real/heap?token=secret", http.StatusFound)
		}
	})
	r, err := heap(t, url, Options{Reach: target.Options{Headers: []target.Header{{Name: "X-Team", Value: "core"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if r.URL != url+"/real/heap" {
		t.Errorf("answer is from %s", r.URL)
	}
}

func TestGetKeepsHeadersFromAnotherHost(t *testing.T) {
	var asked atomic.Bool
	other := serve(t, func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other+"/x?token=secret", http.StatusFound)
	})
	_, err := heap(t, url, Options{})
	e := failure(t, err, Redirect, "redirects elsewhere", "it redirects to another host, "+other+"/x")
	if strings.Contains(e.Error(), "secret") {
		t.Errorf("%s shows the query", e)
	}
	if asked.Load() {
		t.Error("the other host was asked")
	}
}

func TestGetEndsARedirectLoop(t *testing.T) {
	var asked atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	})
	_, err := heap(t, url, Options{})
	failure(t, err, Redirect, "redirect loop", "it redirects again and again")
	if n := asked.Load(); n != maxRedirects+1 {
		t.Errorf("asked %d times", n)
	}
}

func TestGetHoldsTheCap(t *testing.T) {
	const limit = 100_000
	tests := []struct {
		name    string
		size    int
		chunked bool
		fits    bool
	}{
		{"exactly the cap", limit, false, true},
		{"exactly the cap, chunked", limit, true, true},
		{"one byte more, announced", limit + 1, false, false},
		{"one byte more, chunked", limit + 1, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				body := bytes.Repeat([]byte{0x1f}, tt.size)
				if tt.chunked {
					_ = http.NewResponseController(w).Flush()
				}
				_, _ = w.Write(body)
			})
			r, err := heap(t, url, Options{MaxBytes: limit})
			if !tt.fits {
				failure(t, err, TooLarge, "over the size cap", "larger than the cap of 100000 bytes")
			} else if err != nil || len(r.Body) != tt.size {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// An endless body must be left at the cap, or the server would never end.
func TestGetStopsReadingAtTheCap(t *testing.T) {
	ended := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		defer close(ended)
		for block := make([]byte, 1<<16); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	_, err := heap(t, url, Options{MaxBytes: 1 << 20})
	failure(t, err, TooLarge, "over the size cap", "1048576 bytes")
	<-ended
}

func TestGetTimesOutInEveryPhase(t *testing.T) {
	tests := []struct {
		name, text string
		talk       func(context.Context, net.Conn)
	}{
		{"no answer", "timed out after 150ms waiting for an answer; the target may be busy", answerAndStay("")},
		{"half the headers", "waiting for an answer", answerAndStay("HTTP/1.1 200 OK\r\nContent-")},
		{"body never comes", "reading the body, of which 0 bytes arrived", answerAndStay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")},
		{"half the body", "reading the body, of which 3 bytes arrived", answerAndStay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")},
		{"a body that trickles", "reading the body", func(ctx context.Context, conn net.Conn) {
			answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")(ctx, conn)
			for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
				if _, err := io.WriteString(conn, "x"); err != nil {
					tick.Stop()
					return
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := heap(t, rawServer(t, tt.talk), Options{Reach: target.Options{Timeout: short}})
			e := failure(t, err, TimedOut, "timed out after 150ms", tt.text)
			if !errors.Is(e, context.DeadlineExceeded) || !e.NoAnswer() || !e.Timeout() || e.After != short {
				t.Errorf("%v is no exceeded deadline", e)
			}
			if took := time.Since(start); took < short {
				t.Errorf("gave up after %v", took)
			}
		})
	}
	t.Run("TLS handshake", func(t *testing.T) {
		t.Parallel()
		address := rawServer(t, func(ctx context.Context, _ net.Conn) { <-ctx.Done() })
		_, err := heap(t, "https://"+address, Options{Reach: target.Options{Timeout: short}})
		failure(t, err, TimedOut, "timed out after 150ms", "timed out after 150ms in the TLS handshake; check host")
	})
	t.Run("error text that never comes", func(t *testing.T) {
		t.Parallel()
		address := rawServer(t, answerAndStay("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nout of "))
		_, err := heap(t, address, Options{Reach: target.Options{Timeout: short}})
		failure(t, err, Status, "500 internal server error", `it says "out of"`)
	})
}

func TestGetHonoursTheCallersContext(t *testing.T) {
	tests := []struct {
		name string
		talk func(context.Context, net.Conn, context.CancelFunc)
	}{
		{"before the headers", func(ctx context.Context, conn net.Conn, cancel context.CancelFunc) {
			answer("")(ctx, conn)
			cancel()
			<-ctx.Done()
		}},
		{"in the body", func(ctx context.Context, conn net.Conn, cancel context.CancelFunc) {
			answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")(ctx, conn)
			cancel()
			<-ctx.Done()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c, to := client(t, rawServer(t, func(over context.Context, conn net.Conn) { tt.talk(over, conn, cancel) }), Options{})
			_, err := c.Get(ctx, to.Profile("heap", nil))
			if e := failure(t, err, Canceled, "interrupted", "interrupted"); !errors.Is(e, context.Canceled) {
				t.Errorf("%v does not wrap context.Canceled", e)
			}
		})
	}
	t.Run("an earlier deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		c, to := client(t, rawServer(t, answerAndStay("")), Options{})
		_, err := c.Get(ctx, to.Profile("heap", nil))
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TimedOut {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a share of the time", func(t *testing.T) {
		ctx, cancel := WithShare(t.Context(), short, "half of which is for attaching")
		defer cancel()
		c, to := client(t, rawServer(t, answerAndStay("")), Options{})
		_, err := c.Get(ctx, to.Profile("heap", nil))
		failure(t, err, TimedOut, "timed out after 150ms", "give it more time with --timeout, half of which is for attaching")
	})
	t.Run("a deadline that is over", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		c, to := client(t, rawServer(t, answerAndStay("")), Options{})
		_, err := c.Get(ctx, to.Profile("heap", nil))
		failure(t, err, TimedOut, "timed out after 0s", "timed out after 0s")
	})
}

// A server that closes a kept connection instead of answering has perhaps done
// all the work. net/http would ask it again.
func TestGetNeverAsksTwice(t *testing.T) {
	var requests, connections atomic.Int32
	address := rawServer(t, func(_ context.Context, conn net.Conn) {
		connections.Add(1)
		in := bufio.NewReader(conn)
		for range 2 {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if requests.Add(1) == 2 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	c, to := client(t, address, Options{})
	if _, err := c.Get(t.Context(), to.Profile("heap", nil)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(t.Context(), to.Profile("heap", nil))
	failure(t, err, Closed, "closed the connection", "closed without an answer")
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests came, want 2", n)
	}
	if _, err := c.Get(t.Context(), to.Profile("heap", nil)); err != nil {
		t.Errorf("the next request failed as well: %v", err)
	}
}

// A server whose answers are longer than they say leaves bytes on a kept
// connection, where they stand for the next answer.
func TestGetAsksAgainAfterALeftover(t *testing.T) {
	var connections atomic.Int32
	address := rawServer(t, func(_ context.Context, conn net.Conn) {
		first := connections.Add(1) == 1
		in := bufio.NewReader(conn)
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		if _, err := http.ReadRequest(in); err == nil && first {
			_, _ = io.WriteString(conn, "and more\r\n")
		}
	})
	c, to := client(t, address, Options{})
	for range 2 {
		if _, err := c.Get(t.Context(), to.Profile("heap", nil)); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections were opened, want 2", n)
	}
}

func TestGetKeepsOneConnection(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(pprofMux())
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c, to := client(t, s.URL, Options{})
	for _, u := range []string{to.Index(), to.Profile("heap", nil), to.Profile("goroutine", nil)} {
		if _, err := c.Get(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections were opened for three requests", n)
	}
}
