package sampler

import (
	"bufio"
	"context"
	_ "expvar"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childAddress is the environment variable that makes the test binary a
// target: where it is to listen, or "inherited".
const childAddress = "LEAKTOP_TEST_LISTEN"

// childArgument is the only argument of a child; leakyArgument that of one which
// is the demo service.
const childArgument, leakyArgument = "target", "leaky"

func TestMain(m *testing.M) {
	if address := os.Getenv(childAddress); address != "" {
		if err := serve(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == leakyArgument {
		if err := serveLeaky(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serve is the child: net/http/pprof and expvar, until its input closes,
// whatever way the test went.
func serve(address string) error {
	var ln net.Listener
	var err error
	if address == "inherited" {
		ln, err = net.FileListener(os.NewFile(3, "listener"))
	} else {
		ln, err = net.Listen("tcp", address)
	}
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(ln, nil)
}

// child is a real target in a process of its own.
type child struct {
	address string
	cmd     *exec.Cmd
	killed  bool
}

// startChild starts one that listens on an address or, where that is
// "inherited", on the listener.
func startChild(t *testing.T, address string, listener ...*os.File) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Its arguments tell it from the test, which may hold its socket, too.
	cmd := exec.CommandContext(context.Background(), exe, childArgument)
	cmd.Env = append(os.Environ(), childAddress+"="+address, "GOMEMLIMIT=2GiB")
	cmd.ExtraFiles = listener
	return startCommand(t, cmd)
}

// startCommand starts a target that prints its address once it is up, and ends
// when its input closes.
func startCommand(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	if _, err := cmd.StdinPipe(); err != nil { // closed with this process
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd}
	t.Cleanup(c.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child did not come up: %v", err)
	}
	c.address = strings.TrimSpace(line)
	return c
}

// kill ends the child as kill -9 does, and waits for it.
func (c *child) kill() {
	if c.killed {
		return
	}
	c.killed = true
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait() // says that it was killed
}

// patience is how long a test waits for what must come, on the slowest machine.
const patience = 2 * time.Minute
