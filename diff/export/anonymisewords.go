package export

import (
	"regexp"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
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

// known are all names that a sentence may hold, with their pseudonyms.
func (a *anonymiser) known(r Run) map[string]string {
	known := make(map[string]string)
	for _, label := range a.labels {
		known[label] = a.namer.Word(label)
	}
	// A sentence may name any function of the run, not only those compared.
	if r.Table != nil {
		frames, _ := r.Table.Size()
		for id := range frames {
			a.frame(r.Table.Frame(snapshot.FrameID(id + 1)))
		}
	}
	for name, to := range a.frames {
		known[name] = to
		if pkg := diff.PackageOf(name); strings.Contains(pkg, "/") {
			known[afterSlash(name, pkg)] = afterSlash(to, diff.PackageOf(to))
		}
		if rpc := rpcHandler.FindStringSubmatch(name); rpc != nil {
			known[rpc[1]+"/"+rpc[2]] = a.namer.Word(rpc[1]) + "/" + a.namer.Word(rpc[2])
		}
	}
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

// afterSlash is a function without the path of its package, as sentences have it.
func afterSlash(function, pkg string) string {
	if !strings.HasPrefix(function, pkg) {
		return function
	}
	return function[strings.LastIndexByte(pkg, '/')+1:]
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

// sentences replaces the names in all that was said. What helps against a leak
// is advice that names nothing of the program.
func sentences(j *gate.Judged, t *pseudonym.Texts) {
	j.Reason, j.Lacking = t.Replace(j.Reason), t.Replace(j.Lacking)
	j.Needs = replaced(j.Needs, t)
	for _, findings := range [][]leak.Finding{j.Findings, j.Known} {
		for i := range findings {
			f := &findings[i]
			f.Summary, f.Recheck = t.Replace(f.Summary), t.Replace(f.Recheck)
			f.Evidence = replaced(f.Evidence, t)
		}
	}
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

// rpcHandler is what gRPC generates for a method, which sentences write as
// "Service/Method".
var rpcHandler = regexp.MustCompile(`\b_(\w+)_(\w+)_Handler\b`)

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
