package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// dumped is a full dump of goroutines on stacks of functions; each has a state
// for its size, which goroutines have none of.
func dumped(t *snapshot.Table, states map[int64]string, samples ...sample) *snapshot.Profile {
	d := &snapshot.GroupedDump{}
	for _, s := range samples {
		g := snapshot.DumpGroup{Status: states[s.size], Stack: t.Dumped(stackOf(t, s.stack)), Count: s.values[0]}
		if k, v, ok := strings.Cut(s.labels, "="); ok {
			g.Labels = t.InternLabels([]snapshot.Label{{Key: k, Value: v}})
		}
		d.Groups = append(d.Groups, g)
	}
	return d.Profile(t)
}

// changesOf writes every stack with its state and its numbers, those that did
// not change, too.
func changesOf(c *diff.Comparison) []string {
	var out []string
	for _, g := range c.Groups() {
		out = append(out, fmt.Sprintf("%s %s %d %d", g.Blocked.Function, g.State, g.Before, g.After))
	}
	slices.Sort(out)
	return out
}

func TestADumpBesideAProfile(t *testing.T) {
	const send, recv, spin = "runtime.gopark runtime.chansend1 app.send app.main", "runtime.gopark runtime.chanrecv1 app.recv app.main", "app.spin app.main"
	states := map[int64]string{1: "chan send", 2: "chan receive (nil chan)", 3: "runnable", 4: "running"}
	tab := snapshot.NewTable()
	profile := goroutines(tab,
		sample{stack: send, labels: "route=/a", values: []int64{3}}, sample{stack: send, labels: "route=/b", values: []int64{4}},
		sample{stack: recv, values: []int64{5}}, sample{stack: spin, values: []int64{2}}, sample{stack: "runtime.gopark time.Sleep app.nap", values: []int64{6}})
	dump := dumped(tab, states,
		sample{stack: send, size: 1, values: []int64{9}}, sample{stack: recv, size: 2, values: []int64{5}},
		sample{stack: spin, size: 3, values: []int64{2}}, sample{stack: spin, size: 4, values: []int64{1}})
	want := []string{
		"app.nap sleep 6 0",
		"app.recv chan receive (nil chan) 5 5",
		"app.send chan send 7 9",
		"app.spin runnable 2 3",
	}
	base, current := diff.Alike(tab, profile, dump)
	c := diff.Compare(tab, base, current)
	if got := changesOf(c); !slices.Equal(got, want) {
		t.Errorf("they are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for key, delta := range c.Deltas() {
		if key.Labels != 0 {
			t.Errorf("labels that the dump does not print count: %v of %v", delta, key)
		}
	}
	equal(t, "total of the profile", base.Total(0), profile.Total(0))
	equal(t, "total of the dump", current.Total(0), dump.Total(0))

	// A dump of Go 1.27 prints labels.
	labelled := dumped(tab, states, sample{stack: send, size: 1, labels: "route=/a", values: []int64{9}})
	base, current = diff.Alike(tab, profile, labelled)
	if !slices.ContainsFunc(base.Keys, func(k snapshot.Key) bool { return k.Labels != 0 && k.Labels == current.Keys[0].Labels }) {
		t.Error("labels that both have do not count")
	}
	for _, same := range []*snapshot.Profile{profile, dump} {
		if base, current := diff.Alike(tab, same, same); base != same || current != same {
			t.Error("two of one form were changed")
		}
	}
	if base, current := diff.Alike(tab, nil, dump); base != nil || current != dump {
		t.Error("one alone was changed")
	}
}

// The text of a goroutine profile tells no state where it names no frame of the
// runtime: what the other one shows for the same functions and lines holds for it,
// too, where the two were built in different directories.
func TestStatesOfABuildElsewhere(t *testing.T) {
	const recv = "runtime.gopark runtime.chanrecv1 app.recv app.main"
	tab := snapshot.NewTable()
	in := func(dir string, p *snapshot.Profile) *snapshot.Profile {
		return p.Restack(func(k snapshot.Key) snapshot.Key {
			var frames []snapshot.FrameID
			for f := range tab.Frames(k.Stack) {
				f.File = dir + "/main.go"
				frames = append(frames, tab.InternFrame(f))
			}
			k.Stack = tab.InState(tab.InternStack(frames), tab.State(k.Stack))
			return k
		})
	}
	text := in("/home/ci", dumped(tab, map[int64]string{1: snapshot.UnknownState}, sample{stack: recv, size: 1, values: []int64{5}}))
	text.Form = snapshot.NoLeaf
	profile := in("/home/dev", goroutines(tab, sample{stack: recv, values: []int64{7}}))
	base, current := diff.Alike(tab, text, profile)
	want := []string{"app.recv chan receive 5 7"}
	if got := changesOf(diff.Compare(tab, base, current)); !slices.Equal(got, want) {
		t.Errorf("they are %q, want %q", got, want)
	}
}
