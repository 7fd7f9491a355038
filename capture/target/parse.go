package target

import (
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	// defaultHost is where a bare port is looked for. An address and not
	// "localhost": a name needs /etc/hosts, which a bare container lacks.
	defaultHost = "127.0.0.1"
	// defaultMount is where net/http/pprof registers itself.
	defaultMount = "/debug/pprof/"
	// maxSocketPath is what fits the address of a unix socket on Linux.
	maxSocketPath = 107
	// userinfoForm is how a password is written in a URL, for errors.
	userinfoForm = "in a password write %2F for /, %23 for #, %3F for ? and %40 for @; in a path leave the @ out"
	// expected is what a target may look like, for errors.
	expected = "give PORT, HOST:PORT, [IPV6]:PORT, a URL such as http://HOST:PORT/debug/pprof/, or unix:///PATH"
)

// profileNames are the last path elements that name a profile or a command of
// pprof, so that a URL which was copied from a browser still gives the mount.
// Names that this list lacks are recognised below /debug/pprof/ only.
func profileNames() []string {
	return []string{
		"allocs", "block", "cmdline", "goroutine", "goroutineleak", "heap",
		"mutex", "profile", "symbol", "threadcreate", "trace",
	}
}

// pageNames are the last path elements of other pages that servers have, and that
// are at hand where somebody looks at one: pprof is mounted beside them.
func pageNames() []string {
	return []string{
		"debug", "vars", "requests", "events", "metrics", "health", "healthz", "livez", "ready", "readyz", "ping",
		"status", "version", "index.html", "favicon.ico", "graph", "targets",
	}
}

// Parse reads a target as typed: PORT, :PORT, HOST:PORT, an http or https URL
// with any mount prefix, or unix:///PATH. A host without a path is asked at
// /debug/pprof/, and so is one whose metrics or another page is named; of the URL of
// a profile the directory is taken. The query of
// a URL is dropped, since the parameters of pprof can make a call far more
// expensive. Every error is a [*UsageError].
func Parse(text string) (*Target, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, &UsageError{"target", "it is empty", expected}
	}
	if rest, ok := strings.CutPrefix(text, "unix:"); ok {
		return parseSocket(rest)
	}
	if strings.HasPrefix(text, "pid:") {
		return nil, unsupported(text, "pid:")
	}
	scheme, _, hasScheme := strings.Cut(text, "://")
	switch scheme = strings.ToLower(scheme); {
	case LacksSlash(text):
		return nil, &UsageError{quote(text), "two slashes come after its scheme", "write " + strings.ToLower(text[:strings.IndexByte(text, ':')]) + "://HOST:PORT/"}
	case !hasScheme:
		return parseBare(text)
	case scheme == "http", scheme == "https":
		return parseURL(text, text)
	case scheme == "ssh", scheme == "k8s":
		return nil, unsupported(text, scheme+"://")
	}
	return nil, &UsageError{quote(text), "its scheme is not http, https or unix", expected}
}

// LacksSlash reports whether a text is a URL with one slash after its scheme,
// and so neither an address nor the name of a file.
func LacksSlash(text string) bool {
	scheme, rest, ok := strings.Cut(text, ":/")
	return ok && !strings.HasPrefix(rest, "/") && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// parseSocket reads what follows "unix:".
func parseSocket(rest string) (*Target, error) {
	socket := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		socket = after
	}
	what := quote("unix:" + rest)
	switch {
	case !path.IsAbs(socket):
		return nil, &UsageError{what, "the path of a unix socket must be absolute", "write unix:///run/app.sock, with three slashes"}
	case strings.ContainsRune(socket, 0):
		return nil, &UsageError{what, "the path of a unix socket cannot hold a NUL", "write unix:///run/app.sock"}
	case len(socket) > maxSocketPath:
		return nil, &UsageError{what, "the path of a unix socket can have at most " + strconv.Itoa(maxSocketPath) + " bytes", "reach it through a shorter symbolic link"}
	}
	return &Target{base: url.URL{Scheme: "http", Host: "unix", Path: defaultMount}, socket: socket}, nil
}

// parseBare reads a target without a scheme.
func parseBare(text string) (*Target, error) {
	if port := strings.TrimPrefix(text, ":"); port != "" && strings.Trim(port, "0123456789") == "" {
		return parseURL(text, "http://"+net.JoinHostPort(defaultHost, port))
	}
	t, err := parseURL(text, "http://"+text)
	if err == nil && t.base.Port() == "" {
		host := redacted(t.base.Host)
		return nil, &UsageError{
			quote(text), "a host needs a port or a scheme",
			"write " + host + ":6060, or http://" + host + "/ for port 80",
		}
	}
	return t, err
}

// parseURL reads an http or https URL. text is what was typed, for errors. The
// errors of net/url are not passed on: they quote the input, and with it what
// may be a password.
func parseURL(text, full string) (*Target, error) {
	u, err := url.Parse(full)
	if err != nil {
		return nil, &UsageError{quote(text), "it is not a valid address", expected}
	}
	host, port := strings.ToLower(u.Host), u.Port()
	if u.User == nil && port != "" && userEnd(full[strings.Index(full, u.Host)+len(u.Host):]) > 0 {
		return nil, &UsageError{quote(text), "there is an @ after the port, so the host may be part of a password", userinfoForm}
	}
	if strings.ContainsAny(u.Hostname(), "!$&'()*+,;=") {
		return nil, &UsageError{quote(text), "its host has characters that no host name can have", expected}
	}
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return nil, &UsageError{quote(text), "a port is a number from 1 to 65535", expected}
	}
	if u.Hostname() == "" {
		if port == "" {
			return nil, &UsageError{quote(text), "it names no host", expected}
		}
		host = net.JoinHostPort(defaultHost, port)
	}
	base := url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.TrimSuffix(host, ":")}
	return &Target{base: withPath(base, mount(u.EscapedPath())), user: u.User}, nil
}

// mount returns the directory that pprof is served from, given the escaped
// path that was typed. It starts and ends with "/".
func mount(escaped string) string {
	// With an @ in it, the URL of a path would look like one with a user.
	p := path.Clean("/" + strings.ReplaceAll(escaped, "@", "%40"))
	if p == "/" {
		return defaultMount
	}
	if i := strings.LastIndex(p+"/", defaultMount); i >= 0 {
		return p[:i] + defaultMount
	}
	switch last := path.Base(p); {
	case strings.HasSuffix(escaped, "/") && last != "debug":
	case slices.Contains(profileNames(), last):
		p = path.Dir(p)
	case slices.Contains(pageNames(), last):
		return defaultMount
	}
	return strings.TrimSuffix(p, "/") + "/"
}

func unsupported(text, scheme string) *UsageError {
	return &UsageError{
		quote(text), scheme + " targets are not supported by this version",
		"forward the port yourself and give its address, such as 127.0.0.1:6060",
	}
}

// quote returns what was typed for use in an error.
func quote(text string) string { return `target "` + redacted(text) + `"` }
