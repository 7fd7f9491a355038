package handler

import (
	"path"
	"strings"

	"leaktop/capture/snapshot"
)

// framework is one of the libraries that call request handlers.
type framework string

const (
	noFramework framework = ""
	netHTTP     framework = "net/http"
	chi         framework = "chi"
	gin         framework = "gin"
	echo        framework = "echo"
	fiber       framework = "fiber"
	fasthttp    framework = "fasthttp"
	grpc        framework = "gRPC"
	connect     framework = "connect"
	byUser      framework = "user"
)

// frameworkOf tells by its import path whose a frame is. Modules are matched
// anywhere in the path: a vendored or a cached copy is the same code.
func frameworkOf(origin string) framework {
	switch {
	case origin == "net/http", strings.HasPrefix(origin, "net/http/internal/"), holds(origin, "golang.org/x/net/http2"):
		return netHTTP
	case holds(origin, "github.com/go-chi/chi"):
		return chi
	case holds(origin, "github.com/gin-gonic/gin"):
		return gin
	case holds(origin, "github.com/labstack/echo"):
		return echo
	case holds(origin, "github.com/gofiber/fiber"):
		return fiber
	case holds(origin, "github.com/valyala/fasthttp"):
		return fasthttp
	case holds(origin, "google.golang.org/grpc"):
		return grpc
	case holds(origin, "connectrpc.com/connect"), holds(origin, "github.com/bufbuild/connect-go"):
		return connect
	}
	return noFramework
}

// holds reports whether a path is that of a module, of a package in it, or of a
// copy of either below another folder.
func holds(origin, module string) bool {
	i := strings.Index(origin, module)
	return i >= 0 && (i == 0 || origin[i-1] == '/') &&
		(i+len(module) == len(origin) || origin[i+len(module)] == '/')
}

// originOf returns the import path that a frame's code stands in. The name says
// it, but for closures: one that the compiler inlined is named for the function
// it was inlined into ("main.main.StripPrefix.func1"), and only its file tells.
func originOf(f snapshot.Frame, pkg string, closure bool) string {
	if !closure || f.File == "" {
		return pkg
	}
	dir := path.Dir(strings.ReplaceAll(f.File, `\`, "/"))
	for _, root := range []string{"/pkg/mod/", "/vendor/", "/src/"} {
		if _, below, ok := strings.Cut(dir, root); ok {
			dir = below
		}
	}
	// The version of a module stands amid its path: "github.com/go-chi/chi/v5@v5.5.0/middleware".
	if module, rest, ok := strings.Cut(dir, "@"); ok {
		if _, sub, ok := strings.Cut(rest, "/"); ok {
			return module + "/" + sub
		}
		return module
	}
	return dir
}

// dispatches reports whether a frame of a framework calls handlers and
// middlewares, and nothing else of the program's own.
func (fw framework) dispatches(local, origin string, closure bool) bool {
	switch fw {
	case netHTTP:
		switch local {
		case "HandlerFunc.ServeHTTP", "(*ServeMux).ServeHTTP", "serverHandler.ServeHTTP",
			"initALPNRequest.ServeHTTP", "unencryptedHTTP2Request.ServeHTTP",
			"(*http2serverConn).runHandler", "(*serverConn).runHandler", "h2cHandler.ServeHTTP",
			"(*timeoutHandler).ServeHTTP.func1":
			return true
		}
		return closure && closureOf(local, "StripPrefix", "MaxBytesHandler", "AllowQuerySemicolons", "(*CrossOriginProtection).Handler")
	case chi:
		switch local {
		case "(*Mux).ServeHTTP", "(*Mux).routeHTTP", "(*ChainHandler).ServeHTTP":
			return true
		}
		return closure && closureOf(local, "(*Mux).Mount")
	case gin:
		switch local {
		case "(*Context).Next", "(*Engine).handleHTTPRequest", "(*Engine).ServeHTTP":
			return true
		}
		return closure && closureOf(local, "WrapF", "WrapH")
	case echo:
		// A middleware of echo is a closure that calls the next one itself. The
		// hooks that some call besides are taken for handlers.
		return local == "(*Echo).ServeHTTP" || local == "(*Echo).serveHTTP" || closure
	case fiber:
		switch local {
		case "(*App).next", "(*App).nextCustom", "(*Ctx).Next", "(*DefaultCtx).Next",
			"(*App).handler", "(*App).requestHandler", "(*App).defaultRequestHandler", "(*App).customRequestHandler":
			return true
		}
		return closure && !strings.Contains(origin, "/middleware")
	case fasthttp:
		return local == "(*Server).serveConn"
	case grpc:
		switch local {
		case "(*Server).processRPC", "(*Server).processUnaryRPC", "(*Server).processStreamingRPC":
			return true
		}
		return closure && (closureOf(local, "getChainUnaryHandler", "getChainStreamHandler", "(*Server).wrapUnaryHandler") ||
			strings.Contains(local, "hain") && strings.Contains(local, "Interceptors.func"))
	case connect:
		// Closures of clients call interceptors too, so not any closure will do.
		return local == "(*Handler).ServeHTTP" ||
			closure && closureOf(local, "NewUnaryHandler", "NewClientStreamHandler", "NewServerStreamHandler", "NewBidiStreamHandler")
	}
	return false
}

// callsAny reports whether whatever a dispatching frame calls is a handler,
// even one of the standard library such as pprof.Index: the frame does nothing
// but call the function it was given.
func callsAny(fw framework, local string) bool {
	switch fw {
	case netHTTP:
		return local == "HandlerFunc.ServeHTTP"
	case gin:
		return closureOf(local, "WrapF")
	}
	return false
}

// closureOf reports whether a closure stands in one of the functions.
func closureOf(local string, functions ...string) bool {
	for _, f := range functions {
		if strings.Contains(local, f+".func") {
			return true
		}
	}
	return false
}

// rpcOf returns the service and method of the function that the gRPC compiler
// generates to call a method, "_Orders_Create_Handler", or of the closure in
// it. An underscore in the service's name counts to the method.
func rpcOf(local string) (service, method string, ok bool) {
	name, _, _ := strings.Cut(local, ".")
	name, prefixed := strings.CutPrefix(name, "_")
	name, suffixed := strings.CutSuffix(name, "_Handler")
	service, method, split := strings.Cut(name, "_")
	return service, method, prefixed && suffixed && split && service != "" && method != ""
}
