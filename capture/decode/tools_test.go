package decode

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// mailerDump is what a mail server printed that has not delivered for an hour: it has
// a stack with a method of a generic type, functions that were inlined, a goroutine
// that is locked to its thread, and a starter as releases before Go 1.21 tell it.
const mailerDump = `goroutine 1 [semacquire, 61 minutes]:
sync.runtime_Semacquire(0xc0001a6010?)
	/usr/local/go/src/runtime/sema.go:71 +0x25
sync.(*WaitGroup).Wait(0xc0001a6008)
	/usr/local/go/src/sync/waitgroup.go:118 +0x48
main.main()
	/build/mailer/cmd/mailerd/main.go:57 +0x3a5

goroutine 34 [IO wait]:
internal/poll.runtime_pollWait(0x7f7c0c0b8e28, 0x72)
	/usr/local/go/src/runtime/netpoll.go:351 +0x85
example.org/mailer/smtp.(*Server).Serve(0xc000120000, {0x8f1d20, 0xc00010e0c0})
	/build/mailer/smtp/server.go:112 +0x7b
created by main.main in goroutine 1
	/build/mailer/cmd/mailerd/main.go:41 +0x2f1

goroutine 51 [select, 58 minutes]:
example.org/mailer/queue.(*Queue[...]).Take(0xc000212000, {0x8f3a18, 0xc0001fa050})
	/build/mailer/queue/queue.go:88 +0x1ad
created by example.org/mailer/smtp.(*Server).deliver in goroutine 34
	/build/mailer/smtp/deliver.go:131 +0x213

goroutine 52 [select, 3 minutes]:
example.org/mailer/queue.(*Queue[...]).Take(0xc000212080, {0x8f3a18, 0xc0001fa0a0})
	/build/mailer/queue/queue.go:88 +0x1ad
created by example.org/mailer/smtp.(*Server).deliver in goroutine 34
	/build/mailer/smtp/deliver.go:131 +0x213

goroutine 60 [syscall, 12 minutes, locked to thread]:
os/exec.(*Cmd).Wait(0xc0001e2000)
	/usr/local/go/src/os/exec/exec.go:906 +0x45
example.org/mailer/scan.run(...)
	/build/mailer/scan/clam.go:33
created by example.org/mailer/scan.Start
	/build/mailer/scan/clam.go:21 +0x8e
`

const mailerTold = `dump 1 of 1, 0 unread, 0 elided, 0 unavailable, cut false
1 × IO wait; internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351; example.org/mailer/smtp.(*Server).Serve /build/mailer/smtp/server.go:112; by main.main /build/mailer/cmd/mailerd/main.go:41; 0 to 0 min; []
1 × semacquire; sync.runtime_Semacquire /usr/local/go/src/runtime/sema.go:71; sync.(*WaitGroup).Wait /usr/local/go/src/sync/waitgroup.go:118; main.main /build/mailer/cmd/mailerd/main.go:57; 61 to 61 min; []
1 × syscall; os/exec.(*Cmd).Wait /usr/local/go/src/os/exec/exec.go:906; example.org/mailer/scan.run /build/mailer/scan/clam.go:33; by example.org/mailer/scan.Start /build/mailer/scan/clam.go:21; 12 to 12 min; []
2 × select; example.org/mailer/queue.(*Queue[...]).Take /build/mailer/queue/queue.go:88; by example.org/mailer/smtp.(*Server).deliver /build/mailer/smtp/deliver.go:131; 3 to 58 min; []`

// mailerProfile is the goroutine profile of the same server as text, with labels.
const mailerProfile = `goroutine profile: total 1042
1000 @ 0x47a44e 0x40f1a5 0x40ed92 0x6f2a85 0x6f2a20 0x482501
# labels: {"queue":"bulk", "tenant":"a \"b\""}
#	0x6f2a84	example.org/mailer/queue.(*Queue[...]).Take+0x44		/build/mailer/queue/queue.go:88
#	0x6f2a1f	example.org/mailer/smtp.(*Server).deliver.func2+0x1f	/build/mailer/smtp/deliver.go:140

30 @ 0x47a44e 0x472f37 0x51d0e9 0x6f1f05 0x482501
#	0x472f36	internal/poll.runtime_pollWait+0x56		/usr/local/go/src/runtime/netpoll.go:351
#	0x51d0e8	net.(*conn).Read+0x28				/usr/local/go/src/net/net.go:194
#	0x6f1f04	example.org/mailer/smtp.(*conn).serve+0x204	/build/mailer/smtp/conn.go:71

12 @ 0x47a44e 0x45c9d7 0x45c9ad 0x47c2e5 0x48f125 0x6f30c5 0x482501
#	0x47c2e4	internal/sync.runtime_SemacquireMutex+0x24	/usr/local/go/src/runtime/sema.go:95
#	0x48f124	internal/sync.(*Mutex).lockSlow+0x144		/usr/local/go/src/internal/sync/mutex.go:149
#	0x6f30c4	example.org/mailer/spool.(*Dir).add+0x64	/build/mailer/spool/dir.go:40
`

const mailerProfileTold = `goroutine profile 1 of 1, 0 unread
[1000] queue=bulk tenant=a "b"; example.org/mailer/queue.(*Queue[...]).Take /build/mailer/queue/queue.go:88; example.org/mailer/smtp.(*Server).deliver.func2 /build/mailer/smtp/deliver.go:140
[12] ; internal/sync.runtime_SemacquireMutex /usr/local/go/src/runtime/sema.go:95; internal/sync.(*Mutex).lockSlow /usr/local/go/src/internal/sync/mutex.go:149; example.org/mailer/spool.(*Dir).add /build/mailer/spool/dir.go:40
[30] ; internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351; net.(*conn).Read /usr/local/go/src/net/net.go:194; example.org/mailer/smtp.(*conn).serve /build/mailer/smtp/conn.go:71`

// tools is what tools make of a text that they show, keep or send. Each must be read
// as if nothing had been done.
var tools = map[string]func(text string) string{
	// What an editor, a wiki or a mail makes of it.
	"a block of Jira":        func(text string) string { return "{noformat}\n" + text + "{noformat}\n" },
	"an answer to an answer": eachOf(func(_ int, line string) string { return strings.TrimRight("> > "+line, " ") }),
	"a fence in a quote":     func(text string) string { return quotedLines("```text\n" + text + "```\n") },
	"a literal block": func(text string) string {
		return "It hangs::\n\n" + eachLine(text, func(_ int, line string) string { return strings.TrimRight("    "+line, " ") }) + "\nAny ideas?\n"
	},
	"a block that folds": func(text string) string {
		return "<details><summary>stacks</summary>\n\n```\n" + text + "```\n\n</details>\n"
	},
	"blanks that do not break":   func(text string) string { return strings.ReplaceAll(text, "\t", "\u00a0\u00a0\u00a0\u00a0") },
	"lines with numbers":         eachOf(func(n int, line string) string { return fmt.Sprintf("%5d\t%s", n, line) }),
	"lines with numbers and bar": eachOf(func(n int, line string) string { return fmt.Sprintf("%3d | %s", n, line) }),
	"what grep -n finds":         eachOf(func(n int, line string) string { return fmt.Sprintf("mailerd.log:%d:%s", n, line) }),
	"lines that a patch adds":    eachOf(func(_ int, line string) string { return "+" + line }),
	"a message of 1990":          func(text string) string { return "Gr\xf6\xdfe der Schlange: 3\n" + text }, // ISO 8859-1
	// A page that takes what begins so for a heading loses the signs of comments.
	"comments without their signs": func(text string) string { return strings.ReplaceAll(text, "\n#", "\n") },
	"the same, with blanks for tabs": func(text string) string {
		return strings.NewReplacer("\n#\t", "\n        ", "\n# ", "\n", "\t", "    ").Replace(text)
	},
	"three dots as one character": func(text string) string { return strings.ReplaceAll(text, "...", "…") },

	"the row of a table for each line": func(text string) string {
		return "| stacks |\n|:--|\n" + eachLine(text, func(_ int, line string) string { return fmt.Sprintf("| %-70s |", line) })
	},
	"the row of a table for each line, as code": func(text string) string {
		return "Mail hangs:\n\n| # | stacks |\n|--:|--------|\n" + eachLine(text, func(n int, line string) string { return fmt.Sprintf("| %d | `%s` |", n, line) })
	},
	"one cell of a table": func(text string) string {
		return "| host | stacks |\n|------|--------|\n| mx1 | " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "<br>") + " |\n"
	},

	// What a terminal makes of it.
	"a recorded terminal": func(text string) string {
		return strings.ReplaceAll("Script started\n$ kill -QUIT 812\n^\\SIGQUIT: quit\nPC=0x47f281 m=0 sigcode=0\n\n"+text+"\nexit status 2\nScript done\n", "\n", "\r\n")
	},
	"a pane that is filled up": eachOf(func(_ int, line string) string {
		return fmt.Sprintf("%-120s", strings.ReplaceAll(line, "\t", "        "))
	}),
	"lines that are erased": eachOf(func(_ int, line string) string { return line + "\x1b[K" }),
	"a link and a title": func(text string) string {
		const link = "/build/mailer/queue/queue.go:88"
		return "\x1b]0;mx1: journalctl\a" + strings.ReplaceAll(text, link, "\x1b]8;;file:///build\x1b\\"+link+"\x1b]8;;\x1b\\")
	},
	"256 colours": eachOf(func(_ int, line string) string { return "\x1b[38;5;208m" + line + "\x1b[m" }),

	// What the log of a build or of a service puts before each line.
	"GitHub Actions": eachOf(func(n int, line string) string {
		return fmt.Sprintf("2026-11-02T10:00:00.%07dZ \x1b[36;1m%s\x1b[0m", n, line)
	}),
	"Buildkite": eachOf(func(n int, line string) string { return fmt.Sprintf("\x1b_bk;t=17648%08d\a%s\r", n, line) }),
	"Jenkins":   eachOf(func(n int, line string) string { return fmt.Sprintf("[2026-11-02T10:00:00.%03dZ] %s", n, line) }),
	"klog": eachOf(func(n int, line string) string {
		return fmt.Sprintf("E1102 10:00:00.%06d     812 debug.go:12] %s", n, line)
	}),
	"klog, in one go": func(text string) string { return "E1102 10:00:00.000001     812 debug.go:12] " + text },
	"syslog of RFC 5424": eachOf(func(n int, line string) string {
		return fmt.Sprintf("<27>1 2026-11-02T10:00:00.%06dZ mx1 mailerd 812 - - %s", n, line)
	}),
	"aws logs tail": eachOf(func(n int, line string) string {
		return fmt.Sprintf("2026-11-02T10:00:00.%03d000+00:00 ecs/mailer/0f3c9e2b %s", n, line)
	}),
	"heroku logs": eachOf(func(n int, line string) string {
		return fmt.Sprintf("2026-11-02T10:00:00.%06d+00:00 app[web.1]: %s", n, line)
	}),
	"logcli": eachOf(func(_ int, line string) string {
		return `2026-11-02T10:00:00+01:00 {app="mailer", pod="mailer-7d9"} ` + line
	}),
	"stern":             eachOf(func(_ int, line string) string { return "mailer-7d9c mailer " + line }),
	"a process manager": eachOf(func(_ int, line string) string { return "0|mailerd  | " + line }),
	"the trace of ginkgo": func(text string) string {
		return "  Full Stack Trace\n" + eachLine(text, func(_ int, line string) string { return "  " + line })
	},

	// What writes a tab as it can be seen.
	"rsyslog, and its prefix cut off": func(text string) string { return strings.ReplaceAll(text, "\t", "#011") },
	"the syslog of BSD": eachOf(func(n int, line string) string {
		return fmt.Sprintf("Nov  2 10:00:%02d mx1 mailerd[812]: %s", n, strings.ReplaceAll(line, "\t", "^I"))
	}),
	"tabs as Go writes them": func(text string) string { return strings.ReplaceAll(text, "\t", `\t`) },
	"tabs as C writes them":  eachOf(func(_ int, line string) string { return "mailerd: " + strings.ReplaceAll(line, "\t", `\011`) }),

	"cat -A": eachOf(func(_ int, line string) string { return strings.ReplaceAll(line, "\t", "^I") + "$" }),
	"cat -A of a file of Windows": eachOf(func(_ int, line string) string {
		return strings.ReplaceAll(line, "\t", "^I") + "^M$"
	}),
	"cat -E of the log of a container, behind a prompt": func(text string) string {
		return "root@mx1:~$ cat -E mailerd.log\n" + eachLine(text, func(n int, line string) string {
			return fmt.Sprintf("2026-11-02T10:00:00.%09dZ %s$", n, line)
		}) + "root@mx1:~$"
	},
	"a row for each line that cat -A shows": eachOf(func(_ int, line string) string {
		return "| " + strings.ReplaceAll(line, "\t", "^I") + "$ |"
	}),

	// What packs the lines in JSON, in fields, or in a table.
	"journalctl -o json": eachOf(func(n int, line string) string {
		return asJSON(map[string]string{"_HOSTNAME": "mx1", "SYSLOG_IDENTIFIER": "mailerd", "MESSAGE": line, "_PID": "812", "__REALTIME_TIMESTAMP": fmt.Sprint(17648000000000 + n)})
	}),
	"logcli -o jsonl": eachOf(func(_ int, line string) string {
		return asJSON(map[string]any{"labels": map[string]string{"app": "mailer", "stream": "stderr"}, "line": line, "timestamp": "2026-11-02T10:00:00Z"})
	}),
	"a search of Elasticsearch": func(text string) string {
		return indented(map[string]any{"took": 3, "hits": map[string]any{"hits": objects(text, func(n int, line string) any {
			return map[string]any{"_index": "logs", "_id": fmt.Sprint(n), "_source": map[string]string{"@timestamp": "2026-11-02T10:00:00Z", "host": "mx1", "message": line}}
		})}})
	},
	"events of AWS": func(text string) string {
		return indented(map[string]any{"nextForwardToken": "f/3", "events": objects(text, func(n int, line string) any {
			return map[string]any{"timestamp": 1700000000000 + n, "message": line, "ingestionTime": 1700000001000}
		})})
	},
	"a cloud's JSON, nested": eachOf(func(n int, line string) string {
		return asJSON(map[string]any{"insertId": fmt.Sprint("x", n), "jsonPayload": map[string]any{"message": line, "pid": 1}, "severity": "ERROR"})
	}),
	"zap, with a stack of its own": func(text string) string {
		return asJSON(map[string]any{"level": "error", "ts": 1764800000.12, "msg": "no delivery for 1h", "stacks": text, "stacktrace": "main.watch\n\t/build/mailer/cmd/mailerd/debug.go:12"}) + "\n"
	},
	"logfmt": func(text string) string {
		quoted, _ := json.Marshal(text)
		return "ts=2026-11-02T10:00:00Z caller=debug.go:12 level=warn msg=\"no delivery\" stacks=" + string(quoted) + "\n"
	},
	"go test -json": eachOf(func(_ int, line string) string {
		return asJSON(map[string]string{"Time": "2026-11-02T10:00:00Z", "Action": "output", "Package": "example.org/mailer", "Output": line + "\n"})
	}),
	"fields with commas": func(text string) string {
		return "@timestamp,message\r\n" + eachLine(text, func(n int, line string) string {
			return fmt.Sprintf(`"2026-11-02 10:00:00.%03d","%s"`+"\r", n, strings.ReplaceAll(line, `"`, `""`))
		})
	},

	"TeamCity, a test that failed": func(text string) string {
		return "##teamcity[testStarted name='TestMail/bulk' flowId='12']\n" +
			"##teamcity[testFailed name='TestMail/bulk' message='it isn|'t delivered' details='panic: test timed out after 30s|n|n" + asService(text) + "|nexit status 2' flowId='12']\n" +
			"##teamcity[testFinished name='TestMail/bulk' duration='30000' flowId='12']\n"
	},
	"TeamCity, what a test printed": func(text string) string {
		return eachLine(text, func(n int, line string) string {
			return fmt.Sprintf("##teamcity[testStdErr timestamp='2026-11-02T10:00:00.%03d' name='TestMail' out='%s|r|n' flowId='12']", n, asService(line))
		})
	},
	"TeamCity, two tests by turns": func(text string) string {
		return eachLine(text, func(n int, line string) string {
			return fmt.Sprintf("##teamcity[testStdOut name='TestSpool' out='main.spool(0x%d)|n' flowId='13']\n##teamcity[testStdOut name='TestMail' out='%s|n' flowId='12']", n, asService(line))
		})
	},
	"TeamCity, a message in the log of an agent": func(text string) string {
		return "[10:00:00]W: [Step 2/3] ##teamcity[message text='" + strings.ReplaceAll(asService(text), "/", "|0x002F") + "' status='WARNING']\n"
	},

	// What a page makes of it.
	"a report of JUnit": func(text string) string {
		return `<testsuites><testsuite><testcase name="TestMail"><failure message="Failed">` + html.EscapeString(text) + "</failure></testcase></testsuite></testsuites>\n"
	},
	"a report of JUnit, as it was": func(text string) string {
		return "<testsuite><testcase name=\"TestMail\"><failure message=\"Failed\"><![CDATA[" + text + "]]></failure></testcase></testsuite>\n"
	},
	"the address of a ticket below it": func(text string) string {
		return text + "https://tickets.example.org/browse/MAIL-2281/comments/4\nsee also there\n"
	},
	"blocks of HTML on one line": func(text string) string {
		return "<div class=log>" + strings.ReplaceAll(eachLine(text, func(_ int, line string) string { return `<div class="line">` + html.EscapeString(line) + "</div>" }), "\n", "") + "</div>"
	},
	"HTML with nothing but entities": eachOf(func(_ int, line string) string {
		return strings.NewReplacer("\t", "&nbsp;&nbsp;&nbsp;&nbsp;", " ", "&nbsp;").Replace(html.EscapeString(line)) + "<br/>"
	}),
	"a table of HTML, a line in each row": func(text string) string {
		return "<html><body><table>\n" + eachLine(text, func(n int, line string) string {
			return fmt.Sprintf("<tr><td class=\"n\">%d</td><td>%s</td></tr>", n, html.EscapeString(line))
		}) + "</table></body></html>\n"
	},

	// What became of its bytes.
	"line ends of an old Mac": func(text string) string { return strings.ReplaceAll(text, "\n", "\r") },
	"line ends of an old Mac, in the log of another system": func(text string) string {
		return "listening\n" + strings.ReplaceAll("no delivery for 1h\n"+text, "\n", "\r") + "\nexit status 2\n"
	},
	"a form that was sent, in UTF-16": func(text string) string {
		return asUTF16(unicode.LittleEndian, unicode.UseBOM, strings.ReplaceAll("It hangs:\n\n"+text, "\n", "\r"))
	},
	"zeros behind it":       func(text string) string { return text + strings.Repeat("\x00", 4096) },
	"a hole before it":      func(text string) string { return "listening\n" + strings.Repeat("\x00", 200) + "\n" + text },
	"a vertical tab":        func(text string) string { return "\v" + strings.ReplaceAll(text, "\n\n", "\n\n\v") },
	"a character of delete": func(text string) string { return strings.ReplaceAll(text, "\n", "\x7f\n") },
}

// eachOf changes each line by its number from 1 on.
func eachOf(change func(n int, line string) string) func(string) string {
	return func(text string) string {
		return eachLine(text, func(n int, line string) string { return change(n+1, line) })
	}
}

func quotedLines(text string) string {
	return eachLine(text, func(_ int, line string) string { return "> " + line })
}

// objects makes an object of each line.
func objects(text string, object func(n int, line string) any) (out []any) {
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		out = append(out, object(n, line))
	}
	return out
}

func indented(v any) string {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(data)
}

// A dump, and a profile as text, tell the same whatever tool they came through.
func TestTextsOutOfTools(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"dump": {mailerDump, mailerTold}, "profile": {mailerProfile, mailerProfileTold},
	} {
		if got := toldOf(t, c.text, 0); got != c.want {
			t.Fatalf("the %s as it was printed is\n%s\nwant\n%s", what, got, c.want)
		}
		for name, tool := range tools {
			if got := toldOf(t, tool(c.text), 0); got != c.want {
				t.Errorf("%s, %s: it is\n%s\nwant\n%s\nof\n%s", what, name, got, c.want, tool(c.text))
			}
		}
	}
}
