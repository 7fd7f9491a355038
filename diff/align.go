package diff

// moving is what it costs to pair places at another distance than the pair
// before them, where code was inserted or removed in between; and to begin with
// a pair that moved, because of code that stands before all that is seen. A pair
// gains about 1 to 2.
type moving struct{ again, first float64 }

// mostPairs bounds the work and the memory of one alignment.
const mostPairs = 1 << 18

// align pairs places in a file before and after an edit, both in order: a pair
// never crosses another, and gain says how well two places fit together, 0 for
// not at all. It returns for each place before the index of the one after, -1
// for none. Where there are too many to compare it returns nil.
//
// It is the longest common subsequence, weighted, that keeps the places at one
// distance as far as it can: an edit moves all that follows it alike.
func align(before, after []int, cost moving, gain func(i, j int) float64) []int {
	if len(before)*len(after) > mostPairs {
		return nil
	}
	a := aligner{
		before: before, after: after,
		cost:   cost,
		cells:  make([]alignCell, len(before)*len(after)),
		shifts: make(map[int]int32),
		column: make([]int32, len(after)),
	}
	for j := range a.column {
		a.column[j] = none
	}
	for i := range before {
		a.row(i, gain)
	}
	return a.trace()
}

// none is no cell.
const none int32 = -1

// aligner is the state of one alignment. Cells are named by their index.
type aligner struct {
	before, after []int
	cost          moving
	cells         []alignCell
	shifts        map[int]int32 // by distance the best cell of the rows above
	column        []int32       // the best cell of each column in the rows above
	best          int32
}

// alignCell is the best alignment that ends with one pair.
type alignCell struct {
	score float64
	from  int32 // the pair before it
}

// row fills in the cells of one place before.
func (a *aligner) row(i int, gain func(i, j int) float64) {
	if i == 0 {
		a.best = none
	}
	left := none // the best cell above and to the left
	for j := range a.after {
		if g := gain(i, j); g > 0 {
			a.cells[a.at(i, j)] = a.pair(i, j, g, left)
		}
		if top := a.column[j]; top != none && a.better(top, left) {
			left = top
		}
	}
	for j := range a.after {
		c := a.at(i, j)
		if a.cells[c].score <= 0 {
			continue
		}
		if a.better(c, a.column[j]) {
			a.column[j] = c
		}
		shift := a.after[j] - a.before[i]
		if known, ok := a.shifts[shift]; !ok || a.better(c, known) {
			a.shifts[shift] = c
		}
		if a.better(c, a.best) {
			a.best = c
		}
	}
}

// pair is the best way to come to a pair.
func (a *aligner) pair(i, j int, gain float64, left int32) alignCell {
	shift := a.after[j] - a.before[i]
	out := alignCell{score: gain, from: none}
	if shift != 0 {
		out.score -= a.cost.first
	}
	if same, ok := a.shifts[shift]; ok && int(same)%len(a.after) < j {
		if score := gain + a.cells[same].score; score > out.score {
			out = alignCell{score, same}
		}
	}
	if left != none {
		if score := gain + a.cells[left].score - a.cost.again; score > out.score {
			out = alignCell{score, left}
		}
	}
	return out
}

func (a *aligner) at(i, j int) int32 { return int32(i*len(a.after) + j) }

func (a *aligner) better(c, than int32) bool {
	return than == none || a.cells[c].score > a.cells[than].score
}

// trace follows the best alignment back to its first pair.
func (a *aligner) trace() []int {
	out := make([]int, len(a.before))
	for i := range out {
		out[i] = -1
	}
	if len(a.cells) == 0 {
		return out
	}
	for c := a.best; c != none; c = a.cells[c].from {
		out[int(c)/len(a.after)] = int(c) % len(a.after)
	}
	return out
}
