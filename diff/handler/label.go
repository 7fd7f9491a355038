package handler

import (
	"strings"

	"leaktop/capture/snapshot"
)

// record is a stack with labels.
type record struct {
	stack  snapshot.StackID
	labels snapshot.LabelsID
}

// OfRecord returns the handler of one record of a profile. It says more than Of
// where the record has a label that names the route.
func (f *Finder) OfRecord(k snapshot.Key) (Handler, bool) {
	route := f.routeOf(k.Labels)
	if route == "" {
		return f.Of(k.Stack)
	}
	i, link := f.find(k.Stack)
	switch {
	case i != noHandler && link == OnStack:
		return f.routed(i, route), true
	case f.labelledOne(route) != noHandler:
		// Labels pass on to the goroutines that a labelled one starts.
		h := f.routed(f.labelledOne(route), route)
		h.Link = Labelled
		return h, true
	}
	return Handler{Name: route, Link: Labelled, key: "\x00" + route}, true
}

// routed returns a handler under the route that a label says. One that serves
// several routes is a handler for each.
func (f *Finder) routed(i int32, route string) Handler {
	h := f.handlers[i].Handler
	h.Name = route
	if f.handlers[i].route != route {
		h.key += "\x00" + route
	}
	return h
}

// labelledOne returns the handler that alone was seen under a route, else noHandler.
func (f *Finder) labelledOne(route string) int32 {
	if i, ok := f.labelled[route]; ok && i != shared {
		return i
	}
	return noHandler
}

// learnRoute notes which handler a labelled stack belongs to.
func (f *Finder) learnRoute(k snapshot.Key) {
	r := record{k.Stack, k.Labels}
	if !f.records[r] {
		f.records[r] = true
		f.noteRoute(r)
	}
}

func (f *Finder) noteRoute(r record) {
	route := f.routeOf(r.labels)
	i := f.places[f.see(r.stack)].handler
	if route == "" || i == noHandler {
		return
	}
	switch h := &f.handlers[i]; h.route {
	case "":
		h.route = route
	case route:
	default:
		h.route = severalRoutes
	}
	one, ok := f.labelled[route]
	if !ok {
		one = noHandler
	}
	f.owned(&one, i)
	f.labelled[route] = one
}

// routeOf returns what a label set says of the route, with the method where a
// label has it and the route is a path; "" for a set that does not say.
func (f *Finder) routeOf(id snapshot.LabelsID) string {
	if id == 0 {
		return ""
	}
	route, ok := f.routes[id]
	if !ok {
		route = routeIn(f.table.Labels(id))
		f.routes[id] = route
	}
	return route
}

func routeIn(labels snapshot.Labels) string {
	route := firstOf(labels, "http.route", "route", "endpoint", "handler")
	if method := firstOf(labels, "http.request.method", "http.method", "method"); method != "" && strings.HasPrefix(route, "/") {
		return method + " " + route
	}
	return route
}

// firstOf returns the value of the first of these keys that is there and not empty.
func firstOf(labels snapshot.Labels, keys ...string) string {
	for _, key := range keys {
		for _, l := range labels {
			if l.Key == key && l.Value != "" {
				return l.Value
			}
		}
	}
	return ""
}
