package tui

import (
	"fmt"
	"os/exec"
	"path"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/tui/theme"
)

// sourceMsg brings the lines around a frame, or why they cannot be had.
type sourceMsg struct {
	key   string
	lines []string
	first int // number of the first line
	line  int // the line asked for
	err   error
}

// sourceAround is how many lines before and after a frame are shown.
const sourceAround = 5

// want asks for the source of the selected frame, once.
func (p *stackPane) want() tea.Cmd {
	r, ok := p.list.Selected()
	if !ok || r.File == "" || r.Line <= 0 {
		return nil
	}
	key := sourceKey(r.Frame)
	if _, asked := p.source[key]; asked {
		return nil
	}
	p.source[key] = sourceMsg{}
	ctx, files, file, line := p.reads, p.m.cfg.Files, r.File, r.Line
	return p.m.beside(func() tea.Msg {
		lines, first, err := files.Source(ctx, file, line, sourceAround)
		if ctx.Err() != nil {
			return nil
		}
		return sourceMsg{key: key, lines: lines, first: first, line: line, err: err}
	})
}

func sourceKey(f snapshot.Frame) string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// edit opens the selected frame in the user's editor.
func (p *stackPane) edit() tea.Cmd {
	r, ok := p.list.Selected()
	if !ok {
		return nil
	}
	files := p.m.cfg.Files
	return p.m.beside(func() tea.Msg {
		cmd, err := files.Edit(r.File, r.Line)
		if err != nil {
			return noticeMsg(err.Error())
		}
		return editMsg{cmd}
	})
}

// editMsg brings the editor that is to have the terminal.
type editMsg struct{ editor *exec.Cmd }

func (e editMsg) run() tea.Cmd {
	return tea.ExecProcess(e.editor, func(err error) tea.Msg {
		if err != nil {
			return noticeMsg("the editor ended with " + err.Error())
		}
		return nil
	})
}

// sourceLines are the file's name and the lines around the selected frame,
// with its own marked: as many as there is room for. Why there are none is wrapped
// to a width, and stays on one line for 0, where each line takes one from the stack.
func (p *stackPane) sourceLines(width, height int) []string {
	r, ok := p.list.Selected()
	if !ok {
		return nil
	}
	src, asked := p.source[sourceKey(r.Frame)]
	th := p.m.theme
	switch {
	case !asked || src.line == 0:
		return nil
	case src.err != nil:
		why := []string{src.err.Error()}
		if width > 0 {
			why = wrap(why[0], width-2)
		}
		for i, l := range why {
			why[i] = th.Dim.Apply(" " + l)
		}
		return why[:min(len(why), max(1, height))]
	}
	out := []string{th.Dim.Apply(" " + path.Base(r.File))}
	room := max(1, height-len(out))
	from := max(0, min(src.line-src.first-room/2, len(src.lines)-room))
	for i, text := range src.lines[from:min(from+room, len(src.lines))] {
		number := fmt.Sprintf("%5d", src.first+from+i)
		mark := "  "
		if src.first+from+i == src.line {
			mark = th.Accent.Apply(theme.SelectionGlyph + " ")
			text = th.Title.Apply(text)
		}
		out = append(out, mark+th.Dim.Apply(number)+"  "+text)
	}
	return out
}

// takeSource hands lines that came to the pages that asked for them.
func (m *Model) takeSource(msg sourceMsg) {
	for _, d := range m.details {
		stacks, ok := d.(interface{ pane() *stackPane })
		if !ok {
			continue
		}
		if _, asked := stacks.pane().source[msg.key]; asked {
			stacks.pane().source[msg.key] = msg
		}
	}
}
