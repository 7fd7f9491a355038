package fetch

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"
)

// Failures of names and networks cannot be had on every machine, so they are
// made as the net package makes them.
func TestNetworkErrors(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	lookup := func(err net.DNSError) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: &err}
	}
	tests := []struct {
		name         string
		err          error
		kind         Kind
		reason, text string
	}{
		{"unknown name", lookup(net.DNSError{Err: "no such host", Name: "app", IsNotFound: true}), NoHost, "no such host", "no such host: app; check the spelling"},
		{"name server fails", lookup(net.DNSError{Err: "server misbehaving", Name: "app"}), NoHost, "name lookup failed", "cannot be looked up: server misbehaving"},
		{"network unreachable", dial(syscall.ENETUNREACH), NoRoute, "no route to host", "there is no route to app"},
		{"host unreachable", dial(syscall.EHOSTUNREACH), NoRoute, "no route to host", "there is no route to app"},
		{"reset", dial(syscall.ECONNRESET), Closed, "closed the connection", "closed without an answer"},
		{"anything else", errors.New("strange\x1b[2J"), Other, "failed", "strange\uFFFD[2J; check the address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, to := client(t, "app:6060", Options{})
			u, err := url.Parse(to.Index())
			if err != nil {
				t.Fatal(err)
			}
			a := &attempt{client: c, parent: t.Context(), ctx: t.Context(), start: time.Now(), limit: time.Minute, url: u, progress: &progress{}}
			failure(t, a.failed(&url.Error{Op: "Get", URL: to.Index(), Err: tt.err}), tt.kind, tt.reason, tt.text)
		})
	}
}

// The system may give up long before our own time is up; the message must not
// claim that it was waited for that long.
func TestTimeoutOfTheSystem(t *testing.T) {
	c, to := client(t, "app:6060", Options{})
	u, err := url.Parse(to.Index())
	if err != nil {
		t.Fatal(err)
	}
	a := &attempt{
		client: c, parent: context.Background(), ctx: context.Background(), start: time.Now().Add(-2 * time.Second),
		limit: time.Hour, url: u, progress: &progress{},
	}
	e := a.failed(syscall.ETIMEDOUT)
	if e.Kind != TimedOut || e.Reason() == "timed out after 1h0m0s" {
		t.Errorf("kind %d, reason %q", e.Kind, e.Reason())
	}
}
