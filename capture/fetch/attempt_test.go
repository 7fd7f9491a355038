package fetch

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"leaktop/capture/target"
)

func TestUnreachable(t *testing.T) {
	closed := func(network, address string) string {
		ln, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		if u, ok := ln.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false)
		}
		defer ln.Close()
		return ln.Addr().String()
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, target string
		kind         Kind
		reason, text string
	}{
		{"nothing listens", closed("tcp", "127.0.0.1:0"), Refused, "refused", "connection refused, so nothing listens there; check host and port"},
		{"no such socket", "unix://" + dir + "/none", Socket, "no such socket", "check the path and that the program is running"},
		{"below a file", "unix://" + file + "/none", Socket, "no such socket", "there is no such socket"},
		{"socket left behind", "unix://" + closed("unix", filepath.Join(dir, "left")), Refused, "refused", "the file may be left from an earlier run"},
		{"a file that is no socket", "unix://" + file, Refused, "refused", "nothing listens on that socket"},
		{"not HTTP", rawServer(t, answer("SSH-2.0-OpenSSH_9.9\r\n")), NotHTTP, "not HTTP", "does not speak HTTP; check the port"},
		{"closes at once", rawServer(t, answer("")), Closed, "closed the connection", "closed without an answer"},
		{"closes in the TLS handshake", "https://" + rawServer(t, answer("")), Closed, "closed the connection", "closed in the TLS handshake"},
		{"cut off", rawServer(t, answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")), Truncated, "answer broke off", "broke off after 3 of 10 bytes"},
		{"cut off in a chunk", rawServer(t, answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")), Truncated, "answer broke off", "broke off after 3 bytes"},
		{"cut off in the headers", rawServer(t, answer("HTTP/1.1 200 OK\r\nContent-Type: te")), Closed, "closed the connection", "closed without an answer"},
		{"bad headers", rawServer(t, answer("HTTP/1.1 200 OK\r\nrubbish\r\n\r\n")), NotHTTP, "not HTTP", "does not speak HTTP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := heap(t, tt.target, Options{})
			failure(t, err, tt.kind, tt.reason, tt.text)
		})
	}
}

func TestSocketWithoutPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may use every socket")
	}
	path := filepath.Join(t.TempDir(), "app.sock")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	_, err = heap(t, "unix://"+path, Options{})
	failure(t, err, Socket, "permission denied", "run leaktop as a user who may write to the socket")
}

func TestTLS(t *testing.T) {
	s := quietTLS(t, pprofMux().ServeHTTP, nil)
	strict := quietTLS(t, pprofMux().ServeHTTP, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	})
	dir := t.TempDir()
	authority := filepath.Join(dir, "ca.pem")
	writePEM(t, authority, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	byName := strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // the certificate is for 127.0.0.1 and example.com
	plain := serve(t, pprofMux().ServeHTTP)
	old := quietTLS(t, pprofMux().ServeHTTP, func(s *httptest.Server) {
		s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	})
	// A Go server that has HTTP/2 only lets HTTP/1.1 through the handshake; others do not.
	newer := quietTLS(t, pprofMux().ServeHTTP, func(s *httptest.Server) {
		s.TLS = &tls.Config{NextProtos: []string{"h2-16"}}
	})

	tests := []struct {
		name, target string
		reach        target.Options
		kind         Kind
		reason, text string
	}{
		{"unknown authority", s.URL, target.Options{}, TLS, "untrusted certificate", "--cacert FILE"},
		{"certificate of another host", byName, target.Options{CACert: authority}, TLS, "certificate of another host", "not for localhost"},
		{"certificate wanted", strict.URL, target.Options{Insecure: true}, TLS, "wants a certificate", "--cert FILE and --key FILE"},
		{"TLS too old", old.URL, target.Options{Insecure: true}, TLS, "TLS failed", "protocol version"},
		{"another protocol only", newer.URL, target.Options{Insecure: true}, NotHTTP, "no HTTP/1.1", "it refuses HTTP/1.1"},
		{"https to a plain port", strings.Replace(plain, "http", "https", 1), target.Options{}, Scheme, "not TLS", "write http://"},
		{"https to what is not even HTTP", "https://" + rawServer(t, func(_ context.Context, conn net.Conn) {
			_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
			_, _ = io.Copy(io.Discard, conn)
		}), target.Options{}, Scheme, "not TLS", "write http://"},
		{"http to a TLS port of Go", strings.Replace(s.URL, "https", "http", 1), target.Options{}, Scheme, "speaks TLS", "write https://"},
		{"http to a TLS port that sends an alert", rawServer(t, answer("\x15\x03\x01\x00\x02\x02\x46")), target.Options{}, Scheme, "speaks TLS", "write https://"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := heap(t, tt.target, Options{Reach: tt.reach})
			if failure(t, err, tt.kind, tt.reason, tt.text).NoAnswer() {
				t.Error("waiting is said to help")
			}
		})
	}
	for name, reach := range map[string]target.Options{
		"--cacert":   {CACert: authority},
		"--insecure": {Insecure: true},
	} {
		if _, err := heap(t, s.URL, Options{Reach: reach}); err != nil {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

func TestExpiredCertificate(t *testing.T) {
	cert, key := keyPair(t, expired)
	s := quietTLS(t, pprofMux().ServeHTTP, func(s *httptest.Server) {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	})
	_, err := heap(t, s.URL, Options{Reach: target.Options{CACert: cert}})
	failure(t, err, TLS, "expired certificate", "expired or not yet valid")
}

func TestClientCertificate(t *testing.T) {
	cert, key := keyPair(t, valid)
	s := quietTLS(t, pprofMux().ServeHTTP, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	})
	if _, err := heap(t, s.URL, Options{Reach: target.Options{Cert: cert, Key: key, Insecure: true}}); err != nil {
		t.Error(err)
	}
}

// The environment is read once in a process, so a child has to ask.
func TestProxyFromTheEnvironment(t *testing.T) {
	const asChild = "FETCH_TEST_PROXY_CHILD"
	if os.Getenv(asChild) != "" {
		c, to := client(t, "http://app.invalid", Options{})
		r, err := c.Get(t.Context(), to.Profile("heap", nil))
		if err != nil {
			t.Fatal(err)
		}
		if string(r.Body) != "by the proxy" {
			t.Errorf("body is %q", r.Body)
		}
		_, err = heap(t, "https://app.invalid", Options{})
		failure(t, err, Proxy, "proxy failed", "connection refused; correct HTTP_PROXY or HTTPS_PROXY, or set NO_PROXY=app.invalid")
		return
	}
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() == "http://app.invalid/debug/pprof/heap" {
			_, _ = w.Write([]byte("by the proxy"))
		}
	})
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromTheEnvironment$", "-test.count=1")
	cmd.Env = append(os.Environ(), asChild+"=1", "HTTP_PROXY="+proxy, "HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
