package export_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// browser is one page of a headless Chromium, driven over the DevTools protocol:
// JSON messages through a pair of pipes, each ended by a NUL. Times and sizes
// are the browser's own; nothing here waits for a fixed time.
type browser struct {
	t        *testing.T
	to       io.Writer
	messages chan message
	session  string
	sent     int
	faults   []string // errors on the console, exceptions, requests that were made
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct{ Message string }
}

// patience bounds what a busy machine may take for one answer.
const patience = time.Minute

// openBrowser starts a browser that has no network. It skips a test where there
// is none, but for CI, which installs one.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("chromium is not installed")
	}
	ours, theirs := pipe(t), pipe(t)
	cmd := exec.Command(path, // ended by its own command: the context ends before the clean-up
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs.read, ours.write} // 3 is read by the browser, 4 is written
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.read.Close()
	ours.write.Close()
	b := &browser{t: t, to: theirs.write, messages: make(chan message, 1000)}
	go func() {
		defer close(b.messages)
		for in := bufio.NewReader(ours.read); ; {
			text, err := in.ReadBytes(0)
			if err != nil {
				return
			}
			var m message
			if json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m) == nil {
				b.messages <- m
			}
		}
	}()
	t.Cleanup(func() {
		b.session = ""
		b.send("Browser.close", nil)
		late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		defer late.Stop()
		for range b.messages { // until it has closed the pipe
		}
		theirs.write.Close()
		ours.read.Close()
		if err := cmd.Wait(); err != nil && t.Failed() {
			t.Logf("chromium: %v\n%s", err, log.String())
		}
	})

	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Network.emulateNetworkConditions", map[string]any{"offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}, nil)
	return b
}

type ends struct{ read, write *os.File }

func pipe(t *testing.T) ends {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return ends{r, w}
}

func (b *browser) send(method string, params any) int {
	b.sent++
	text, err := json.Marshal(struct {
		ID      int    `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
		Session string `json:"sessionId,omitempty"`
	}{b.sent, method, params, b.session})
	if err != nil {
		b.t.Fatal(err)
	}
	b.to.Write(append(text, 0)) // a browser that is gone gives no answer, which call tells
	return b.sent
}

// call sends a command and waits for its result.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	id := b.send(method, params)
	m := b.await(method, func(m message) bool { return m.ID == id })
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
}

// await takes messages until one is what is waited for, and notes what is wrong.
func (b *browser) await(what string, is func(message) bool) message {
	b.t.Helper()
	late := time.After(patience)
	for {
		select {
		case <-late:
			b.t.Fatalf("no answer to %s within %s", what, patience)
		case m, ok := <-b.messages:
			if !ok {
				b.t.Fatalf("the browser ended before it answered %s", what)
			}
			switch m.Method {
			case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled":
				b.faults = append(b.faults, string(m.Params))
			case "Network.requestWillBeSent":
				var sent struct{ Request struct{ URL string } }
				if json.Unmarshal(m.Params, &sent) == nil && !bytes.HasPrefix([]byte(sent.Request.URL), []byte("file:")) {
					b.faults = append(b.faults, "a request to "+sent.Request.URL)
				}
			}
			if is(m) {
				return m
			}
		}
	}
}

// open loads a page from disk and waits until it is there.
func (b *browser) open(path string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	b.await("the page", func(m message) bool { return m.Method == "Page.loadEventFired" })
}

// eval returns what an expression of JavaScript comes to, as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Exception.Description)
	}
	return fmt.Sprint(out.Result.Value)
}

// click presses the mouse in the middle of an element.
func (b *browser) click(selector string) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	text := b.eval(fmt.Sprintf(`(function () {
		var e = document.querySelector(%q);
		e.scrollIntoView({block: "center"});
		var r = e.getBoundingClientRect();
		return JSON.stringify({x: r.left + r.width / 2, y: r.top + r.height / 2});
	})()`, selector))
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		b.t.Fatal(err)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
}

// press types keys by their names in the DOM; single letters are typed as text.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	codes := map[string]int{"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36}
	for _, key := range keys {
		down := map[string]any{"type": "keyDown", "key": key, "windowsVirtualKeyCode": codes[key]}
		if len(key) == 1 {
			down["text"] = key
		}
		b.call("Input.dispatchKeyEvent", down, nil)
		b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": codes[key]}, nil)
	}
}

// theme tells the page which of both its system prefers.
func (b *browser) theme(name string) {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": name}}}, nil)
}

// resize gives the window a size in pixels.
func (b *browser) resize(width, height int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}
