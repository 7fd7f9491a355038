package export

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"leaktop/diff"
)

// csvGoroutines writes all groups, the largest change first, with the commonest
// stack of each and what a full dump tells of it.
func csvGoroutines(out *csv.Writer, r Run, o Options) {
	out.Write([]string{"status", "state", "function", "file", "line", "started as", "before", "after", "delta", "role",
		"reported wait least minutes", "reported wait most minutes", "started by", "started by file", "started by line", "other lines that started some",
		"locked to threads", "locks", "stack"})
	c := r.Goroutines
	if c == nil {
		return
	}
	for _, g := range atMost(c.Groups(), o.Limit) {
		row := []string{string(g.Status), string(g.State), outside(g.Blocked.Function), outside(g.Blocked.File), line(g.Blocked.Line),
			outside(g.Entry.Function), number(g.Before), number(g.After), number(g.Delta), string(g.Role)}
		row = append(row, csvTold(c, g)...)
		out.Write(append(row, outside(foldedPath(c.Table, g.Stacks[0]))))
	}
}

// csvTold are the fields of what a dump tells, empty where none does. The locks
// are those of most waiters: "0xc000012345 299; 0xc000098765 1".
func csvTold(c *diff.Comparison, g diff.Group) []string {
	told, ok := c.Told(g.Stacks)
	if !ok {
		return make([]string, 8)
	}
	by := c.Table.Frame(told.Creators[0].Creator)
	var locks []string
	for _, l := range told.Locks {
		locks = append(locks, fmt.Sprintf("%s %d", diff.LockName(l.Address), l.Count))
	}
	return []string{number(int64(told.Least)), number(int64(told.Most)), outside(by.Function), outside(by.File), line(by.Line),
		strconv.Itoa(len(told.Creators) - 1), number(told.Locked), strings.Join(locks, "; ")}
}

// hasLabels reports whether anything that is compared has labels.
func (r Run) hasLabels() bool {
	for _, c := range r.comparisons() {
		for range c.LabelSets(c.DefaultColumn()) {
			return true
		}
	}
	return false
}

// csvValues bounds the rows of one key: requests with an id of their own give as
// many values as there were requests.
const csvValues = 1000

// csvLabels writes the values of each key of labels, those that changed most
// first. Those above the bound stand together in a last row, whose value is empty.
func csvLabels(out *csv.Writer, r Run, o Options) {
	out.Write([]string{"sample type", "key", "values", "value", "before", "after", "delta", "status"})
	rows := 0
	write := func(row ...string) bool {
		if o.Limit > 0 && rows == o.Limit {
			return false
		}
		rows++
		out.Write(row)
		return true
	}
	for _, c := range r.comparisons() {
		column := c.DefaultColumn()
		for _, k := range diff.LabelKeys(c.LabelSets(column)) {
			sampleType, key := outside(c.Types[column].Name), outside(k.Key)
			for _, v := range atMost(k.Values, csvValues) {
				if !write(sampleType, key, "1", outside(v.Value), number(v.Before), number(v.After), number(v.Delta), string(v.Status)) {
					return
				}
			}
			if rest := k.Rest(csvValues); len(k.Values) > csvValues &&
				!write(sampleType, key, strconv.Itoa(len(k.Values)-csvValues), "", number(rest.Before), number(rest.After), number(rest.Delta), string(diff.StatusOf(rest))) {
				return
			}
		}
	}
}
