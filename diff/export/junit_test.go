package export_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// jUnit is a report as Jenkins and GitLab read it.
type jUnit struct {
	XMLName xml.Name `xml:"testsuites"`
	jUnitCounts
	Suites []struct {
		Name string `xml:"name,attr"`
		jUnitCounts
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []jUnitCase `xml:"testcase"`
	} `xml:"testsuite"`
}

type jUnitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type jUnitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	File    string       `xml:"file,attr"`
	Out     string       `xml:"system-out"`
	Failure *jUnitResult `xml:"failure"`
	Error   *jUnitResult `xml:"error"`
	Skipped *jUnitResult `xml:"skipped"`
}

type jUnitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// result is what a reader makes of a test case.
func (c jUnitCase) result() string {
	switch {
	case c.Failure != nil:
		return "failed: " + c.Failure.Type
	case c.Error != nil:
		return "broke: " + c.Error.Type
	case c.Skipped != nil:
		return "skipped"
	}
	return "passed"
}

func readJUnit(t *testing.T, data []byte) jUnit {
	t.Helper()
	var report jUnit
	dec := xml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&report); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	if rest := data[dec.InputOffset():]; string(rest) != "\n" {
		t.Errorf("%q follows the report", rest)
	}
	return report
}

func TestJUnit(t *testing.T) {
	all := checks()
	for _, c := range []struct {
		name string
		want string // a line a test case
	}{
		{"clean", "leaktop enough was seen to judge: passed\n"},
		{"inconclusive", "leaktop enough was seen to judge: broke: inconclusive\n" +
			"leaktop.state-kept shop/cache.(*Store).Put heap-0011223344556677: passed\n"},
		{"growing", "leaktop enough was seen to judge: passed\n" +
			"leaktop.state-kept shop/cache.(*Store).Put heap-0011223344556677: passed\n"},
		{"growing that fails", "leaktop enough was seen to judge: passed\n" +
			"leaktop.state-kept shop/cache.(*Store).Put heap-0011223344556677: failed: growing\n"},
		{"known", "leaktop enough was seen to judge: passed\n" +
			"leaktop.blocked-send shop/orders.(*Notifier).Push goroutine-1a2b3c4d5e6f7081: skipped\n"},
		{"leaks and what levelled off", "leaktop enough was seen to judge: passed\n" +
			"leaktop.blocked-send shop/orders.(*Notifier).Push goroutine-1a2b3c4d5e6f7081: failed: leak\n" +
			"leaktop.off-heap process-0123456789abcdef: failed: stuck\n" +
			"leaktop.state-kept shop/cache.(*Store).Put heap-0011223344556677: passed\n" +
			"leaktop.state-kept main.main heap-8899aabbccddeeff: passed\n"},
		{"nothing seen", "leaktop enough was seen to judge: broke: inconclusive\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error { return export.JUnit(w, []export.Check{all[c.name]}) })
			golden.RequireEqual(t, out)
			report := readJUnit(t, out)
			var got strings.Builder
			for _, k := range report.Suites[0].Cases {
				fmt.Fprintf(&got, "%s %s: %s\n", k.Class, k.Name, k.result())
			}
			if got.String() != c.want {
				t.Errorf("the test cases are\n%swant\n%s", &got, c.want)
			}
		})
	}
}

// Each target is a suite, and the counts add up, which readers show without
// looking further.
func TestJUnitOfTwoTargets(t *testing.T) {
	all := checks()
	out := write(t, func(w *bytes.Buffer) error {
		return export.JUnit(w, []export.Check{all["leaks"], all["inconclusive"], all["known"]})
	})
	report := readJUnit(t, out)
	if want := (jUnitCounts{Tests: 8, Failures: 2, Errors: 1, Skipped: 1}); report.jUnitCounts != want {
		t.Errorf("the counts are %+v, want %+v", report.jUnitCounts, want)
	}
	var sum jUnitCounts
	for _, s := range report.Suites {
		if s.Name != "leaktop check http://127.0.0.1:6060/debug/pprof/" || s.Time != "120.000" || s.Timestamp != "2026-03-01T12:00:00" {
			t.Errorf("the suite is %q at %q for %q s", s.Name, s.Timestamp, s.Time)
		}
		sum.Tests, sum.Failures, sum.Errors, sum.Skipped = sum.Tests+s.Tests, sum.Failures+s.Failures, sum.Errors+s.Errors, sum.Skipped+s.Skipped
	}
	if sum != report.jUnitCounts {
		t.Errorf("the suites have %+v in all, the report says %+v", sum, report.jUnitCounts)
	}
}

// What a failure tells: what it is, the stack, the evidence, and which file.
func TestJUnitFailure(t *testing.T) {
	out := write(t, func(w *bytes.Buffer) error { return export.JUnit(w, []export.Check{checks()["leaks"]}) })
	k := readJUnit(t, out).Suites[0].Cases[1]
	if want := "LEAK, 97 % sure: 1,203 goroutines send"; !strings.HasPrefix(k.Failure.Message, want) {
		t.Errorf("the message is %q, want it to begin with %q", k.Failure.Message, want)
	}
	if want := "shop/orders.(*Notifier).Push\n\torders/notify.go:88\n"; !strings.Contains(k.Failure.Text, want) {
		t.Errorf("the text is %q, want %q in it", k.Failure.Text, want)
	}
	if want := "why: 120 more in 2m"; !strings.Contains(k.Out, want) {
		t.Errorf("the output is %q, want %q in it", k.Out, want)
	}
	if k.File != "orders/notify.go" {
		t.Errorf("the file is %q, want it relative to the repository", k.File)
	}
}

// No name makes the report anything but XML 1.0, which cannot hold most
// control characters, not even escaped.
func TestJUnitOfAnyName(t *testing.T) {
	for _, name := range []string{"a\x00b", "\x1b[2J", "\x7f\u0085", "\uFFFE\uFFFF", "not \xff UTF-8", "]]>", `<a b="c">&amp;`, "two\nlines\r", "\ud7ff\ue000\U0010FFFF"} {
		table := snapshot.NewTable()
		f := evil(table)
		f.ID, f.Claim, f.Where.Function, f.Where.File, f.Facts = name, naming(name), name, "/home/dev/shop/"+name, []leak.Fact{naming(name)}
		f.Stack = stackOf(table, f.Where)
		c := checkOf(table, gate.Judged{Result: leak.Result{Outcome: leak.Inconclusive, Reason: name, Findings: []leak.Finding{f}, Needs: []string{name}}})
		c.Target = export.NewTarget(name, baseTime, name)
		out := write(t, func(w *bytes.Buffer) error { return export.JUnit(w, []export.Check{c}) })
		for _, r := range string(out) {
			// Production 2 of the recommendation.
			if r != '\t' && r != '\n' && r != '\r' && (r < 0x20 || r > 0xD7FF && r < 0xE000 || r == 0xFFFE || r == 0xFFFF) {
				t.Errorf("%q: %U stands in the report", name, r)
			}
		}
		k := readJUnit(t, out).Suites[0].Cases[1]
		if want := strings.ToValidUTF8(strings.Map(xmlChar, name), "\uFFFD"); k.Failure.Message != "LEAK, 99 % sure: started by "+want {
			t.Errorf("the message reads %q, want %q", k.Failure.Message, want)
		}
	}
}

// xmlChar is what stands for a character in XML 1.0.
func xmlChar(r rune) rune {
	if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
		return 0xFFFD
	}
	return r
}
