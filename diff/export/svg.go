package export

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"leaktop/diff"
)

// Sizes of the SVG, in pixels. A character of the fixed-width font takes 0.6 of
// its size, with which viewers that have another one come close.
const (
	svgWidth  = 1200
	svgMargin = 10
	svgRow    = 18
	svgFont   = 12
	svgChar   = 0.6 * svgFont
	svgTop    = 76  // above the first row
	svgLeast  = 0.5 // what is narrower is left out
)

// SVG writes a flame graph of one sample type as a picture that any viewer
// opens: no script, no font and nothing else from elsewhere. It is drawn from
// the entry functions down; the width of a box is what its function holds now,
// its colour how that changed, and its title says both in numbers. A sample type
// that the profiles do not have is an error, before anything is written.
func SVG(w io.Writer, d Diff, o Options) error {
	c, err := d.column(o.SampleType)
	if err != nil {
		return err
	}
	const least = svgLeast / (svgWidth - 2*svgMargin)
	root := &diff.Node{}
	if c.index >= 0 {
		// What held more before may have made the whole larger than it is now.
		now := c.Total(c.index)
		part := float64(now.After) / float64(max(now.Before, now.After, 1))
		root, _ = diff.NewPaths(c.Comparison).Tree(c.index, least*part)
	}
	v := values{unit: c.sampleType().Unit, exact: o.Exact}
	boxes := flameBoxes(root, least)
	depth := 0
	for _, b := range boxes {
		depth = max(depth, b.depth+1)
	}
	s := &svg{w: bufio.NewWriter(w)}
	height := svgTop + max(depth, 2)*svgRow + svgMargin
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="%d">`+"\n",
		svgWidth, height, svgWidth, height, svgFont)
	s.alone = d.Alone
	title := "leaktop diff: " + c.title()
	if d.Alone {
		title = "leaktop: " + c.title()
	}
	s.printf("<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n", escapeXML(title))
	s.text(svgMargin, 24, 16, "#1c1e21", title+"  "+s.total(v, root.Cum))
	s.text(svgMargin, 44, svgFont, "#5c6370", svgInputs(d))
	if !d.Alone {
		s.legend()
	}
	if len(boxes) == 0 {
		s.text(svgMargin, svgTop+svgRow, svgFont, "#1c1e21", "Nothing is held now, so the flame graph is empty.")
	}
	for i, b := range boxes {
		s.box(b, i == 0, v)
	}
	s.printf("</svg>\n")
	return s.w.Flush()
}

// svgInputs says what is compared.
func svgInputs(d Diff) string {
	out := strings.TrimSpace(d.Current.Name + " " + bracketed(stamp(d.Current.Time)))
	if !d.Alone {
		out = strings.TrimSpace(d.Base.Name+" "+bracketed(stamp(d.Base.Time))) + " → " + out
	}
	if target := d.Target.line(); target != "" {
		out += " · " + target
	}
	return out
}

// svg writes elements. Errors of the buffer stay until it is flushed.
type svg struct {
	w     *bufio.Writer
	alone bool // nothing is a change
}

// total is what a box holds, and how that changed.
func (s *svg) total(v values, c diff.Change) string {
	if s.alone {
		return v.value(c.After)
	}
	return v.total(c)
}

func (s *svg) printf(format string, args ...any) { fmt.Fprintf(s.w, format, args...) }

func (s *svg) text(x, y float64, size int, colour, text string) {
	s.printf("<text x=\"%.1f\" y=\"%g\" font-size=\"%d\" fill=\"%s\">%s</text>\n", x, y, size, colour, escapeXML(within(text, svgWidth-2*svgMargin, 0.6*float64(size))))
}

// svgFill is the colour of a heat, and that of the text on it.
func svgFill(heat int) (fill, text string) {
	switch heat {
	case 3:
		return "#d9480f", "#ffffff"
	case 2:
		return "#f58549", "#1c1e21"
	case 1:
		return "#fbc9a4", "#1c1e21"
	case -1:
		return "#b5d6ee", "#1c1e21"
	case -2:
		return "#6aa9d8", "#1c1e21"
	case -3:
		return "#1f6fb2", "#ffffff"
	}
	return "#dfe2e6", "#1c1e21"
}

func (s *svg) legend() {
	x := float64(svgMargin)
	for _, of := range []struct {
		heat int
		says string
	}{{-3, "shrank by most"}, {-2, ""}, {-1, "by a part"}, {0, "the same within the error"}, {1, "grew by a part"}, {2, ""}, {3, "by most"}} {
		fill, _ := svgFill(of.heat)
		s.printf("<rect x=\"%.1f\" y=\"54\" width=\"14\" height=\"12\" fill=\"%s\"/>\n", x, fill)
		x += 18
		if of.says != "" {
			s.text(x, 64, 11, "#5c6370", of.says)
			x += 0.6*11*float64(len(of.says)) + 12
		}
	}
	s.text(x, 64, 11, "#5c6370", "width: held now")
}

func (s *svg) box(b flameBox, root bool, v values) {
	name := nodeName(b.node, root)
	x, width := svgMargin+b.from*(svgWidth-2*svgMargin), (b.to-b.from)*(svgWidth-2*svgMargin)
	y := svgTop + b.depth*svgRow
	change := heat(b.node.Cum)
	if s.alone {
		change = 0
	}
	fill, text := svgFill(change)
	about := name + "\n" + s.total(v, b.node.Cum)
	if at := place(b.node.Frame); at != "-" {
		about = name + "  " + at + "\n" + s.total(v, b.node.Cum)
	}
	s.printf("<g><title>%s</title><rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" rx=\"1.5\" fill=\"%s\" stroke=\"#ffffff\"/>",
		escapeXML(about), x, y, width, svgRow-1, fill)
	label := name
	if float64(utf8.RuneCountInString(name))*svgChar > width-8 {
		label = afterSlash(name, diff.PackageOf(name)) // which tells more than the start of a path
	}
	if label = within(label, width-8, svgChar); label != "" {
		s.printf("<text x=\"%.2f\" y=\"%d\" fill=\"%s\">%s</text>", x+4, y+13, text, escapeXML(label))
	}
	s.printf("</g>\n")
}

// within cuts a text so that it fits, "" where fewer than two characters would.
func within(text string, width, char float64) string {
	room := int(width / char)
	switch n := utf8.RuneCountInString(text); {
	case n <= room:
		return text
	case room < 3:
		return ""
	}
	return string([]rune(text)[:room-1]) + "…"
}

// escapeXML also replaces what XML cannot hold at all.
func escapeXML(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // the builder returns no errors
	return b.String()
}

// afterSlash is a function without the path of its package.
func afterSlash(function, pkg string) string {
	if !strings.HasPrefix(function, pkg) {
		return function
	}
	return function[strings.LastIndexByte(pkg, '/')+1:]
}
