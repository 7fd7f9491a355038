package decode

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"leaktop/capture/snapshot"
)

// Bounds of the drop_frames and keep_frames expressions, which come with the
// profile: their length, the steps they compile to, the longest name that is
// matched, and the time all matching may take.
const (
	maxPruneExpr = 64 << 10
	maxPruneProg = 10_000
	maxPruneName = 16 << 10
	maxPruneTime = 3 * time.Second
)

var errPrune = tooMuch("its drop_frames expression takes too long to match")

// cut says what a sample's stack loses at a location.
type cut uint8

const (
	cutNothing cut = iota
	cutBeneath     // the locations nearer to the leaf
	cutHere        // the location too
)

// pruner takes allocator and profiler frames off the leaf end of stacks, as a
// profile may ask for with drop_frames and keep_frames. Go's do not; those of
// C++ allocators and of the older text forms do. It does what google/pprof's
// RemoveUninteresting does, so that rows equal those of go tool pprof, but within bounds.
type pruner struct {
	drop, keep *regexp.Regexp // drop is nil where nothing is dropped
	dropped    map[string]bool
	until      time.Time
}

func newPruner(dropFrames, keepFrames string) (*pruner, error) {
	if dropFrames == "" {
		return &pruner{}, nil
	}
	drop, err := compilePrune(dropFrames)
	if err != nil {
		return nil, err
	}
	keep, err := compilePrune(keepFrames)
	if err != nil {
		return nil, err
	}
	if drop == nil || keep == nil && keepFrames != "" {
		return &pruner{}, nil // an invalid one drops nothing, as in go tool pprof
	}
	return &pruner{drop: drop, keep: keep, dropped: make(map[string]bool), until: time.Now().Add(maxPruneTime)}, nil
}

// compilePrune compiles an expression for whole names; nil where it is empty or invalid.
func compilePrune(expr string) (*regexp.Regexp, error) {
	if expr == "" {
		return nil, nil
	}
	if len(expr) > maxPruneExpr {
		return nil, errPrune
	}
	expr = "^(" + expr + ")$"
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, nil
	}
	if prog, err := syntax.Compile(tree.Simplify()); err != nil || len(prog.Inst) > maxPruneProg {
		return nil, errPrune
	}
	return regexp.Compile(expr)
}

// location says what stacks lose at a location of these lines, and which of them stay.
func (p *pruner) location(of *proto, lines []line) (cut, []line, error) {
	if p.drop == nil {
		return cutNothing, lines, nil
	}
	for i := len(lines) - 1; i >= 0; i-- {
		drops, err := p.drops(of.raw(uint64(of.functions[lines[i].function].name)))
		switch {
		case err != nil:
			return cutNothing, nil, err
		case drops && i == len(lines)-1:
			return cutHere, lines, nil
		case drops:
			return cutBeneath, lines[i+1:], nil
		}
	}
	return cutNothing, lines, nil
}

func (p *pruner) drops(raw []byte) (bool, error) {
	if drops, ok := p.dropped[string(raw)]; ok {
		return drops, nil
	}
	if time.Now().After(p.until) {
		return false, errPrune
	}
	function := string(raw)
	name := withoutArguments(function)
	drops := function != "" && len(name) <= maxPruneName && p.drop.MatchString(name) &&
		(p.keep == nil || !p.keep.MatchString(name))
	p.dropped[function] = drops
	return drops, nil
}

// withoutArguments cuts a C++ name at its argument list, but not at the
// parentheses that are part of a name.
func withoutArguments(name string) string {
	name = strings.TrimPrefix(name, ".") // of the PPC ELF ABI
	for from := 0; ; {
		i := strings.IndexByte(name[from:], '(')
		if i < 0 {
			return name
		}
		at := from + i
		switch rest := name[at:]; {
		case strings.HasPrefix(rest, "(anonymous namespace)"):
			from = at + len("(anonymous namespace)")
		case strings.HasPrefix(rest, "()") && strings.HasSuffix(name[from:at], "operator"):
			from = at + len("()")
		default:
			return name[:at]
		}
	}
}

// leaf returns where in a stack of locations the first one stands that stays.
// Nothing is cut on the root's side of the first frame that is not dropped, or
// whole stacks of the runtime would vanish.
func (p *places) leaf(stack []snapshot.Part) int {
	if p.cuts == nil {
		return 0
	}
	kept := false
	for i := len(stack) - 1; i >= 0; i-- {
		switch c := p.cuts[stack[i]]; {
		case c == cutNothing:
			kept = true
		case !kept:
		case c == cutHere:
			return i + 1
		default:
			return i
		}
	}
	return 0
}
