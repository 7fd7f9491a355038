package ascii

// symbol returns the character that looks like a symbol, as far as there is one.
func symbol(r rune) (c byte, ok bool) {
	switch r {
	case '…', '≈', '±', '╌':
		return '~', true
	case '−', '–', '—', '‐', '‑', '─':
		return '-', true
	case '━':
		return '=', true
	case '┃', '┏', '┓', '┗', '┛', '■', '█':
		return '#', true
	case '│', '▏':
		return '|', true
	case '╎', '┊':
		return ':', true
	case '╭', '╮', '·':
		return '.', true
	case '╰', '╯', '‘', '’':
		return '\'', true
	case '“', '”':
		return '"', true
	case '→', '▸', '▹', '≥':
		return '>', true
	case '←', '◂', '≤':
		return '<', true
	case '↑', '▴':
		return '^', true
	case '↓', '▾':
		return 'v', true
	case '×', '✗':
		return 'x', true
	case '●', '✎':
		return '*', true
	case '•':
		return 'o', true
	case '↻':
		return '@', true
	case 'Δ':
		return 'd', true
	case 'µ', 'μ':
		return 'u', true
	case '²':
		return '2', true
	case '‖':
		return '"', true
	case '\u00a0':
		return ' ', true
	// The steps of a sparkline, from low to high; the highest is above.
	case '▁':
		return '_', true
	case '▂':
		return '.', true
	case '▃':
		return ':', true
	case '▄':
		return '-', true
	case '▅':
		return '=', true
	case '▆':
		return '+', true
	case '▇':
		return '*', true
	}
	switch {
	case r >= '─' && r <= '╿': // the other lines of boxes and axes
		return '+', true
	case r >= '▀' && r <= '▟': // the other blocks
		return '#', true
	}
	return 0, false
}
