package handler_test

import (
	"testing"

	"leaktop/capture/snapshot"
)

// request is a stack below net/http's dispatching frames.
func request(frames ...string) []string { return append([]string{serve, mux, handle}, frames...) }

func TestStarted(t *testing.T) {
	const pool = "golang.org/x/sync/errgroup.(*Group).Go.func1 golang.org/x/sync@v0.24.0/errgroup/errgroup.go:78:93"
	for name, test := range map[string]struct {
		requests [][]string
		task     []string
		count    int64
		want     string
	}{
		"a closure of the handler": {
			[][]string{request("shop/orders.(*Desk).Create")}, []string{"shop/orders.(*Desk).Create.func1"}, 1,
			"orders.(*Desk).Create, net/http, started by it"},
		"a closure in a closure, and what it calls": {
			[][]string{request("main.main.func1")}, []string{"main.main.func1.2", "shop/store.Put"}, 1,
			"main.main.func1, net/http, started by it"},
		"a sibling closure is no child": {
			[][]string{request("main.main.func1")}, []string{"main.main.func2"}, 3, "other"},
		"a function that the handler calls": {
			[][]string{request("shop/orders.Create", "shop/mail.Send", "shop/mail.dial")}, []string{"shop/mail.Send.func1"}, 1,
			"orders.Create, net/http, started by it"},
		"a function that two handlers call": {
			[][]string{request("shop/orders.Create", "shop/mail.Send"), request("shop/users.Create", "shop/mail.Send")}, []string{"shop/mail.Send.func1"}, 5,
			"other"},
		"what was inlined into the handler": {
			[][]string{request("shop/orders.(*Desk).Create")}, []string{"shop/orders.(*Desk).Create.(*Desk).place.func1"}, 1,
			"orders.(*Desk).Create, net/http, started by it"},
		"by a library": {
			[][]string{request("shop/orders.Create")}, []string{pool, "shop/orders.Create.func3", "shop/store.Put"}, 1,
			"orders.Create, net/http, started by it"},
		"routing below a closure": {
			[][]string{request("shop/orders.Create")}, request("shop/orders.Create.func1", mux, "net/http.(*ServeMux).findHandler net/http/server.go:1:2"), 1,
			"other"},
		"a library's own": {
			[][]string{request("shop/orders.Create")}, []string{"net/http.(*Transport).dialConn.gowrap1 net/http/transport.go:1:2"}, 9, "other"},
		"several tasks of the only handler's type": {
			[][]string{request("shop/orders.(*Desk).Create")}, []string{"shop/orders.(*Desk).follow"}, 2,
			"orders.(*Desk).Create, net/http, likely started by it"},
		"one task may be a loop of the type's own": {
			[][]string{request("shop/orders.(*Desk).Create")}, []string{"shop/orders.(*Desk).follow"}, 1, "other"},
		"several tasks of a type with two handlers": {
			[][]string{request("shop/orders.(*Desk).Create"), request("shop/orders.(*Desk).Show")}, []string{"shop/orders.(*Desk).follow"}, 2, "other"},
		"several tasks of another type": {
			[][]string{request("shop/orders.(*Desk).Create")}, []string{"shop/orders.(*Pages).refresh"}, 2, "other"},
		"several plain functions": {
			[][]string{request("shop/orders.Create")}, []string{"shop/orders.follow"}, 2, "other"},
	} {
		t.Run(name, func(t *testing.T) {
			table := snapshot.NewTable()
			f := finder(t, table)
			stacks := []recorded{{kind: snapshot.Goroutine, count: test.count, frames: test.task}}
			for _, r := range test.requests {
				stacks = append(stacks, recorded{kind: snapshot.Heap, count: 1, frames: r})
			}
			f.Observe(nil, profileOf(table, snapshot.Goroutine, stacks), profileOf(table, snapshot.Heap, stacks))
			h, ok := f.Of(intern(table, test.task))
			if got := describe(h); got != test.want || ok != (test.want != "other") {
				t.Errorf("got %q (%v), want %q", got, ok, test.want)
			}
		})
	}
}

// A closure between the dispatching frame and others is a middleware once one
// of its lines called three functions.
func TestMiddlewaresThatCallTheNext(t *testing.T) {
	const (
		auth    = "shop/mw.Auth.func1 /home/dev/mw.go:10:14"
		limit   = "shop/mw.Limit.func1 /home/dev/mw.go:20:24"
		oneLine = "shop/api.Pages.func1 /home/dev/pages.go:10:12"
	)
	table := snapshot.NewTable()
	f := finder(t, table)
	for _, endpoint := range []string{"shop/api.List", "shop/api.Show", "shop/api.Create"} {
		f.Of(intern(table, request(limit, auth, endpoint)))
		f.Of(intern(table, request(oneLine, endpoint+" /home/dev/api.go:1:2 inlined")))
	}
	f.Of(intern(table, request(oneLine, "shop/page.Render")))
	f.Of(intern(table, request(oneLine, "shop/page.Load")))
	for want, stack := range map[string][]string{
		"api.List, net/http":        request(limit, auth, "shop/api.List", "shop/store.All"),
		"api.Delete, net/http":      request(auth, "shop/api.Delete"),
		"mw.Auth.func1, net/http":   request(limit, "shop/mw.Auth.func1 /home/dev/mw.go:10:12", "shop/mw.verify"),
		"api.Pages.func1, net/http": request(oneLine, "shop/page.Render"),
		"mw.Limit.func1, net/http":  request("shop/mw.Limit.func1 /home/dev/mw.go:20:22"),
		"mw.Other.func1, net/http":  request("shop/mw.Other.func1 /home/dev/mw.go:30:32", "shop/api.List"),
		"orders.Do, net/http":       request("shop/orders.Do", "shop/orders.step"),
	} {
		h, _ := f.Of(intern(table, stack))
		if got := describe(h); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The creator that a full dump names leads to the handler it runs under.
func TestOwner(t *testing.T) {
	table := snapshot.NewTable()
	f := finder(t, table)
	f.Observe(profileOf(table, snapshot.Heap, []recorded{
		{kind: snapshot.Heap, count: 1, frames: request("shop/orders.(*Desk).Create", "shop/orders.(*Desk).place", "shop/mail.Send")},
		{kind: snapshot.Heap, count: 1, frames: request("shop/users.Create", "shop/mail.Send")},
	}))
	for _, test := range []struct{ creator, want string }{
		{"shop/orders.(*Desk).place", "orders.(*Desk).Create, net/http, started by it"},
		{"shop/orders.(*Desk).place.func1", "orders.(*Desk).Create, net/http, started by it"},
		{"shop/mail.Send", "other"}, // two handlers call it
		{"shop/audit.Run", "other"},
	} {
		h, ok := f.Owner(test.creator)
		if got := describe(h); got != test.want || ok != (test.want != "other") {
			t.Errorf("%s: %q (%v), want %q", test.creator, got, ok, test.want)
		}
	}
}
