package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test binary a small server when it is started as a child.
func TestMain(m *testing.M) {
	if network := os.Getenv("TARGET_TEST_LISTEN"); network != "" {
		ln, err := net.Listen("tcp", network)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(ln.Addr())
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child starts a listening process and returns it, where it listens and its arguments.
func child(t *testing.T, listen string, args ...string) (cmd *exec.Cmd, port string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TARGET_TEST_LISTEN="+listen, "GOMEMLIMIT=3GiB")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait() // may have been waited for by the test
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Skipf("cannot listen on %s: %v", listen, err)
	}
	_, port, err = net.SplitHostPort(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return cmd, port
}

func TestFindLocal(t *testing.T) {
	tests := []struct{ listen, host string }{
		{"127.0.0.1:0", "127.0.0.1"},
		{"127.0.0.1:0", "localhost"},
		{"0.0.0.0:0", "127.0.0.1"},
		{":0", "127.0.0.1"},
		{"[::1]:0", "[::1]"},
	}
	for _, tt := range tests {
		t.Run(tt.listen+" as "+tt.host, func(t *testing.T) {
			cmd, port := child(t, tt.listen, "-first", "two words", "")
			p, err := FindLocal(t.Context(), mustParse(t, tt.host+":"+port), cmd.Args)
			if err != nil {
				t.Fatal(err)
			}
			if p.PID != cmd.Process.Pid {
				t.Errorf("pid is %d, want %d", p.PID, cmd.Process.Pid)
			}
			if p.Name != "target.test" {
				t.Errorf("name is %q", p.Name)
			}
			if p.GoVersion != runtime.Version() {
				t.Errorf("Go version is %q, want %q", p.GoVersion, runtime.Version())
			}
			if p.MemoryLimit != 3<<30 {
				t.Errorf("the memory limit is %d, want 3 GiB", p.MemoryLimit)
			}
			if age := time.Since(p.StartTime); age < -2*time.Second || age > time.Minute {
				t.Errorf("it started %v ago", age)
			}
			u, err := p.Read()
			if err != nil {
				t.Fatal(err)
			}
			// The pages of its own program, of some MiB, are resident and no memory of its own.
			if u.Threads < 1 {
				t.Errorf("it has %d threads", u.Threads)
			}
			if u.RSSAnon < 1<<17 || u.RSSAnon > u.RSS-1<<20 {
				t.Errorf("%d bytes of %d are of no file", u.RSSAnon, u.RSS)
			}
			if u.RSS < 1<<20 || u.RSS > 1<<30 || u.CPU < 0 || u.CPU > time.Minute || !u.StartTime.Equal(p.StartTime) {
				t.Errorf("usage is %+v", u)
			}
		})
	}
}

func TestFindLocalIsUnknownWhenInDoubt(t *testing.T) {
	cmd, port := child(t, "127.0.0.1:0", "-serve")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name    string
		ctx     context.Context
		target  string
		cmdline []string
	}{
		{"a tunnel: the target says it is another program", t.Context(), "127.0.0.1:" + port, []string{"/usr/bin/app", "-serve"}},
		{"other arguments", t.Context(), "127.0.0.1:" + port, append(cmd.Args, "-more")},
		{"no command line", t.Context(), "127.0.0.1:" + port, nil},
		{"empty command line", t.Context(), "127.0.0.1:" + port, []string{""}},
		{"another loopback address", t.Context(), "127.0.0.2:" + port, cmd.Args},
		{"no loopback address", t.Context(), "10.0.3.7:" + port, cmd.Args},
		{"a name that may move", t.Context(), "app.example:" + port, cmd.Args},
		{"a unix socket", t.Context(), "unix:///run/app.sock", cmd.Args},
		{"nothing listens", t.Context(), "127.0.0.1:1", cmd.Args},
		{"given up", canceled, "127.0.0.1:" + port, cmd.Args},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p, err := FindLocal(tt.ctx, mustParse(t, tt.target), tt.cmdline); err == nil {
				t.Errorf("took pid %d for the target", p.PID)
			}
		})
	}
}

func TestReadNoticesTheEnd(t *testing.T) {
	cmd, port := child(t, "127.0.0.1:0")
	p, err := FindLocal(t.Context(), mustParse(t, port), cmd.Args)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child was not killed")
	}
	if _, err := p.Read(); !errors.Is(err, ErrGone) {
		t.Errorf("error is %v, want ErrGone", err)
	}
}

func TestReadNoticesAReusedID(t *testing.T) {
	p, err := newProcess(os.Getpid(), "self")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(); err != nil {
		t.Fatal(err)
	}
	p.ticks--
	if _, err := p.Read(); !errors.Is(err, ErrGone) {
		t.Errorf("error is %v, want ErrGone", err)
	}
}

func BenchmarkRead(b *testing.B) {
	p, err := newProcess(os.Getpid(), "self")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Read(); err != nil {
			b.Fatal(err)
		}
	}
}
