package export

import (
	"bufio"
	"html"
	"io"

	"leaktop/capture/snapshot"
)

// CheckMarkdown writes what was found in one target for an issue or a pull
// request: the run and its verdict, then each finding with its stacks folded
// away. It takes the dialect of GitHub, with names escaped.
func CheckMarkdown(w io.Writer, c Check) error { return checkMarkdown(w, "leaktop check", c) }

func checkMarkdown(w io.Writer, by string, c Check) error {
	m := &markdown{w: bufio.NewWriter(w)}
	m.printf("### %s: %s\n\n", by, escape(c.headline()))
	for _, f := range c.runFacts() {
		switch f.name {
		case "verdict": // stands in the head
		case "target":
			m.printf("- target: %s\n", code(f.text))
		default:
			m.fact(f)
		}
	}
	m.findings(c, "", c.news())
	m.findings(c, "Known from the baseline", c.known())
	if len(c.Judged.Needs) > 0 {
		m.printf("\n#### What would show more\n\n")
		for _, need := range c.Judged.Needs {
			m.printf("- %s\n", escape(need))
		}
	}
	m.findings(c, "Levelled off", c.plateaus())
	return m.w.Flush()
}

// findings writes findings below a head, nothing where there are none.
func (m *markdown) findings(c Check, head string, findings []listed) {
	if head != "" && len(findings) > 0 {
		m.printf("\n#### %s\n", head)
	}
	for _, l := range findings {
		m.printf("\n**%s**\n\n", escape(l.title()))
		for _, f := range c.facts(l) {
			switch f.name {
			case "where":
				m.printf("- where: %s %s\n", code(l.Where.Function), escape(c.fileLine(l.Where)))
			case "handler", "check", "id":
				m.printf("- %s: %s\n", f.name, code(f.text))
			default:
				m.fact(f)
			}
		}
		m.foldedStacks(c.Table, l)
	}
}

func (m *markdown) fact(f fact) { m.printf("- %s: %s\n", f.name, escape(f.text)) }

// foldedStacks writes the stack of a finding, and each that hangs together with
// it, so that they are seen on demand.
func (m *markdown) foldedStacks(t *snapshot.Table, l listed) {
	if l.Stack != snapshot.NoStack {
		m.folded(t, "The stack, leaf first", l.Stack)
	}
	for _, to := range l.Related {
		if to.Stack != snapshot.NoStack {
			m.folded(t, "A "+string(to.Kind)+" stack related to it: "+amounts(to.Now), to.Stack)
		}
	}
}

func (m *markdown) folded(t *snapshot.Table, summary string, id snapshot.StackID) {
	m.printf("\n<details><summary>%s</summary>\n\n<pre>\n", html.EscapeString(summary))
	m.stack(t, id)
	m.printf("</pre>\n</details>\n")
}
