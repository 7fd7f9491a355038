package target

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"leaktop/capture/clean"
)

// Target is one process and how to reach its pprof endpoint. It is made by
// [Parse] and not changed afterwards.
type Target struct {
	base   url.URL       // scheme, host and the path pprof is mounted at, which ends in "/"
	user   *url.Userinfo // nil without; kept apart from base, so that no URL can show it
	socket string        // path of the unix socket, "" for TCP
}

// Address returns the target as a person may read it: the URL of the pprof
// index without userinfo and query, or the unix socket.
func (t *Target) Address() string {
	if t.socket != "" {
		return "unix://" + clean.Text(t.socket)
	}
	return shown(&t.base)
}

// Describe returns one of the target's URLs, or where one of them redirects, as a
// person may read it in an error: without userinfo and query, short, and naming
// the unix socket where there is one.
func (t *Target) Describe(u *url.URL) string {
	if t.socket != "" && u.Host == t.base.Host {
		return t.Address() + " (" + shown(&url.URL{Path: u.Path, RawPath: u.RawPath}) + ")"
	}
	return shown(u)
}

// shown returns a URL without userinfo, query, fragment, and the parameters that
// stand behind a ";" in its path.
func shown(u *url.URL) string {
	plain := withPath(url.URL{Scheme: u.Scheme, Host: u.Host}, pathParameter.ReplaceAllString(u.EscapedPath(), ";"))
	return clean.Middle(plain.String(), mostName)
}

// pathParameter matches what a path may carry besides its names (RFC 3986, 3.3).
var pathParameter = regexp.MustCompile(`(?i)(?:;|%3B)[^/]*`)

// Host returns the host, with the port where one was given, or the path of the
// unix socket, for use in a message.
func (t *Target) Host() string {
	if t.socket != "" {
		return clean.Text(t.socket)
	}
	return clean.Text(t.base.Host)
}

// Unix reports whether the target is reached over a unix socket.
func (t *Target) Unix() bool { return t.socket != "" }

// Index returns the URL of the pprof index page.
func (t *Target) Index() string { return t.base.String() }

// Profile returns the URL of the profile of this name ("heap", "goroutine",
// "cmdline", …) with query parameters, which may be nil.
func (t *Target) Profile(name string, query url.Values) string {
	u := t.base.String() + url.PathEscape(name)
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return u
}

// Metrics returns the URLs at which Prometheus metrics may be found, the
// likeliest first: beside the prefix that pprof is mounted under, then at the
// host's root.
func (t *Target) Metrics() []string {
	_, app := t.parents()
	return t.urls(app+"metrics", "/metrics")
}

// Vars returns the URLs at which expvar may be found, the likeliest first:
// beside pprof, under the same application's /debug, then at the host's root.
func (t *Target) Vars() []string {
	beside, app := t.parents()
	return t.urls(beside+"vars", app+"debug/vars", "/debug/vars")
}

// parents returns the escaped paths of the directory that pprof is mounted in
// and of the application that it belongs to. They differ by "debug/" where
// pprof is at its usual place: "/svc/debug/" and "/svc/" for "/svc/debug/pprof/".
func (t *Target) parents() (beside, app string) {
	beside = path.Dir(path.Clean(t.base.EscapedPath()))
	beside = strings.TrimSuffix(beside, "/") + "/"
	if before, ok := strings.CutSuffix(beside, "/debug/"); ok {
		return beside, before + "/"
	}
	return beside, beside
}

// urls returns the URLs of escaped paths on the target's host, each once.
func (t *Target) urls(paths ...string) []string {
	var out []string
	for _, p := range paths {
		u := withPath(t.base, p)
		if s := u.String(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Header returns the headers that every request to the target must carry:
// those of the options and, unless they hold an Authorization of their own,
// basic authentication from the userinfo of the target. It may hold Host,
// which net/http wants in the request instead.
func (t *Target) Header(o Options) http.Header {
	h := make(http.Header)
	for _, field := range o.Headers {
		h.Add(field.Name, field.Value)
	}
	if t.user != nil && h.Get("Authorization") == "" {
		password, _ := t.user.Password()
		pair := t.user.Username() + ":" + password
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	return h
}

// withPath returns u with another path, given in its escaped form.
func withPath(u url.URL, escaped string) url.URL {
	u.Path, u.RawPath = escaped, ""
	if plain, err := url.PathUnescape(escaped); err == nil {
		u.Path, u.RawPath = plain, escaped
	}
	return u
}
