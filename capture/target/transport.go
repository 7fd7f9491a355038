package target

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"leaktop/capture/clean"
)

// DefaultTimeout is the time that one request may take, all of it.
const DefaultTimeout = 30 * time.Second

// Options are the flags that say how to reach a target. The zero value is the default.
type Options struct {
	Headers  []Header      // -H and --header-file
	Timeout  time.Duration // --timeout, for one whole request; 0 means [DefaultTimeout]
	CACert   string        // --cacert: a PEM file, trusted instead of the system's authorities
	Cert     string        // --cert: a PEM file with the client's certificate
	Key      string        // --key: a PEM file with its key; "" means it stands in Cert
	Insecure bool          // --insecure: the server's certificate is not verified
}

// TimeoutOrDefault returns the time that one whole request may take.
func (o Options) TimeoutOrDefault() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return DefaultTimeout
}

// Transport returns a transport that reaches the target: over its unix socket
// where it is one, else through the proxy that the environment names, with at
// most one idle connection. No phase before the body takes longer than the
// timeout, which matters because net/http lets a dial go on after the request
// that wanted it was given up. It never unpacks a body. An unusable
// certificate file is a [*UsageError].
func (t *Target) Transport(o Options) (*http.Transport, error) {
	config, err := o.tls()
	if err != nil {
		return nil, err
	}
	timeout := o.TimeoutOrDefault()
	dialer := &net.Dialer{Timeout: timeout}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    timeout,
		ResponseHeaderTimeout:  timeout,
		DisableCompression:     true,
		MaxIdleConns:           1,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if t.socket != "" {
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", t.socket)
		}
	}
	return transport, nil
}

func (o Options) tls() (*tls.Config, error) {
	// One connection with one request at a time is all that is wanted. Because the
	// protocol is named, a server that speaks HTTP/2 only can say so.
	config := &tls.Config{InsecureSkipVerify: o.Insecure, NextProtos: []string{"http/1.1"}}
	if o.CACert != "" {
		data, err := readFile("--cacert", o.CACert)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, &UsageError{"--cacert " + Name(o.CACert), "it holds no certificate", "give a PEM file"}
		}
	}
	if o.Cert == "" {
		if o.Key != "" {
			return nil, &UsageError{"--key", "there is no --cert that it belongs to", "give --cert FILE as well"}
		}
		return config, nil
	}
	cert, err := readFile("--cert", o.Cert)
	if err != nil {
		return nil, err
	}
	key := cert
	if o.Key != "" {
		if key, err = readFile("--key", o.Key); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, &UsageError{"--cert " + Name(o.Cert), clean.Line(err.Error(), 200), "give a certificate and its own unencrypted key, as PEM"}
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}
