package decode

import (
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// mangling is a way in which the text of a dump comes out of an issue, a terminal
// or a log.
type mangling struct {
	name string
	do   func(r *rand.Rand, text string) string
}

// stages are the manglings in the order in which they come to a text: what an editor
// or a person did to its lines, what else was written between them, what a log puts
// before each, what a log or a page packs them into, and what became of its bytes.
// Of each stage at most one comes to a text.
func stages() [][]mangling {
	return [][]mangling{
		{
			{"tabs are 4 blanks", ofEach(func(line string) string { return strings.ReplaceAll(line, "\t", "    ") })},
			{"tabs are 8 blanks", ofEach(func(line string) string { return strings.ReplaceAll(line, "\t", "        ") })},
			{"leading blanks are lost", ofEach(func(line string) string { return strings.TrimLeft(line, " \t") })},
			{"no lines of files", without(func(line string) bool { return strings.HasPrefix(line, "\t") })},
			{"tabs are one blank", ofEach(func(line string) string { return strings.ReplaceAll(line, "\t", " ") })},
		},
		{
			{"blanks at the ends", ofEach(func(line string) string { return line + "  " })},
			{"no empty lines", without(func(line string) bool { return strings.TrimSpace(line) == "" })},
			{"an empty line behind each", ofEach(func(line string) string { return line + "\n" })},
			{"line ends of Windows", ofEach(func(line string) string { return line + "\r" })},
			{"cat -A", ofEach(func(line string) string { return strings.ReplaceAll(line, "\t", "^I") + "$" })},
			{"cat -A, line ends of Windows", ofEach(func(line string) string { return strings.ReplaceAll(line, "\t", "^I") + "^M$" })},
		},
		{
			{"a fence", func(_ *rand.Rand, text string) string { return "### the dump\n```\n" + text + "```\nand that was it\n" }},
			{"a log around it", func(_ *rand.Rand, text string) string {
				return "2026/11/02 10:00:00 listening on :6060\nSIGQUIT: quit\nPC=0x47f281 m=0 sigcode=0\n\n" + text + "\nrax    0xca\nexit status 2\n"
			}},
			{"other lines between", func(r *rand.Rand, text string) string {
				return eachLine(text, func(_ int, line string) string {
					if r.IntN(5) == 0 {
						return line + fmt.Sprintf("\n2026/11/02 10:00:%02d main.go:12: served %d (of %d)", r.IntN(60), r.IntN(9), r.IntN(9))
					}
					return line
				})
			}},
			{"a line broken in two", broken},
		},
		{
			{"a quote", ofEach(func(line string) string { return "> " + line })},
			{"docker logs -t", before(func(r *rand.Rand) string { return fmt.Sprintf("2026-11-23T07:28:%02d.%09dZ ", r.IntN(60), r.IntN(1e9)) })},
			{"kubectl, prefix", before(func(*rand.Rand) string { return "[pod/orders-5d9c7b/app] " })},
			{"docker compose", before(func(*rand.Rand) string { return "orders-1  | " })},
			{"docker compose, colours", before(func(*rand.Rand) string { return "\x1b[36morders-1  | \x1b[0m" })},
			{"the container runtime", before(func(r *rand.Rand) string { return fmt.Sprintf("2026-11-23T07:28:58.%dZ stderr F ", 1000+r.IntN(9000)) })},
			{"journald, over midnight", before(func(r *rand.Rand) string {
				return []string{"Nov 30 23:59:59", "Dec  1 00:00:00"}[r.IntN(2)] + " web1 orders[4711]: "
			})},
			{"rsyslog", func(_ *rand.Rand, text string) string {
				return eachLine(text, func(n int, line string) string {
					return fmt.Sprintf("Nov 23 07:28:%02d web1 orders[4711]: %s", n%60, strings.ReplaceAll(line, "\t", "#011"))
				})
			}},
			{"an indentation", ofEach(func(line string) string { return "      " + line })},
			{"a YAML block", func(_ *rand.Rand, text string) string {
				return "log: |\n" + eachLine(text, func(_ int, line string) string { return "  " + line }) + "next: 1\n"
			}},
			{"the first line alone", func(_ *rand.Rand, text string) string { return "2026/11/02 10:00:00 stuck: " + text }},
			{"go test", func(_ *rand.Rand, text string) string {
				return "=== RUN   TestA\n    a_test.go:9: " + strings.ReplaceAll(text, "\n", "\n        ") + "\n--- PASS: TestA (0.00s)\n"
			}},
			{"a table of Markdown", func(_ *rand.Rand, text string) string {
				return "| stacks |\n|---|\n" + eachLine(text, func(_ int, line string) string { return "| " + line + " |" })
			}},
			{"a table of Markdown, with code", func(_ *rand.Rand, text string) string {
				return "| # | stacks |\n|---|---|\n" + eachLine(text, func(n int, line string) string { return fmt.Sprintf("| %d | `%s` |", n, line) })
			}},
			{"two services by turns", func(r *rand.Rand, text string) string {
				return eachLine(text, func(n int, line string) string {
					other := ""
					for range r.IntN(3) {
						other += "billing-1 | " + []string{"main.other(0x1)", "\t/src/other.go:9 +0x1", "goroutine pool is full", "2026/11/02 10:00:00 ok"}[r.IntN(4)] + "\n"
					}
					return other + "orders-1  | " + line
				})
			}},
		},
		{
			{"docker's JSON", jsonLines(func(r *rand.Rand, line string) any {
				return map[string]string{"log": line + "\n", "stream": "stderr", "time": "2026-11-02T10:00:00.123456789Z"}
			})},
			{"a cloud's JSON", jsonLines(func(r *rand.Rand, line string) any {
				return map[string]string{"textPayload": line, "timestamp": "2026-11-02T10:00:00Z", "insertId": fmt.Sprintf("x%x", r.Int32())}
			})},
			{"one object", func(_ *rand.Rand, text string) string {
				return asJSON(map[string]any{"level": "info", "ts": 1700000000.5, "msg": "stack \"dump\"", "stacks": text}) + "\n"
			}},
			{"a list of objects", func(_ *rand.Rand, text string) string {
				var list []map[string]string
				for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
					list = append(list, map[string]string{"message": line, "level": "error"})
				}
				return asJSON(list)
			}},
			{"JSON, indented", func(_ *rand.Rand, text string) string {
				data, _ := json.MarshalIndent(map[string]any{"labels": map[string]string{"app": "orders"}, "lines": strings.Split(text, "\n")}, "", "  ")
				return string(data)
			}},
			{"TeamCity, a failure", func(_ *rand.Rand, text string) string {
				return "##teamcity[testStarted name='TestA']\n##teamcity[testFailed name='TestA' message='timed out' details='" + asService(text) + "' flowId='7']\n##teamcity[testFinished name='TestA' duration='30']\n"
			}},
			{"TeamCity, each line", func(r *rand.Rand, text string) string {
				return eachLine(text, func(_ int, line string) string {
					return fmt.Sprintf("##teamcity[testStdOut timestamp='2026-11-02T10:00:%02d.123' name='TestA' out='%s|n' flowId='TestA']", r.IntN(60), asService(line))
				})
			}},
			{"logrus", func(_ *rand.Rand, text string) string {
				return fmt.Sprintf("time=\"2026-11-02T10:00:00Z\" level=info msg=%q\n", "=== BEGIN goroutine stack dump ===\n"+text+"\n=== END ===")
			}},
			{"slog", func(_ *rand.Rand, text string) string {
				return fmt.Sprintf("time=2026-11-02T10:00:00.000Z level=ERROR msg=stuck stacks=%q n=3\n", text)
			}},
			{"JSON in JSON", func(_ *rand.Rand, text string) string {
				inner := asJSON(map[string]any{"level": "error", "stacktrace": text})
				return asJSON(map[string]any{"log": inner + "\n", "stream": "stderr"}) + "\n"
			}},
			{"escapes without quotes", func(_ *rand.Rand, text string) string {
				return "stacks: " + strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, `"`, `\"`).Replace(text) + "\n"
			}},
		},
		{
			{"lines of HTML", ofEach(func(line string) string { return html.EscapeString(line) + "<br>" })},
			{"a block of HTML", func(_ *rand.Rand, text string) string {
				return "<html><body><p>It hangs:</p>\n<pre>" + html.EscapeString(text) + "</pre></body></html>\n"
			}},
		},
		{
			{"colours", func(r *rand.Rand, text string) string {
				return eachLine(text, func(_ int, line string) string { return fmt.Sprintf("\x1b[%dm%s\x1b[0m", 31+r.IntN(6), line) })
			}},
			{"zeros before it", func(_ *rand.Rand, text string) string { return strings.Repeat("\x00", 300) + text }},
			{"zeros within", func(r *rand.Rand, text string) string {
				at := r.IntN(len(text))
				return text[:at] + "\x00\x00" + text[at:]
			}},
			{"bells and form feeds", func(r *rand.Rand, text string) string {
				return eachLine(text, func(_ int, line string) string { return []string{"", "\a", "\f"}[r.IntN(3)] + line })
			}},
			{"line ends of CR alone", func(_ *rand.Rand, text string) string { return strings.ReplaceAll(text, "\n", "\r") }},
			{"a byte order mark", func(_ *rand.Rand, text string) string { return "\ufeff" + text }},
			{"UTF-16", func(_ *rand.Rand, text string) string { return asUTF16(unicode.LittleEndian, unicode.UseBOM, text) }},
			{"UTF-16, big end first, no mark", func(_ *rand.Rand, text string) string { return asUTF16(unicode.BigEndian, unicode.IgnoreBOM, text) }},
		},
	}
}

// mangled takes a text through some of the stages, and names them.
func mangled(r *rand.Rand, text string) (out string, names []string) {
	all := stages()
	skipped := len(all) - 1 - r.IntN(len(all))
	for i, stage := range all {
		if r.IntN(len(all)) < skipped {
			continue
		}
		m := stage[r.IntN(len(stage))]
		// What a log has packed line by line it has packed before a page did.
		if i > 0 && !strings.Contains(text, "\n") {
			continue
		}
		text = m.do(r, text)
		names = append(names, m.name)
	}
	return text, names
}

// eachLine changes each line of a text.
func eachLine(text string, change func(n int, line string) string) string {
	out := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for n, line := range out {
		out[n] = change(n, line)
	}
	return strings.Join(out, "\n") + "\n"
}

func ofEach(change func(line string) string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, text string) string {
		return eachLine(text, func(_ int, line string) string { return change(line) })
	}
}

func before(prefix func(*rand.Rand) string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, text string) string {
		return eachLine(text, func(_ int, line string) string { return prefix(r) + line })
	}
}

func without(lost func(line string) bool) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, text string) string {
		kept := slices.DeleteFunc(strings.Split(text, "\n"), lost)
		return strings.TrimSuffix(strings.Join(kept, "\n"), "\n") + "\n"
	}
}

// broken breaks what is longer than a terminal is wide.
func broken(_ *rand.Rand, text string) string { return brokenAt(80, text) }

func brokenAt(width int, text string) string {
	return eachLine(text, func(_ int, line string) string {
		var parts []string
		for len(line) > width {
			parts, line = append(parts, line[:width]), line[width:]
		}
		return strings.Join(append(parts, line), "\n")
	})
}

func jsonLines(object func(r *rand.Rand, line string) any) func(*rand.Rand, string) string {
	return func(r *rand.Rand, text string) string {
		return eachLine(text, func(_ int, line string) string { return asJSON(object(r, line)) })
	}
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// asService escapes a text as messages to TeamCity do.
func asService(text string) string {
	return strings.NewReplacer("|", "||", "'", "|'", "\n", "|n", "\r", "|r", "[", "|[", "]", "|]", "…", "|0x2026").Replace(text)
}

func asUTF16(order unicode.Endianness, mark unicode.BOMPolicy, text string) string {
	out, err := unicode.UTF16(order, mark).NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return out
}
