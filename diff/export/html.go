package export

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
	"leaktop/diff/units"
)

// The page: a template, and the style and script that go into it.
//
//go:embed page/page.html page/*.gohtml page/style.css page/*.js
var pageFiles embed.FS

// htmlRows is how many rows a table has where no limit was asked for: the rest
// is counted, and CSV has it.
const htmlRows = 300

// HTML writes one page that holds everything it needs: the verdict, the curves,
// the findings with their evidence, stacks and repair, a flame graph to zoom and
// search, and tables to sort. It opens from disk without a network, and its
// Content-Security-Policy forbids it one: neither a script nor a style but its
// own is let in. What a run does not know is said in its place. A sample type
// that the profiles do not have is an error, before anything is written.
func HTML(w io.Writer, r Run, o Options) error {
	c, err := r.column(o.SampleType)
	if err != nil {
		return err
	}
	if o.Limit <= 0 {
		o.Limit = htmlRows
	}
	page, err := template.ParseFS(pageFiles, "page/page.html", "page/*.gohtml")
	if err != nil {
		return err
	}
	data := newPage(r, c, o)
	if err := data.assets(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := page.ExecuteTemplate(out, "page.html", data); err != nil {
		return err
	}
	return out.Flush()
}

// page is what the template shows.
type page struct {
	Alone   bool // Current is shown by itself
	Title   string
	Target  string
	Base    pageInput
	Current pageInput
	Apart   string // how far apart they are
	Notes   []string

	Verdict  string // "leak", "growing", …; "" where nothing was judged
	Headline string
	Needs    []string
	Tiles    []tile

	Charts []chart
	Source string // of the curves
	Groups []cardGroup

	Heap       heapTable
	Goroutines goroutineTable
	Held       []heldTable // of a snapshot by itself, instead of the two
	Data       pageData

	CSS    template.CSS
	Script template.JS
	CSP    string
}

type pageInput struct{ Name, Time string }

// tile is one figure at the top.
type tile struct{ Name, Value, Change, More string }

// pageData is what the script reads.
type pageData struct {
	Flames []flame     `json:"flames"`
	Chosen int         `json:"chosen"` // the flame graph to show first
	Charts []chartData `json:"charts"`
	Alone  bool        `json:"alone,omitempty"`
}

func newPage(r Run, c column, o Options) *page {
	p := &page{
		Alone:   r.Alone,
		Title:   "leaktop report",
		Target:  r.Target.line(),
		Base:    newPageInput(r.Base),
		Current: newPageInput(r.Current),
		Apart:   strings.Trim(distance(r.Diff), "()"),
		Notes:   r.notes(),
		Source:  r.Curves.Source,
	}
	if r.Target.Address != nil {
		p.Title = "leaktop: " + *r.Target.Address
	}
	if r.Alone && r.Current.Name != "" {
		p.Title = "leaktop: " + r.Current.Name
	}
	if r.Judged != nil {
		p.Verdict, p.Headline = string(r.Judged.Outcome), headlineRest(r.check())
		p.Needs = r.Judged.Needs
	}
	p.Tiles = tiles(r)
	p.Charts, p.Data.Charts = charts(r)
	p.Groups = cardGroups(r)
	if p.Data.Alone = r.Alone; r.Alone {
		p.Held = heldTables(r, c, o)
	} else {
		p.Heap = newHeapTable(r, c, o)
		p.Goroutines = newGoroutineTable(r, o)
	}
	p.Data.Flames, p.Data.Chosen = flames(r.Diff, c)
	return p
}

func newPageInput(in Input) pageInput { return pageInput{in.Name, stamp(in.Time)} }

// headlineRest is the verdict without the word that stands before it.
func headlineRest(c Check) string {
	_, rest, _ := strings.Cut(c.headline(), ": ")
	return rest
}

// tiles are the figures that a reader wants first.
func tiles(r Run) []tile {
	var out []tile
	if c := r.Heap; c != nil && c.DefaultColumn() >= 0 {
		t := c.Types[c.DefaultColumn()]
		out = append(out, totalTile(kindOf(c)+" "+t.Name, t.Unit, c.Total(c.DefaultColumn())))
	}
	if c := r.Goroutines; c != nil {
		out = append(out, totalTile("goroutines", "count", groupTotal(c.Groups())))
	}
	if r.Alone {
		for i := range out {
			out[i].Change, out[i].More = "", ""
		}
	}
	if r.Judged == nil {
		return out
	}
	for _, g := range []struct {
		name     string
		estimate trend.Estimate
		rate     string
		grows    bool
	}{
		{"live heap grows", r.Judged.Heap, rate(r.Judged.Heap, leak.Bytes), r.Judged.HeapGrows},
		{"goroutines grow", r.Judged.Goroutines, rate(r.Judged.Goroutines, leak.Goroutines), r.Judged.GoroutinesGrow},
	} {
		if g.rate == "" {
			continue
		}
		value, interval, _ := strings.Cut(g.rate, " (")
		t := tile{Name: g.name, Value: value, More: strings.TrimSuffix(interval, ")")}
		if !g.grows {
			t.Change = level(g.estimate)
		}
		out = append(out, t)
	}
	if l := r.Judged.Limit; l.Bytes > 0 {
		left := "not in sight"
		if l.Left > 0 {
			left = "in about " + units.Duration(l.Left)
		}
		out = append(out, tile{Name: "memory limit reached", Value: left, More: units.Bytes(l.Used) + " of " + units.Bytes(l.Bytes) + " used, " + l.What})
	}
	return out
}

func totalTile(name, unit string, c diff.Change) tile {
	v := values{unit: unit}
	t := tile{Name: name, Value: v.value(c.After), Change: v.change(c.Delta), More: "before " + v.value(c.Before)}
	if c.Stderr != 0 {
		t.Change += " ± " + v.stderr(c.Stderr)
	}
	if percent := units.Percent(c.Before, c.After); percent != "" && c.Delta != 0 {
		t.Change += " (" + percent + ")"
	}
	return t
}

// assets reads the style and the script and lets nothing else in.
func (p *page) assets() error {
	css, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	var script []byte
	for _, name := range []string{"page/table.js", "page/flame.js", "page/chart.js", "page/theme.js"} {
		part, err := pageFiles.ReadFile(name)
		if err != nil {
			return err
		}
		script = append(script, part...)
	}
	p.CSS, p.Script = template.CSS(css), template.JS(script)
	p.CSP = "default-src 'none'; style-src " + hashSource(css) + "; script-src " + hashSource(script) + "; base-uri 'none'; form-action 'none'"
	return nil
}

// hashSource is what a Content-Security-Policy lets in exactly this text by.
func hashSource(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
