package handler_test

import (
	"testing"

	"leaktop/capture/snapshot"
)

// Whatever names a profile brings, there is an answer.
func FuzzOf(f *testing.F) {
	f.Add("net/http.HandlerFunc.ServeHTTP", "main.main.StripPrefix.func1", "net/http/server.go")
	f.Add("a._b_c_Handler", "a.(*T[go.shape.int]).m.func1-range2.3-fm", "x@v1/y.go")
	f.Add("github.com/labstack/echo/v4.(*Echo).add.func1", "..func1", `C:\x@y`)
	f.Fuzz(func(t *testing.T, root, leaf, file string) {
		table := snapshot.NewTable()
		find := finder(t, table, "func1$")
		var stack []snapshot.FrameID
		for _, name := range []string{leaf, root, leaf, root} {
			stack = append(stack, table.InternFrame(snapshot.Frame{Function: name, File: file, Line: len(stack)}))
		}
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine"}}})
		b.Add(snapshot.Key{Stack: table.InternStack(stack)}, []int64{2})
		b.Add(snapshot.Key{Stack: table.InternStack(stack[:1]), Labels: table.InternLabels([]snapshot.Label{{Key: "route", Value: leaf}})}, []int64{2})
		p := b.Profile()
		find.Observe(p)
		for _, k := range p.Keys {
			if h, ok := find.OfRecord(k); ok != (h.Key() != "") {
				t.Errorf("found %v, but the handler is %+v", ok, h)
			}
		}
	})
}
