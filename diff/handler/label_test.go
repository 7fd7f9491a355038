package handler_test

import (
	"testing"

	"leaktop/capture/snapshot"
)

func TestLabels(t *testing.T) {
	table := snapshot.NewTable()
	f := finder(t, table)
	key := func(stack []string, labels ...string) snapshot.Key {
		k := snapshot.Key{Stack: intern(table, stack)}
		var ls []snapshot.Label
		for i := 0; i < len(labels); i += 2 {
			ls = append(ls, snapshot.Label{Key: labels[i], Value: labels[i+1]})
		}
		k.Labels = table.InternLabels(ls)
		return k
	}
	create := key(request("shop/orders.Create"), "http.route", "/orders", "http.method", "POST")
	plain := key(request("shop/orders.Create", "shop/store.Put"))
	task := key([]string{"shop/orders.follow"}, "http.route", "/orders", "http.method", "POST")
	alone := key([]string{"shop/jobs.Run"}, "endpoint", "nightly")
	static1 := key(request("shop/files.Serve"), "route", "/a")
	static2 := key(request("shop/files.Serve"), "route", "/b")
	static := key(request("shop/files.Serve"))
	foreign := key([]string{"shop/jobs.Run"}, "user", "7")
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine"}}})
	for _, k := range []snapshot.Key{create, plain, task, alone, static1, static2, static, foreign} {
		b.Add(k, []int64{1})
	}
	f.Observe(b.Profile())
	for _, test := range []struct {
		name string
		key  snapshot.Key
		want string
	}{
		{"on a request", create, "POST /orders, net/http"},
		{"the same handler without", plain, "POST /orders, net/http"},
		{"passed on to a task", task, "POST /orders, net/http, labelled"},
		{"without a request", alone, "nightly, labelled"},
		{"one of two routes", static1, "/a, net/http"},
		{"the other", static2, "/b, net/http"},
		{"either", static, "files.Serve, net/http"},
		{"that say nothing", foreign, "other"},
	} {
		h, _ := f.OfRecord(test.key)
		if got := describe(h); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	of := func(k snapshot.Key) string { h, _ := f.OfRecord(k); return h.Key() }
	if of(create) != of(plain) || of(create) != of(task) {
		t.Error("a route and its handler are two")
	}
	if of(static1) == of(static2) || of(static1) == of(static) {
		t.Error("two routes of one function are one handler")
	}
}
