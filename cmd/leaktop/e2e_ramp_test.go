//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"leaktop/diff/leak"
)

// TestRamp checks a nats-server from its start on, while sixty clients connect
// to it and stay: connections are no leak of the server's, whoever asks and
// whenever. LEAKTOP_TEST_NATS names its program.
func TestRamp(t *testing.T) {
	t.Parallel()
	program := os.Getenv("LEAKTOP_TEST_NATS")
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("LEAKTOP_TEST_NATS names no program, and CI needs it: this test is not to be left out there")
		}
		t.Skip("LEAKTOP_TEST_NATS does not name a nats-server to watch")
	}
	const before, ramp, after = 5 * time.Second, 45 * time.Second, 45 * time.Second
	service, profiles := startNATS(t, program)

	state := t.TempDir()
	cmd := exec.CommandContext(t.Context(), executable(t), "check", profiles, "--wait",
		"--for", (before + ramp + after).String(), "--every", "5s", "--format", "json")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(before+ramp+after+3*longest, func() { cmd.Process.Kill() })

	time.Sleep(before)
	clients := connectNATS(t, service, rampClients, ramp)
	err := cmd.Wait()
	if !hung.Stop() {
		t.Fatalf("leaktop did not end in time: %s", stderr.String())
	}
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if err := clients.lost(); err != nil {
		t.Fatalf("a client lost its connection: %v", err)
	}

	var report struct{ Findings []verdict }
	if err := json.Unmarshal([]byte(stdout.String()), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	if code := cmd.ProcessState.ExitCode(); code != exitClean || !bearable(report.Findings) {
		t.Errorf("exit code %d with %q; want %d with at most one finding that is %s", code, report.Findings, exitClean, leak.Growing)
	}
	// A check that had ended earlier would have said this. On a busy machine the
	// first clients may be there before the first snapshot is.
	runs := keptRuns(t, state)
	if len(runs) != 1 {
		t.Fatalf("the session files are %+v, want one", runs)
	}
	assertRamp(t, runs[0].Path, rampClients)
}

// startNATS starts a nats-server, and returns the address for its clients once
// it takes them, and that of its profiles.
func startNATS(t *testing.T, program string) (service, profiles string) {
	t.Helper()
	service = freeAddress(t)
	for profiles = service; profiles == service; {
		profiles = freeAddress(t)
	}
	host, port, _ := net.SplitHostPort(service)
	_, profilesPort, _ := net.SplitHostPort(profiles)
	startBeside(t, "nats-server", exec.Command(program, "--addr", host, "--port", port, "--profile", profilesPort))
	until(t, longest, "nats-server takes clients", func() bool {
		c, err := net.Dial("tcp", service)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	return service, profiles
}

// natsClients are connections to a nats-server. Each has subscribed to a
// subject that nobody writes to, and answers when the server asks whether it is
// still there.
type natsClients struct {
	mu   sync.Mutex
	gone error // why the first of them ended
}

// connectNATS connects so many clients, evenly spread over a time. They stay
// until the test ends.
func connectNATS(t *testing.T, address string, n int, over time.Duration) *natsClients {
	t.Helper()
	clients := &natsClients{}
	for range n {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		go clients.answer(conn)
		t.Cleanup(func() { conn.Close() })
		time.Sleep(over / time.Duration(n))
	}
	return clients
}

// answer is one client, until its connection ends.
func (c *natsClients) answer(conn net.Conn) {
	_, err := fmt.Fprint(conn, "CONNECT {}\r\nSUB a 1\r\n")
	lines := bufio.NewScanner(conn)
	for err == nil && lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "PING"):
			_, err = fmt.Fprint(conn, "PONG\r\n")
		case strings.HasPrefix(line, "-ERR"):
			err = errors.New(line)
		}
	}
	if err == nil {
		err = lines.Err()
	}
	if err == nil {
		err = errors.New("the server closed it")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone == nil {
		c.gone = err
	}
}

// lost says why the first client that is no longer connected is not; nil while
// all are.
func (c *natsClients) lost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}
