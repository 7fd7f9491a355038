package tui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// labelKey identifies the row of a label: of one value, or of a key with all its
// values.
type labelKey struct {
	key, value string
	all        bool
}

// openedKey is the key whose values are listed though they are many; the zero
// value is none.
type openedKey struct {
	key string
	on  bool
}

// toggled opens a key, or closes it where it is open.
func (o openedKey) toggled(key string) openedKey {
	if o == (openedKey{key, true}) {
		return openedKey{}
	}
	return openedKey{key, true}
}

// fewValues is up to how many values of a key are listed without being asked for:
// requests with an id of their own would hide all other keys.
const fewValues = 12

// labelName is how a label is written.
func labelName(key, value string) string { return key + "=" + value }

// labelRows are the rows by key and value, and one for what has no labels. A key
// of many values takes one row until it is opened.
func (g *goroutineContent) labelRows(groups []diff.Group) []goroutineRow {
	var rows []goroutineRow
	rest := diff.Change{}
	sets := func(yield func(diff.LabelCount) bool) {
		for _, group := range groups {
			for _, set := range group.Labels {
				if !yield(set) {
					return
				}
			}
		}
	}
	for _, k := range diff.LabelKeys(sets) {
		many := len(k.Values) > fewValues
		if many {
			rows = append(rows, goroutineRow{
				key: labelKey{key: k.Key, all: true}, name: k.Key + ": " + units.Plural(len(k.Values), "value"),
				Change: k.Change, status: diff.StatusOf(k.Change), values: len(k.Values),
			})
		}
		if many && g.opened != (openedKey{k.Key, true}) {
			continue
		}
		for _, v := range k.Values {
			rows = append(rows, goroutineRow{key: labelKey{key: k.Key, value: v.Value}, name: labelName(k.Key, v.Value), Change: v.Change, status: v.Status})
		}
	}
	for _, group := range groups {
		without := unlabelled(group)
		rest.Before, rest.After = snapshot.AddSaturating(rest.Before, without.Before), snapshot.AddSaturating(rest.After, without.After)
	}
	if rest.Delta = snapshot.SubSaturating(rest.After, rest.Before); rest.Before != 0 || rest.After != 0 {
		rows = append(rows, goroutineRow{key: noLabels, name: noLabels, Change: rest, status: diff.StatusOf(rest)})
	}
	return rows
}

// unlabelled is what of a group has no labels.
func unlabelled(group diff.Group) diff.Change {
	rest := group.Change
	for _, l := range group.Labels {
		rest.Before = snapshot.SubSaturating(rest.Before, l.Before)
		rest.After = snapshot.SubSaturating(rest.After, l.After)
	}
	rest.Delta = snapshot.SubSaturating(rest.After, rest.Before)
	return rest
}

// labelText is the row as the list shows it: what enter opens and closes is marked.
func (r *goroutineRow) labelText(opened openedKey) string {
	switch {
	case r.values == 0:
		return r.name
	case opened == (openedKey{r.key.(labelKey).key, true}):
		return "[-] " + r.name
	}
	return "[+] " + r.name
}

// namedValues is up to how many values of a key are named in short.
const namedValues = 3

// labelsText names the labels that goroutines carry, those of fewest values first:
// "route=/feed", and of a key with many "request_id: 520 values".
func labelsText(sets []diff.LabelCount) string {
	values := make(map[string]map[string]bool) // by key
	for _, set := range sets {
		for _, l := range set.Labels {
			if values[l.Key] == nil {
				values[l.Key] = make(map[string]bool)
			}
			values[l.Key][l.Value] = true
		}
	}
	keys := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(values[a]), len(values[b])), strings.Compare(a, b))
	})
	for i, key := range keys {
		if n := len(values[key]); n > namedValues {
			keys[i] += ": " + units.Plural(n, "value")
		} else {
			keys[i] = labelName(key, strings.Join(slices.Sorted(maps.Keys(values[key])), ", "))
		}
	}
	return strings.Join(keys, "  ")
}
