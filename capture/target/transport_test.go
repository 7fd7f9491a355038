package target

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTransportOptions(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		o    Options
		want string // of the error
	}{
		{"authority file missing", Options{CACert: notPEM + "x"}, "--cacert"},
		{"authority file holds none", Options{CACert: notPEM}, "it holds no certificate"},
		{"key without certificate", Options{Key: notPEM}, "there is no --cert"},
		{"certificate file missing", Options{Cert: notPEM + "x"}, "--cert"},
		{"certificate file holds none", Options{Cert: notPEM}, "give a certificate and its own unencrypted key"},
		{"key file missing", Options{Cert: notPEM, Key: notPEM + "x"}, "--key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mustParse(t, "https://app").Transport(tt.o)
			if _, ok := errors.AsType[*UsageError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want a *UsageError with %q", err, tt.want)
			}
		})
	}
}

func TestTransportBounds(t *testing.T) {
	tr, err := mustParse(t, "app:6060").Transport(Options{Timeout: 7 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if tr.TLSHandshakeTimeout != 7*time.Second || tr.ResponseHeaderTimeout != 7*time.Second {
		t.Errorf("a phase has another timeout than the one asked for")
	}
	if !tr.DisableCompression {
		t.Error("net/http would unpack bodies, past every cap")
	}
	if tr.Proxy == nil {
		t.Error("the environment's proxy is not used")
	}
	tr, err = mustParse(t, "unix:///run/app.sock").Transport(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Proxy != nil {
		t.Error("a proxy would be asked for a unix socket")
	}
	if tr.TLSHandshakeTimeout != DefaultTimeout {
		t.Errorf("default timeout is %v", tr.TLSHandshakeTimeout)
	}
}
