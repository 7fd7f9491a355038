package handler_test

import (
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// Frames by short names, for stacks written by hand.
const (
	serve   = "net/http.serverHandler.ServeHTTP net/http/server.go:3302:3311"
	mux     = "net/http.(*ServeMux).ServeHTTP net/http/server.go:2814:2828"
	handle  = "net/http.HandlerFunc.ServeHTTP net/http/server.go:2285:2286"
	next    = "github.com/gin-gonic/gin.(*Context).Next /root/go/pkg/mod/github.com/gin-gonic/gin@v1.12.0/context.go:188:192"
	create  = "example.com/shop/orders.(*Desk).Create"
	adapter = "example.com/kit/http.(*Server).ServeHTTP /root/go/pkg/mod/example.com/kit@v0.1.0/http/server.go:10:12"
)

func TestOf(t *testing.T) {
	for name, test := range map[string]struct {
		stack []string // root first
		want  string
	}{
		"no frames": {nil, "other"},
		"no request": {
			[]string{"main.main", "example.com/shop/store.Open"}, "other"},
		"the server itself": {
			[]string{"net/http.(*conn).serve net/http/server.go:1:2", "net/http.(*conn).readRequest net/http/server.go:1:2"}, "other"},
		"routing": {
			[]string{serve, mux, "net/http.(*ServeMux).findHandler net/http/server.go:1:2"}, "other"},
		"the dispatching frame is the leaf": {
			[]string{serve, mux, handle}, "other"},
		"a request object": {
			[]string{serve, mux, handle, "runtime.newobject runtime/malloc.go:1:2"}, "other"},
		"a handler that calls others": {
			[]string{serve, mux, handle, create, "example.com/shop/store.(*Store).Put"}, "orders.(*Desk).Create, net/http"},
		"routing within a handler is not the handler's": {
			[]string{serve, mux, handle, create, mux, "net/http.(*ServeMux).findHandler net/http/server.go:1:2"}, "other"},
		"a handler of the standard library": {
			[]string{serve, mux, handle, "net/http/pprof.Index net/http/pprof/pprof.go:1:2", "runtime/pprof.(*Profile).WriteTo runtime/pprof/pprof.go:1:2"},
			"pprof.Index, net/http"},
		"a file server with files of one's own": {
			[]string{serve, mux, "net/http.(*fileHandler).ServeHTTP net/http/fs.go:1:2", "example.com/shop/files.(*FS).Open"},
			"http.(*fileHandler).ServeHTTP, net/http"},
		"the standard library's path on disk": {
			[]string{"net/http.HandlerFunc.ServeHTTP /usr/local/go/src/net/http/server.go:2285:2286", create}, "orders.(*Desk).Create, net/http"},
		"a package of one's own that is called http": {
			[]string{serve, "shop/net/http.HandlerFunc.ServeHTTP", "shop/api.List"}, "http.HandlerFunc.ServeHTTP, net/http"},
		"HTTP/2 of its own module": {
			[]string{"golang.org/x/net/http2.(*serverConn).runHandler /root/go/pkg/mod/golang.org/x/net@v0.40.0/http2/server.go:1:2", create},
			"orders.(*Desk).Create, net/http"},
		"an adapter calls one's own function": {
			[]string{serve, adapter, "example.com/kit/http.(*Server).serve /root/go/pkg/mod/example.com/kit@v0.1.0/http/server.go:20:22", create},
			"orders.(*Desk).Create, net/http"},
		"a handler of another module calls back": {
			[]string{serve, adapter, "example.com/kit/log.Print /root/go/pkg/mod/example.com/kit@v0.1.0/log/log.go:1:2", "example.com/shop/log.Write"},
			"http.(*Server).ServeHTTP, net/http"},
		"a handler of another module, by itself": {
			[]string{serve, mux, handle, "example.com/metrics/v2.HandlerFor.func1 example.com/metrics/v2@v2.1.0/http.go:1:2"}, "metrics.HandlerFor.func1, net/http"},
		"a framework in a vendor folder": {
			[]string{serve, "github.com/go-chi/chi/v5.(*Mux).routeHTTP /src/shop/vendor/github.com/go-chi/chi/v5/mux.go:1:2", handle, create},
			"orders.(*Desk).Create, chi"},
		"a closure of a framework, inlined": {
			[]string{serve, next, "main.main.WrapF.func4 github.com/gin-gonic/gin@v1.12.0/utils.go:1:2", "net/http/pprof.Index net/http/pprof/pprof.go:1:2"}, "pprof.Index, gin"},
		"a middleware of the framework's": {
			[]string{serve, next, "github.com/gin-gonic/gin.LoggerWithConfig.func1 /root/go/pkg/mod/github.com/gin-gonic/gin@v1.12.0/logger.go:1:2"}, "other"},
		"decoding calls back": {
			[]string{serve, next, create, "encoding/json.Unmarshal encoding/json/decode.go:1:2", "example.com/shop/orders.(*Order).UnmarshalJSON"},
			"orders.(*Desk).Create, gin"},
		"reading a gRPC request": {
			[]string{"google.golang.org/grpc.(*Server).processUnaryRPC google.golang.org/grpc@v1.66.0/server.go:1:2",
				"example.com/shop/shoppb._Orders_Create_Handler", "google.golang.org/grpc.(*Server).processUnaryRPC.func2 google.golang.org/grpc@v1.66.0/server.go:1:2"},
			"Orders/Create, gRPC"},
		"an interceptor that is called by the generated function": {
			[]string{"example.com/shop/shoppb._Orders_Create_Handler", "example.com/shop/auth.Check"}, "auth.Check, gRPC"},
		"fasthttp alone": {
			[]string{"github.com/valyala/fasthttp.(*Server).serveConn github.com/valyala/fasthttp@v1.69.0/server.go:1:2", create}, "orders.(*Desk).Create, fasthttp"},
		"type arguments": {
			[]string{serve, mux, handle, `example.com/shop/api.Handle[go.shape.struct { example.com/a/b.c "json:\"x.y/z\"" }].func1`}, "api.Handle.func1, net/http"},
	} {
		t.Run(name, func(t *testing.T) {
			table := snapshot.NewTable()
			h, ok := finder(t, table).Of(intern(table, test.stack))
			if got := describe(h); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if ok != (test.want != "other") {
				t.Errorf("found: %v", ok)
			}
		})
	}
}

// A handler is a function, wherever in it a stack is.
func TestPlaces(t *testing.T) {
	table := snapshot.NewTable()
	f := finder(t, table)
	h, _ := f.Of(intern(table, []string{serve, mux, handle, create + " /home/dev/shop/orders/desk.go:12:15"}))
	if h.Function != create || h.File != "/home/dev/shop/orders/desk.go" || h.Line != 12 {
		t.Errorf("the handler is %s at %s:%d, want its func keyword", h.Function, h.File, h.Line)
	}
	again, _ := f.Of(intern(table, []string{serve, mux, handle, create + " /home/dev/shop/orders/desk.go:12:19"}))
	if again != h || again.Key() == "" {
		t.Errorf("another line of it is another handler: %+v and %+v", h, again)
	}
	old, _ := f.Of(intern(table, []string{serve, mux, handle, "example.com/shop/orders.List /home/dev/shop/orders/list.go:0:31"}))
	if old.Line != 31 {
		t.Errorf("without start lines the line is %d, want the one in the stack", old.Line)
	}
}

func TestPatterns(t *testing.T) {
	table := snapshot.NewTable()
	f := finder(t, table, `\.handle[A-Z]`, `^example\.com/jobs\.`)
	for want, stack := range map[string][]string{
		"app.(*App).handleOrders, user":  {serve, "example.com/app.(*App).ServeHTTP", "example.com/app.(*App).handleOrders", "example.com/app.(*App).handleLine"},
		"jobs.Run, user":                 {"example.com/jobs.Run", "example.com/jobs.step"},
		"app.(*App).ServeHTTP, net/http": {serve, "example.com/app.(*App).ServeHTTP", "example.com/app.parse"},
	} {
		h, _ := f.Of(intern(table, stack))
		if got := describe(h); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestInvalidPattern(t *testing.T) {
	_, err := newFinder(snapshot.NewTable(), "orders", "(*Desk")
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{`handler pattern "(*Desk"`, "missing argument to repetition operator", "; give a regular expression over function names"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
