package snapshot

import (
	"slices"
	"strings"
)

// Label is one pprof label of a sample, as set with runtime/pprof.Do.
type Label struct {
	Key, Value string
}

// Labels is a set of labels ordered by key, then value.
type Labels []Label

// LabelsID names one interned label set of a [Table]. The zero value is the empty set.
type LabelsID uint32

// String gives the set as key=value pairs separated by spaces.
func (ls Labels) String() string {
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(l.Key)
		b.WriteByte('=')
		b.WriteString(l.Value)
	}
	return b.String()
}

// maxLabelSets bounds the label sets of a table. Labels that name single
// requests give a new one for every request, for as long as the program runs.
const maxLabelSets = 200_000

// manyValues stands for label values that came after the bound was reached.
const manyValues = "…"

// InternLabels returns the id of a label set, whatever the order of its labels.
// Above 200,000 different sets new ones keep their keys only.
func (t *Table) InternLabels(ls []Label) LabelsID {
	if len(ls) == 0 {
		return 0
	}
	set := slices.Clone(ls)
	slices.SortFunc(set, func(a, b Label) int {
		if c := strings.Compare(a.Key, b.Key); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.labelIDs[labelKey(set)]; ok {
		return id
	}
	if len(t.labels) > maxLabelSets {
		for i := range set {
			set[i].Value = manyValues
		}
	}
	key := labelKey(set)
	id, ok := t.labelIDs[key]
	if !ok {
		id = LabelsID(len(t.labels))
		t.labels = append(t.labels, set)
		t.labelIDs[key] = id
	}
	return id
}

// labelKey names a set. NUL never occurs in sanitised text, so it separates without doubt.
func labelKey(set Labels) string {
	var key strings.Builder
	for _, l := range set {
		key.WriteString(l.Key + "\x00" + l.Value + "\x00")
	}
	return key.String()
}

// Labels returns an interned label set. The caller must not change it.
func (t *Table) Labels(id LabelsID) Labels {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(id) >= len(t.labels) {
		return nil
	}
	return t.labels[id]
}
