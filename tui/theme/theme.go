package theme

import "charm.land/lipgloss/v2"

// SelectionGlyph stands before the selected row or item, one cell wide.
const SelectionGlyph = "▸"

// Theme is the palette for one kind of background.
type Theme struct {
	Dark bool // made for a dark background

	Normal Paint // text, in the terminal's own colours
	Title  Paint // heads: bold, no colour
	Accent Paint // the one accent colour: the current tab, the selection, a cursor
	Dim    Paint // what matters less: axes, heads of columns, rows without a change
	Error  Paint // something went wrong

	Leak    Paint // red: PROVEN, LEAK
	Growing Paint // amber: GROWING, STUCK
	Level   Paint // green: level, PLATEAU

	Key  Paint // the key in a hint
	Hint Paint // what the key does

	Selected Paint // a soft background for the whole selected row

	// Series are the curves' colours, first to last, from the 256-colour
	// palette. No two look alike to the common kinds of colour blindness, and
	// none looks like a verdict.
	Series [4]Paint

	// Heat fills the boxes of a flame graph.
	Heat Heat
}

// Heat is backgrounds with text that is readable on them: the later the shade
// in its row, the larger the part that came or went.
type Heat struct {
	Grown, Shrunk [3]Paint
	Same          Paint
}

// palette is the colours of a Theme as they are written down.
type palette struct {
	accent, dim, hint    string
	leak, growing, level string
	selected             string
	series               [4]string
	grown, shrunk        [3]string // backgrounds
	same, onHeat         string    // background of what did not change; text on all of them
}

// New returns the theme for a dark or a light background.
func New(dark bool) Theme {
	// The greys are ones of the 256-colour palette: between two of them a
	// terminal without true colour would take a blue, and most of what is written
	// to a terminal is grey, for which a number takes half the bytes of a colour.
	p := palette{
		accent: "#6cb6ff", dim: "246", hint: "248",
		leak: "#ff7b72", growing: "#e3b341", level: "#56d364",
		selected: "235",
		series:   [4]string{"75", "175", "230", "143"},
		grown:    [3]string{"#4a3a12", "#6b4a0e", "#8a4b14"},
		shrunk:   [3]string{"#123524", "#15502f", "#1a6638"},
		same:     "#24303d", onHeat: "#f0f3f6",
	}
	if !dark {
		p = palette{
			accent: "#0550ae", dim: "240", hint: "239",
			leak: "#b91c26", growing: "#7d4e00", level: "#116329",
			selected: "255",
			series:   [4]string{"26", "90", "95", "52"},
			grown:    [3]string{"#fbefc9", "#f7d98c", "#f2b866"},
			shrunk:   [3]string{"#dcf5e3", "#b4e8c3", "#86d69f"},
			same:     "#e7ebf0", onHeat: "#1f2328",
		}
	}
	text := func(c string) Paint { return newPaint(lipgloss.Color(c), nil, false) }
	t := Theme{
		Dark:     dark,
		Title:    newPaint(nil, nil, true),
		Accent:   text(p.accent),
		Dim:      text(p.dim),
		Error:    text(p.leak),
		Leak:     text(p.leak),
		Growing:  text(p.growing),
		Level:    text(p.level),
		Key:      text(p.accent),
		Hint:     text(p.hint),
		Selected: newPaint(nil, lipgloss.Color(p.selected), false),
	}
	for i, c := range p.series {
		t.Series[i] = text(c)
	}
	fill := func(c string) Paint { return newPaint(lipgloss.Color(p.onHeat), lipgloss.Color(c), false) }
	t.Heat.Same = fill(p.same)
	for i := range t.Heat.Grown {
		t.Heat.Grown[i], t.Heat.Shrunk[i] = fill(p.grown[i]), fill(p.shrunk[i])
	}
	return t
}
