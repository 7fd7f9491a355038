package list

import (
	"cmp"
	"slices"

	"leaktop/tui/theme"
)

// Cell is what stands in one column of one row. Text is plain: one line, with
// neither control characters nor escape sequences; colour goes into Paint.
type Cell struct {
	Text  string
	Paint theme.Paint
}

// Column describes one column of rows of type T. Widths are in terminal cells.
type Column[T any] struct {
	Title string
	// The column is at least Min wide (1 where Min is 0), or dropped, and
	// grows up to Max where there is room.
	Min, Max int
	// Priority decides which columns are dropped first on a narrow screen, the
	// lowest and among equals the rightmost, and which grow first, the highest.
	Priority int
	// Flex marks the column that also takes the width which is left once all
	// have grown, and that scrolls sideways. At most one column should have it.
	Flex bool
	// Tail keeps the end of a text that is too long, as of a function whose
	// name ends in what it does. Scrolling to the right then begins at its start.
	Tail bool
	// Hidden columns are not shown, however wide the screen: of those in which no
	// row has anything. They keep their index, by which a list is sorted.
	Hidden bool
	Prose  bool // a text that is too long is cut behind a word
	Right  bool // aligned to the right, as numbers are
	Cell   func(T) Cell
	// Compare orders rows by this column, as cmp.Compare does; nil where the
	// column cannot be sorted by.
	Compare func(a, b T) int
	// Descending says that the column starts with its largest on top when it
	// is first sorted by.
	Descending bool
}

const (
	gutter = 2 // the selection glyph and a space, left of all columns
	gap    = 2 // between columns
)

// place is where a column stands on the line.
type place struct{ column, x, width int }

// layout chooses the columns that fit on a line and their widths.
func layout[T any](columns []Column[T], width int) []place {
	room := width - gutter
	if room < 1 || len(columns) == 0 {
		return nil
	}
	kept := make([]place, 0, len(columns))
	taken := -gap
	for i, c := range columns {
		if c.Hidden {
			continue
		}
		p := place{column: i, width: max(1, c.Min)}
		kept = append(kept, p)
		taken += p.width + gap
	}
	if len(kept) == 0 {
		return nil
	}
	for taken > room && len(kept) > 1 {
		least := len(kept) - 1
		for i := least - 1; i >= 0; i-- {
			if columns[kept[i].column].Priority < columns[kept[least].column].Priority {
				least = i
			}
		}
		taken -= kept[least].width + gap
		kept = slices.Delete(kept, least, least+1)
	}
	if taken > room {
		kept[0].width, taken = room, room
	}
	grow(columns, kept, room-taken)
	x := gutter
	for i := range kept {
		kept[i].x = x
		x += kept[i].width + gap
	}
	return kept
}

// grow hands out spare cells: first to every column up to its Max, the most
// important first, then what is left to the flexible one.
func grow[T any](columns []Column[T], kept []place, spare int) {
	order := make([]*place, len(kept))
	for i := range kept {
		order[i] = &kept[i]
	}
	slices.SortStableFunc(order, func(a, b *place) int {
		return cmp.Compare(columns[b.column].Priority, columns[a.column].Priority)
	})
	for _, p := range order {
		more := min(spare, max(0, columns[p.column].Max-p.width))
		p.width += more
		spare -= more
	}
	for _, p := range order {
		if columns[p.column].Flex {
			p.width += spare
			return
		}
	}
}
