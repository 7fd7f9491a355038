package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"strings"
	"testing"
	"time"
)

// badServer is something that answers at an address, but not as it should.
type badServer struct {
	name  string
	start func(*testing.T) (address string)
	says  string   // of the error
	flags []string // that make it short
}

// badServers are what may stand where pprof was expected. The attach tests of
// the terminal use them, too.
func badServers() []badServer {
	hurry := []string{"--timeout", "2s"}
	_, caps := unpackedCap()
	return []badServer{
		{"nothing listens", nothingListens, "refused", nil},
		{"no HTTP", speaks("SSH-2.0-OpenSSH_9.2\r\n"), "HTTP", nil},
		{"closes at once", speaks(""), "closed", nil},
		{"talks on after each answer", listens(talkOn), "404", nil},
		{"another service", answers(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }), "404", nil},
		{"OK for everything", answers(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") }), "not pprof's index page", nil},
		{"HTML for everything", answers(page), "pprof", nil},
		{"HTML for the profiles", answersProfiles(page), "HTML", nil},
		{"500 for everything", answers(broken), "500", nil},
		{"500 for the profiles", answersProfiles(broken), "500", nil},
		{"login wanted", answers(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }), "401", nil},
		{"hostile words", answers(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, strings.Join(hostile(), " "), http.StatusTeapot)
		}), "418", nil},
		{"stops half way", answers(halfWay), "broke off", nil},
		{"stops half way in the profiles", answersProfiles(halfWay), "broke off", nil},
		{"never answers", answers(never), "timed out", hurry},
		{"never answers for the profiles", answersProfiles(never), "timed out", hurry},
		{"never ends", answers(drip), "timed out", hurry},
		{"never ends a profile", answersProfiles(drip), "timed out", hurry},
		{"never speaks", silent, "timed out", hurry},
		{"redirects elsewhere", answers(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.invalid/", http.StatusFound)
		}), "redirects", nil},
		{"gzip bomb", answersProfiles(func(w http.ResponseWriter, r *http.Request) { w.Write(bomb(2 << 30)) }), "cap", caps},
		{"gzip bomb for everything", answers(func(w http.ResponseWriter, r *http.Request) { w.Write(bomb(2 << 30)) }), "pprof", caps},
		{"gzip bomb in the transport", answers(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb(2 << 30))
		}), "pprof", nil},
		{"no end of it", answersProfiles(endless), "cap", caps},
	}
}

// TestServersThatAreRefused compares a server with itself, which needs no
// terminal: exit code 3.
func TestServersThatAreRefused(t *testing.T) {
	for _, c := range badServers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := c.start(t)
			leaktop(t, append([]string{"diff", address, address}, c.flags...)...).refused(t, exitUnreachable, c.says)
		})
	}
}

// TestSocketsThatAreRefused asks where there is no socket.
func TestSocketsThatAreRefused(t *testing.T) {
	t.Parallel()
	address := "unix://" + t.TempDir() + "/none.sock"
	leaktop(t, "diff", address, address).refused(t, exitUnreachable, "no such socket")
}

func nothingListens(t *testing.T) string { return freeAddress(t) }

// freeAddress is a loopback address at which nothing listens. Its port is
// below those that the system gives to outgoing connections.
func freeAddress(t *testing.T) string {
	t.Helper()
	for port := 20_000 + time.Now().Nanosecond()/1000%10_000; port < 32_000; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().String()
	}
	t.Fatal("no port is free")
	return ""
}

// speaks starts a server that says something to everyone and hangs up.
func speaks(text string) func(*testing.T) string {
	return listens(func(c net.Conn) {
		io.WriteString(c, text)
		c.Close()
	})
}

// silent starts a server that takes every connection and says nothing.
func silent(t *testing.T) string { return listens(func(net.Conn) {})(t) }

// talkOn answers one request, and then goes on without having been asked.
func talkOn(c net.Conn) {
	defer c.Close()
	if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nnoand more\r\n")
		time.Sleep(20 * time.Millisecond) // it is to come while the connection is idle, not with its end
	}
}

// listens starts a server that does something with every connection, all of
// which are closed with the test.
func listens(serve func(net.Conn)) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		t.Cleanup(func() {
			l.Close()
			<-done
		})
		go func() {
			defer close(done)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				serve(c)
			}
		}()
		return l.Addr().String()
	}
}

// answers starts a server that answers everything in one way.
func answers(handler http.HandlerFunc) func(*testing.T) string {
	return func(t *testing.T) string { return serves(t, handler) }
}

// answersProfiles starts a server with a sound pprof index, below which every
// profile is answered in one way.
func answersProfiles(handler http.HandlerFunc) func(*testing.T) string {
	return func(t *testing.T) string {
		mux := http.NewServeMux()
		mux.HandleFunc("/debug/pprof/{$}", pprof.Index)
		mux.HandleFunc("/debug/pprof/heap", handler)
		mux.HandleFunc("/debug/pprof/goroutine", handler)
		return serves(t, mux)
	}
}

func serves(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.Listener.Addr().String()
}

func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, "<!doctype html><title>Sign in</title><form>…</form>")
}

func broken(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "the database is down", http.StatusInternalServerError)
}

// halfWay promises more than it sends.
func halfWay(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "2000")
	w.Write(make([]byte, 1000))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func never(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// drip sends a byte now and then, so that no read ever waits for long.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
		}
	}
}

// endless sends as fast as it can, and never the same.
func endless(w http.ResponseWriter, r *http.Request) {
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i*i>>8 ^ i)
	}
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// get fetches an address.
func get(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := ask(t, address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	return body
}

// answersOK reports whether an address answers with 200.
func answersOK(t *testing.T, address string) bool {
	t.Helper()
	resp, err := ask(t, address)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func ask(t *testing.T, address string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return http.DefaultClient.Do(req)
}
