package diff_test

import (
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

func TestPackageOf(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                                              "main",
		"net/http.(*conn).serve":                                 "net/http",
		"net/http.HandlerFunc.ServeHTTP":                         "net/http",
		"github.com/x/y.v2/z.Foo[...]":                           "github.com/x/y.v2/z",
		"github.com/x/y.(*T[github.com/a/b.K,go.shape.int]).Put": "github.com/x/y",
		"gopkg.in/yaml%2ev3.Unmarshal":                           "gopkg.in/yaml.v3",
		"slices.Grow[go.shape.[]uint8,go.shape.uint8]":           "slices",
		"main.main.func1.2":                                      "main",
		"type:.eq.net/http.connKey":                              "net/http",
		"tokio::task::spawn::spawn":                              "tokio::task::spawn",
		"a::b::c":                                                "a::b",
		"std::vector<ns::T, std::allocator<ns::T> >::push_back(ns::T const&)": "std::vector",
		"<alloc::vec::Vec<T,A> as core::iter::Extend<T>>::extend":             "alloc::vec::Vec",
		"app::serve::h0123456789abcdef":                                       "app",
		"malloc":                                                              "",
		"<unknown>":                                                           "",
		"0x46c5e7 libc.so.6":                                                  "",
		"":                                                                    "",
	} {
		equal(t, function, diff.PackageOf(function), want)
	}
}

func TestIsOwn(t *testing.T) {
	for _, c := range []struct {
		function, file string
		own            bool
	}{
		{"main.main", "/home/dev/shop/main.go", true},
		{"main.main", "", true},
		{"shop/orders.Create", "/home/dev/shop/orders/create.go", true},
		{"shop/orders.Create", "shop/orders/create.go", true}, // -trimpath
		{"github.com/acme/shop.Run", "/home/dev/shop/run.go", true},
		{"log/audit.Write", "/home/dev/audit/write.go", true}, // named like the library, but not in a Go root
		{"net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go", false},
		{"net/http.(*conn).serve", "net/http/server.go", false}, // -trimpath
		{"net/http.(*conn).serve", `C:\Program Files\Go\src\net\http\server.go`, false},
		{"net/http.(*conn).serve", "", false},
		{"main.main.StripPrefix.func1", "/usr/local/go/src/net/http/server.go", false}, // inlined: a closure of net/http
		{"main.main.StripPrefix.func1", "/usr/lib/go-1.24/src/net/http/server.go", false},
		{"shop.Run", "/home/dev/go/src/shop/run.go", true}, // in a GOPATH
		{"internal/poll.runtime_pollWait", "/usr/lib/go-1.24/src/runtime/netpoll.go", false},
		{"golang.org/x/net/http2.readFrame", "/usr/local/go/src/vendor/golang.org/x/net/http2/frame.go", false},
		{"go.uber.org/zap.New", "/home/dev/go/pkg/mod/go.uber.org/zap@v1.27.0/logger.go", false},
		{"go.uber.org/zap.New", "go.uber.org/zap@v1.27.0/logger.go", false}, // -trimpath
		{"go.uber.org/zap.New", "/home/dev/shop/vendor/go.uber.org/zap/logger.go", false},
		{"shop::serve", "src/serve.rs", true},
		{"tokio::task::spawn", "/home/dev/.cargo/registry/src/index/tokio-1.40.0/src/task.rs", false},
		{"alloc::vec::Vec::push", "/rustc/abc/library/alloc/src/vec/mod.rs", false},
		{"std::vector::push_back", "", false},
		{"malloc", "", false},
		{"", "/home/dev/shop/main.go", false},
	} {
		if got := diff.IsOwn(snapshot.Frame{Function: c.function, File: c.file}, nil); got != c.own {
			t.Errorf("%s in %q: got %v, want %v", c.function, c.file, got, c.own)
		}
	}
	zap := snapshot.Frame{Function: "go.uber.org/zap.New", File: "/home/dev/go/pkg/mod/go.uber.org/zap@v1.27.0/logger.go"}
	equal(t, "with --own go.uber.org/", diff.IsOwn(zap, []string{"", "go.uber.org/"}), true)
	equal(t, "with an empty --own", diff.IsOwn(zap, []string{""}), false)
}
