package export

import (
	"io"
	"strings"
	"unicode/utf8"
)

// aligned is a table for a fixed-width font.
type aligned struct {
	right int // so many columns from the left are right-aligned
	rows  [][]string
}

func (a *aligned) add(cells ...string) { a.rows = append(a.rows, cells) }

// write puts two spaces between columns. The last one is not padded, so that
// lines have no space at their ends.
func (a *aligned) write(w io.Writer) error {
	var widths []int
	for _, row := range a.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var line strings.Builder
	for _, row := range a.rows {
		line.Reset()
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch {
			case i < a.right:
				line.WriteString(pad + cell)
			case i == len(row)-1:
				line.WriteString(cell)
			default:
				line.WriteString(cell + pad)
			}
			if i < len(row)-1 {
				line.WriteString("  ")
			}
		}
		if _, err := io.WriteString(w, strings.TrimRight(line.String(), " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
