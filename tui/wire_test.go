package tui

import (
	"bytes"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// wire is the renderer that Bubble Tea writes with, set up as it sets it up for
// the alternate screen of a terminal with all colours. It draws when it is told
// to, so that the bytes of each picture can be counted.
type wire struct {
	out      bytes.Buffer
	cells    uv.ScreenBuffer
	renderer *uv.TerminalRenderer
}

func newWire(width, height int) *wire {
	w := &wire{cells: uv.NewScreenBuffer(width, height)}
	w.renderer = uv.NewTerminalRenderer(&w.out, trueColour())
	w.renderer.SetFullscreen(true)
	w.renderer.SetRelativeCursor(false)
	w.renderer.SetTabStops(width)
	w.renderer.SetBackspace(true)
	w.renderer.SetScrollOptim(true)
	w.renderer.Resize(width, height)
	w.renderer.Erase()
	return w
}

// draw writes what a picture changes on the screen, and returns how many bytes
// that takes.
func (w *wire) draw(v tea.View) int {
	w.out.Reset()
	w.cells.Clear()
	uv.NewStyledString(v.Content).Draw(w.cells, w.cells.Bounds())
	w.renderer.Render(w.cells.RenderBuffer)
	if err := w.renderer.Flush(); err != nil {
		panic(err) // a buffer takes everything
	}
	return w.out.Len()
}
