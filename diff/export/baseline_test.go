package export_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"leaktop/diff/export"
)

// A baseline is what the program wrote itself, of one target or of several.
func TestBaseline(t *testing.T) {
	all := checks()
	report := func(names ...string) []byte {
		return write(t, func(w *bytes.Buffer) error {
			for _, name := range names {
				if err := export.JSON(w, export.NewCheckReport(all[name])); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, c := range []struct {
		reports []string
		want    string
	}{
		{[]string{"clean"}, ""},
		{[]string{"growing"}, "heap-0011223344556677"},
		// What levelled off is no finding.
		{[]string{"leaks and what levelled off"}, "goroutine-1a2b3c4d5e6f7081 heap-0011223344556677 process-0123456789abcdef"},
		// What was known stays known in the next report.
		{[]string{"known"}, "goroutine-1a2b3c4d5e6f7081"},
		{[]string{"growing", "clean", "known"}, "goroutine-1a2b3c4d5e6f7081 heap-0011223344556677"},
	} {
		known, err := export.Baseline(report(c.reports...))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(known)), " "); got != c.want {
			t.Errorf("%v: %q is known, want %q", c.reports, got, c.want)
		}
	}
}

func TestBaselineThatIsNone(t *testing.T) {
	plain := write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewReport(growing(), 0)) })
	whole := write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewCheckReport(checks()["leaks"])) })
	for _, c := range []struct{ name, data, says string }{
		{"empty", "", "empty"},
		{"white space", " \n", "empty"},
		{"text", "target  http://…", "not JSON"},
		{"cut off", string(whole[:len(whole)/2]), "not JSON"},
		{"something behind it", string(whole) + "x", "not JSON"},
		{"another JSON", `{"findings":[]}`, `its schema is ""`},
		{"a list", `[]`, "not JSON"},
		{"null", `null`, "schema"},
		{"a later version", strings.Replace(string(whole), "report/v1", "report/v2", 1), "leaktop.report/v2"},
		{"no findings", `{"schema":"leaktop.report/v1","verdict":"clean"}`, "no list of findings"},
		{"a plain diff", string(plain), "diff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			known, err := export.Baseline([]byte(c.data))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v and the error %v, want one that says %q", known, err, c.says)
			}
		})
	}
}
