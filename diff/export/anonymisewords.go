package export

import (
	"regexp"
	"strings"

	"leaktop/diff/gate"
	"leaktop/diff/pseudonym"
)

// handler replaces the name of a request handler: a function, or a route with
// or without its method, of which the slashes and braces stay.
func (a *anonymiser) handler(name string) string {
	method, route, ok := strings.Cut(name, " ")
	switch {
	case ok && method == strings.ToUpper(method):
		return a.methodName(method) + " " + a.route(route)
	case strings.Contains(name, "/") && !strings.Contains(name, "."):
		return a.route(name)
	}
	return a.namer.Function(name)
}

func (a *anonymiser) methodName(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return method
	}
	return a.namer.Word(method)
}

// pathPart is what stands between the slashes and braces of a route.
var pathPart = regexp.MustCompile(`[^/{}:*]+`)

func (a *anonymiser) route(route string) string {
	return pathPart.ReplaceAllStringFunc(route, a.namer.Word)
}

// known are the names that a note or a reason may hold, with their pseudonyms:
// what was asked, and what was read. Findings name what they do in their facts.
func (a *anonymiser) known(r Run) map[string]string {
	known := make(map[string]string)
	if r.Target.Address != nil {
		known[*r.Target.Address] = a.namer.Word(*r.Target.Address)
		if host := hostOf(*r.Target.Address); host != "" {
			known[host] = a.namer.Word(host)
		}
	}
	for _, in := range []Input{r.Base, r.Current} {
		known[in.Name] = a.input(in).Name
		if bare := strings.TrimSuffix(in.Name, snapshotRef.FindString(in.Name)); bare != "" {
			known[bare] = a.input(Input{Name: bare}).Name
		}
	}
	return known
}

// hostOf is the host of an address, without its port.
func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return host
}

// reasons replaces the names in what was said of the run as a whole: the reason
// why a profile could not be had names the address that it was asked of.
func reasons(j *gate.Judged, t *pseudonym.Texts) {
	j.Reason, j.Lacking = t.Replace(j.Reason), t.Replace(j.Lacking)
	j.Needs = replaced(j.Needs, t)
}

func replaced(texts []string, t *pseudonym.Texts) []string {
	out := make([]string, 0, len(texts))
	for _, text := range texts {
		out = append(out, t.Replace(text))
	}
	return out
}

// release is a version of Go, without what a build of one's own adds to it.
var release = regexp.MustCompile(`^go\d+(\.\d+)*((rc|beta)\d+)?`)

func (a *anonymiser) target(t Target) Target {
	out := Target{StartTime: t.StartTime}
	if t.Address != nil {
		address := a.namer.Word(*t.Address)
		out.Address = &address
	}
	if t.GoVersion != nil {
		if version := release.FindString(*t.GoVersion); version != "" {
			out.GoVersion = &version
		}
	}
	return out
}

// snapshotRef is what leaktop itself calls a snapshot, by itself or behind a
// file: its number, or its time.
var snapshotRef = regexp.MustCompile(`(#\d+|@[\dTZ:.+-]+)$`)

func (a *anonymiser) input(in Input) Input {
	ref := snapshotRef.FindString(in.Name)
	slashed := strings.ReplaceAll(strings.TrimSuffix(in.Name, ref), `\`, "/")
	in.Name = a.namer.File(slashed[strings.LastIndexByte(slashed, '/')+1:]) + ref
	return in
}

// process is where the system tells of a process, with its number.
var process = regexp.MustCompile(`/proc/\d+`)

// source drops the number of the process from where curves come from; what else
// stands there are leaktop's own words.
func source(from string) string { return process.ReplaceAllString(from, "/proc") }
