package export

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// JUnit writes what was found in some targets as a JUnit report: a test suite
// for each target, in it a test case that tells whether enough was seen, and
// one for each finding.
//
//   - A finding that fails the run is a failure, any other one passes. What stood
//     in the baseline is skipped: Jenkins and GitLab then list it without
//     counting it against the run.
//   - An inconclusive run is an error and not a failure: Jenkins counts both
//     against the build, and GitLab tells them apart. It must not look like a pass.
//
// The name of a finding's test case is its place and id, which are the same in
// the next run, so that both tell new failures from old ones. Names may hold
// anything: what XML 1.0 cannot hold is replaced.
func JUnit(w io.Writer, checks []Check) error {
	all := junitSuites{Name: "leaktop check"}
	for _, c := range checks {
		s := newSuite(c)
		all.Suites = append(all.Suites, s)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`                // seconds
	Timestamp  string          `xml:"timestamp,attr,omitempty"` // UTC, without a zone, as its schema wants it
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Line    int          `xml:"line,attr,omitempty"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func newSuite(c Check) junitSuite {
	j := c.Judged
	s := junitSuite{Name: "leaktop check", Time: fmt.Sprintf("%.3f", j.To.Sub(j.From).Seconds())}
	if c.Target.Address != nil {
		s.Name += " " + *c.Target.Address
	}
	if !j.From.IsZero() {
		s.Timestamp = j.From.UTC().Format("2006-01-02T15:04:05")
	}
	for _, f := range c.runFacts() {
		s.Properties = append(s.Properties, junitProperty{f.name, f.text})
	}
	s.Cases = append(s.Cases, enoughSeen(c))
	for _, l := range c.findings() {
		s.Cases = append(s.Cases, findingCase(c, l))
	}
	s.Tests = len(s.Cases)
	for _, k := range s.Cases {
		switch {
		case k.Failure != nil:
			s.Failures++
		case k.Error != nil:
			s.Errors++
		case k.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

// enoughSeen is the test case that is always there: a report without any counts
// as broken.
func enoughSeen(c Check) junitCase {
	out := junitCase{Class: "leaktop", Name: "enough was seen to judge", Out: strings.Join(c.Judged.Needs, "\n")}
	if c.Judged.Outcome == leak.Inconclusive {
		out.Error = &junitResult{Message: c.Judged.Reason, Type: string(leak.Inconclusive), Text: c.headline()}
	}
	return out
}

func findingCase(c Check, l listed) junitCase {
	out := junitCase{Class: "leaktop." + string(l.Check), Name: strings.TrimSpace(l.Where.Function + " " + l.ID), Out: lines(c.facts(l))}
	if short, ok := below(c.Root, l.Where.File); ok {
		out.File, out.Line = short, l.Where.Line
	}
	switch {
	case l.known:
		out.Skipped = &junitResult{Message: leak.Fact{Kind: leak.InBaseline}.Text()}
	case c.fails(l):
		out.Failure = &junitResult{Message: l.title(), Type: string(l.Verdict), Text: stackText(c, l.Stack)}
	}
	return out
}

// lines writes facts one a line.
func lines(all facts) string {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s: %s\n", f.name, f.text)
	}
	return b.String()
}

// stackText is a stack, leaf first, a frame on two lines as Go writes them.
func stackText(c Check, id snapshot.StackID) string {
	var b strings.Builder
	for f := range c.Table.Frames(id) {
		b.WriteString(f.Function + "\n")
		if at := c.fileLine(f); at != "" {
			b.WriteString("\t" + at + "\n")
		}
	}
	return b.String()
}
