package tui

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
)

// exportEndings are those of all that can be exported, in the menu's order.
func exportEndings() []string {
	return []string{".pb.gz", ".goroutine.pb.gz", ".md", ".json", ".txt", ".html", ".svg", ".goroutine.svg",
		".speedscope.json", ".goroutine.speedscope.json", ".folded", ".goroutine.folded",
		".heap.csv", ".goroutines.csv", ".labels.csv", ".findings.csv", ".curves.csv", ".heap-8.pb.gz", ".goroutine-8.pb.gz"}
}

func TestExportProposesAPath(t *testing.T) {
	p := told(t, 120, 32).press("e")
	endings := exportEndings()
	for i, ending := range endings {
		if i > 0 {
			p.press("down")
		}
		if got, want := strings.TrimSpace(p.line(" to ")), "to  leaktop-orders-20260301-120145"+ending; got != want {
			t.Errorf("choice %d proposes %q, want %q", i, got, want)
		}
	}
	p.press("down").want("▸ goroutine profile of #8 as it was fetched") // the last
	for range endings {
		p.press("up")
	}
	p.want("▸ heap diff for go tool pprof")
	p.press("esc").want("Findings")
}

func TestExportWrites(t *testing.T) {
	const stem = "leaktop-orders-20260301-120145"
	p := told(t, 120, 32).press("e")
	for range exportEndings() {
		p.press("enter").want("wrote leaktop-orders-20260301-120145", "at 12:01:48")
		p.press("down")
	}
	if len(p.files.written) != len(exportEndings()) {
		t.Fatalf("%d files were written", len(p.files.written))
	}

	heap, err := profile.ParseData([]byte(p.files.written[stem+".pb.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, s := range heap.Sample {
		total += s.Value[3]
	}
	if want := p.story.heap(7).Total(3) - p.story.heap(0).Total(3); total != want {
		t.Errorf("the heap diff adds up to %d, want %d", total, want)
	}
	goroutines, err := profile.ParseData([]byte(p.files.written[stem+".goroutine.pb.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	total = 0
	for _, s := range goroutines.Sample {
		total += s.Value[0]
	}
	if total != 121-45 {
		t.Errorf("the goroutine diff adds up to %d, want %d", total, 121-45)
	}

	var report struct {
		Schema string
		Window struct {
			From, To  string
			Snapshots int
		}
	}
	if err := json.Unmarshal([]byte(p.files.written[stem+".json"]), &report); err != nil {
		t.Fatal(err)
	}
	if report.Schema != "leaktop.report/v1" || !strings.HasPrefix(report.Window.From, "2026-03-01T12:00:00") || !strings.HasPrefix(report.Window.To, "2026-03-01T12:01:45") {
		t.Errorf("the report says %+v", report)
	}
	for name, want := range map[string]string{
		".md": "cache.(*Store).Put", ".txt": "cache.(*Store).Put", ".html": "cache.(*Store).Put", ".svg": "cache.(*Store).Put", ".speedscope.json": "cache.(*Store).Put",
		".folded": "cache.(*Store).Put", ".heap.csv": "cache.(*Store).Put", ".goroutine.svg": "runtime.gopark", ".goroutine.speedscope.json": "runtime.gopark",
		".goroutine.folded": "runtime.gopark 14 56", ".goroutines.csv": "chan send", ".labels.csv": "handler,1,/orders,7,21,14,changed", ".findings.csv": "verdict,check", ".curves.csv": "2026-03-01T12:01:45Z,no,",
		".heap-8.pb.gz": strings.Repeat("h", 31<<10), ".goroutine-8.pb.gz": strings.Repeat("g", 2<<10),
	} {
		if !strings.Contains(p.files.written[stem+name], want) {
			t.Errorf("%s lacks what it is about: %.200q", name, p.files.written[stem+name])
		}
	}
}

// What is written is what was compared when the menu was opened, whatever
// comes in the meantime.
func TestExportIsOfWhatWasCompared(t *testing.T) {
	p := told(t, 120, 32).press("left", "left", "e")
	p.want("#1 → #6, 1m15s")
	p.tell(p.story.between(9, 10, nothing)...)
	p.want("#1 → #6, 1m15s")
	p.press("down", "down", "down", "enter").want("wrote leaktop-orders-20260301-120115.json")
	var report struct{ Window struct{ To string } }
	if err := json.Unmarshal([]byte(p.files.written["leaktop-orders-20260301-120115.json"]), &report); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(report.Window.To, "2026-03-01T12:01:15") {
		t.Errorf("the report is of %s", report.Window.To)
	}
}

// With the later snapshot as the base nothing in a report turns negative that
// counts something.
func TestExportBackwards(t *testing.T) {
	p := told(t, 120, 32).press("5", "a", "G", "b", "e", "down", "down", "down", "enter")
	p.want("wrote ")
	var report struct {
		Window struct {
			GCCycles *int64 `json:"gc_cycles"`
		}
	}
	if err := json.Unmarshal([]byte(p.files.written["leaktop-orders-20260301-120000.json"]), &report); err != nil {
		t.Fatal(err)
	}
	if n := report.Window.GCCycles; n != nil && *n < 0 {
		t.Errorf("there were %d GCs", *n)
	}
}

func TestExportPathIsEdited(t *testing.T) {
	p := told(t, 120, 32).press("e")
	for range len("leaktop-orders-20260301-120145.pb.gz") {
		p.press("backspace")
	}
	p.enter("a/b c.json").want("to  a/b c.json")
	// Choosing another format keeps what the user typed.
	p.press("down").want("to  a/b c.json")
	p.press("down", "enter").want("wrote a/b c.json")
	if !strings.Contains(p.files.written["a/b c.json"], "cache.(*Store).Put") {
		t.Error("the report was not written there")
	}
	// Letters that are keys elsewhere are letters here.
	p.enter("q?e/").want("to  a/b c.jsonq?e/")
	p.send(tea.PasteMsg{Content: "pasted"})
	p.want("to  a/b c.jsonq?e/pasted")
	for range 40 {
		p.press("backspace")
	}
	p.press("enter").want("no path: type where to write to")
}

func TestExportDoesNotOverwrite(t *testing.T) {
	p := told(t, 120, 32)
	p.files.exists["leaktop-orders-20260301-120145.pb.gz"] = true
	p.press("e", "enter").want("the file exists", "replace it with ctrl+o")
	p.wantNot("--force", "wrote")
	if len(p.files.written) != 0 {
		t.Error("it was written all the same")
	}
	p.press("ctrl+o").want("wrote leaktop-orders-20260301-120145.pb.gz")
}

func TestExportFails(t *testing.T) {
	p := told(t, 120, 32)
	p.files.fails = errors.New("/mnt/full/x.md: no space left on device; free some or name another path")
	p.press("e", "enter").want("no space left on device", "free some or name another path")
	p.wantNot("wrote")
	// The menu is still there to try again.
	p.files.fails = nil
	p.press("enter").want("wrote ")
	// A message of any length is told whole, also in a small window.
	p = told(t, 60, 20)
	p.files.fails = errors.New(strings.Repeat("reason ", 30) + "end")
	p.press("e", "enter").want("reason")
}

// How a write ended is told even if the menu was left in the meantime, and not
// in a menu that was opened for something else.
func TestExportThatEndsLater(t *testing.T) {
	p := told(t, 120, 32).press("e")
	_, write := p.Update(keyPress("enter"))
	p.press("esc")
	p.files.fails = errors.New("no space left on device")
	p.send(write())
	p.want("no space left on device")
}

func TestExportChoices(t *testing.T) {
	// Without a raw profile, as after thinning, there is none to save.
	p := told(t, 120, 32)
	p.tell(p.story.takenWith(9, func(s *snapshot.Snapshot) { s.Raw = nil }))
	p.press("e").want("heap diff for go tool pprof")
	p.wantNot("as it was fetched")

	// Without a heap profile there is no heap diff.
	p = newProgram(t)
	p.resize(120, 32)
	p.tell(p.story.takenWith(1, func(s *snapshot.Snapshot) { s.Heap, s.Raw = nil, nil }))
	p.press("e").want("goroutine diff", "report as Markdown")
	p.wantNot("heap diff")

	// A name from outside makes no path out of the proposal.
	p = newProgram(t)
	p.resize(120, 32)
	p.tell(snapshot.Attached{Info: snapshot.Info{Name: "../../etc/pass wd"}}, p.story.taken(1))
	p.press("e").want("to  leaktop-------etc-pass-wd-20260301-120000.pb.gz")
}

// A profile that go tool pprof cannot gunzip is no profile.
func TestExportedPprofIsGzipped(t *testing.T) {
	p := told(t, 120, 32).press("e", "enter")
	z, err := gzip.NewReader(strings.NewReader(p.files.written["leaktop-orders-20260301-120145.pb.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, z); err != nil {
		t.Fatal(err)
	}
}

// toldLeaks is a program that was told the whole story, of which its judge has
// an opinion.
func toldLeaks(t *testing.T) *program {
	p := newProgram(t)
	p.judge.result = p.story.judged(t)
	p.resize(120, 40)
	p.tell(p.story.whole()...)
	return p
}

// What leaves the company under pseudonyms names nothing of one's own: neither
// in the file, nor in its name. What the target sent is not offered then.
func TestExportAnonymised(t *testing.T) {
	p := toldLeaks(t).press("e", "ctrl+p").want("pseudonyms for all names", "real names", "to  leaktop-anonymised-20260301-120145.pb.gz")
	p.wantNot("as it was fetched")
	endings := exportEndings()
	endings = endings[:len(endings)-2]
	for range endings {
		p.press("enter").want("wrote leaktop-anonymised-20260301-120145")
		p.press("down")
	}
	if len(p.files.written) != len(endings) {
		t.Fatalf("%d files were written, want %d", len(p.files.written), len(endings))
	}
	for name, text := range p.files.written {
		if z, err := gzip.NewReader(strings.NewReader(text)); err == nil {
			unzipped, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			text = string(unzipped)
		}
		for _, own := range []string{"example.com", "notify", "Notifier", "127.0.0.1", "/cache", "/home"} {
			if strings.Contains(text, own) {
				t.Errorf("%s holds %s", name, own)
			}
		}
	}
	if !strings.Contains(p.files.written["leaktop-anonymised-20260301-120145.findings.csv"], "\nleak,") {
		t.Errorf("the findings are not there: %s", p.files.written["leaktop-anonymised-20260301-120145.findings.csv"])
	}

	// And back again.
	p.press("ctrl+p").want("to  leaktop-orders-20260301-120145").wantNot("pseudonyms for all names")
}

// A live run knows what it judged and how it went.
func TestExportHoldsTheRun(t *testing.T) {
	p := toldLeaks(t).press("e")
	for range 5 {
		p.press("down")
	}
	p.want("▸ report as a page").press("enter")
	page := p.files.written["leaktop-orders-20260301-120145.html"]
	for _, want := range []string{`<section class="verdict leak"`, `<svg viewBox`, `class="curve s1"`, "snapshot #8", `<article class="card leak"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A small window shows the choices around the one that is selected, and the
// cursor stands in the path.
func TestExportInASmallWindow(t *testing.T) {
	p := told(t, 60, 20).press("e").want("1 of 19", "▸ heap diff for go tool pprof", "to  leaktop-orders")
	for range 18 {
		p.press("down")
		if c := p.View().Cursor; c == nil || !strings.HasPrefix(p.lines()[c.Y], " to  ") {
			t.Fatalf("the cursor is at %+v of\n%s", c, p.screen())
		}
	}
	p.want("19 of 19", "▸ goroutine profile of #8 as it was fetched", "to  leaktop-orders")
	p.press("enter").want("wrote ")
}
