package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"leaktop/diff/leak"
)

// GitHub writes what was found in some targets as workflow commands of GitHub
// Actions, which show as annotations of the run and, where the file lies in the
// repository, of its line: an error for what fails the run, a warning for what
// grows or is inconclusive, a notice for what stood in the baseline and for a
// run in which nothing was found. GitHub shows the first ten of each kind.
func GitHub(w io.Writer, checks []Check) error {
	out := bufio.NewWriter(w)
	for _, c := range checks {
		c.gitHub(out)
	}
	return out.Flush()
}

func (c Check) gitHub(w *bufio.Writer) {
	for _, l := range c.findings() {
		command := "warning"
		switch {
		case l.known || l.Verdict == leak.Plateau:
			command = "notice"
		case c.fails(l):
			command = "error"
		}
		w.WriteString(c.annotation(command, l))
	}
	switch c.Judged.Outcome {
	case leak.Inconclusive:
		w.WriteString(workflowCommand("warning", []property{{"title", "leaktop check"}}, c.runText()))
	case leak.Clean:
		w.WriteString(workflowCommand("notice", []property{{"title", "leaktop check"}}, c.runText()))
	}
}

// runText is the run as a whole, a fact a line.
func (c Check) runText() string { return strings.TrimSuffix(lines(c.runFacts()), "\n") }

// annotation is the command for one finding. A file outside the repository is
// no place that GitHub could show, so that it is named in the message alone.
func (c Check) annotation(command string, l listed) string {
	var at []property
	if short, ok := below(c.Root, l.Where.File); ok {
		at = append(at, property{"file", short})
		if l.Where.Line > 0 {
			at = append(at, property{"line", strconv.Itoa(l.Where.Line)})
		}
	}
	text := strings.TrimSuffix(lines(c.facts(l)), "\n")
	if c.Target.Address != nil {
		text += "\ntarget: " + *c.Target.Address
	}
	return workflowCommand(command, append(at, property{"title", l.title()}), text)
}

type property struct{ name, value string }

// workflowCommand is "::error file=a.go,line=1,title=…::message" on one line.
// In a message the runner decodes %25, %0D and %0A, in a property %3A and %2C,
// too; nothing else is special.
func workflowCommand(command string, properties []property, message string) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	b.WriteString("::" + command)
	for i, p := range properties {
		separator := ","
		if i == 0 {
			separator = " "
		}
		b.WriteString(separator + p.name + "=" + value.Replace(p.value))
	}
	b.WriteString("::" + data.Replace(message) + "\n")
	return b.String()
}
