package chart

import "time"

// drawMarks writes the marks on line y: every glyph at its column, and its
// label where nothing else stands and a blank remains after it.
func (c Chart) drawMarks(g *grid, y, left int, w window) {
	for _, m := range c.Marks {
		if at, ok := w.column(m.Time); ok {
			g.text(left+at, y, string(m.Glyph), m.Paint)
		}
	}
	for _, m := range c.Marks {
		at, ok := w.column(m.Time)
		if n := len([]rune(m.Label)); ok && n > 0 && g.free(left+at+1, y, n) && (left+at+1+n == g.width || g.free(left+at+1+n, y, 1)) {
			g.text(left+at+1, y, m.Label, m.Paint)
		}
	}
}

// drawTimes writes the time axis on line y: the time of the cursor, where there
// is one, and round times where there is room between them. Of points without
// a time it draws none.
func (c Chart) drawTimes(g *grid, y, left int, w window, cursor bool) {
	if w.unknown {
		return
	}
	const apart = 8 // blanks between two labels, at least
	step := tick(w, apart)
	if cursor {
		c.drawTime(g, y, left, w, c.Cursor, time.TimeOnly, true)
	}
	from := time.Unix(0, w.first*w.bucket).In(w.zone)
	_, east := from.Zone()
	shift := int64(east) * int64(time.Second)
	for n := floorDiv(from.UnixNano()+shift, int64(step)) + 1; ; n++ {
		t := time.Unix(0, n*int64(step)-shift).In(w.zone)
		if _, ok := w.column(t); !ok {
			return
		}
		c.drawTime(g, y, left, w, t, layoutOf(step), false)
	}
}

// drawTime writes a time centred below its column, where there is room.
func (c Chart) drawTime(g *grid, y, left int, w window, t time.Time, layout string, cursor bool) {
	at, _ := w.column(t)
	text, paint := t.In(w.zone).Format(layout), c.Theme.Dim
	x := left + at - len(text)/2
	if cursor {
		x, paint = max(0, min(x, g.width-len(text))), c.Theme.Accent
	}
	if g.free(x, y, len(text)) && (x == 0 || g.free(x-1, y, 1)) && (x+len(text) == g.width || g.free(x+len(text), y, 1)) {
		g.text(x, y, text, paint)
	}
}

// tick returns the shortest round step of time at which labels stay apart.
func tick(w window, apart int) time.Duration {
	day := 24 * time.Hour
	step := day
	for _, step = range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day,
	} {
		if fits(w, step, apart) {
			return step
		}
	}
	for !fits(w, step, apart) && step < 1<<61 {
		step *= 2
	}
	return step
}

func fits(w window, step time.Duration, apart int) bool {
	return int64(step)/w.bucket >= int64(len(layoutOf(step))+apart)
}

// layoutOf returns how times that are a step apart are written.
func layoutOf(step time.Duration) string {
	switch {
	case step < time.Minute:
		return time.TimeOnly
	case step < 24*time.Hour:
		return "15:04"
	}
	return "02 Jan"
}
