package tui

import (
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/tui/list"
)

// goroutineFilterText is what the filter is matched against: every frame, state
// and label.
func goroutineFilterText(table *snapshot.Table, r *goroutineRow) string {
	switch {
	case r.handler.Name != "":
		return handlerText(r.handler)
	case r.group == nil:
		return r.name
	}
	var b strings.Builder
	b.WriteString(r.state() + "\n")
	for _, l := range r.group.Labels {
		b.WriteString(l.Labels.String() + "\n")
	}
	for _, id := range r.group.Stacks {
		for f := range table.Frames(id) {
			b.WriteString(f.Function + "\n")
		}
	}
	return b.String()
}

// goroutineFields are what a filter can name: the wait that a dump reports, for how
// long the group was seen, and words.
func goroutineFields(table *snapshot.Table) []list.Field[*goroutineRow] {
	return []list.Field[*goroutineRow]{
		{Name: "wait", Example: "wait>10m", Span: func(r *goroutineRow) (time.Duration, bool) {
			return time.Duration(r.told.Most) * time.Minute, r.isTold
		}},
		{Name: "seen", Example: "seen>10m", Span: func(r *goroutineRow) (time.Duration, bool) { return r.seen, r.seen > 0 }},
		{Name: "state", Example: "state:chan", Words: func(r *goroutineRow) []string {
			if r.group == nil {
				return []string{r.name}
			}
			return []string{string(r.group.State), r.state()}
		}},
		{Name: "starter", Example: "starter:main", Words: func(r *goroutineRow) []string {
			var words []string
			for _, by := range r.told.Creators {
				f := table.Frame(by.Creator)
				words = append(words, f.Function+" "+position(f.File, f.Line))
			}
			return words
		}},
		{Name: "label", Example: "label:route=", Words: func(r *goroutineRow) []string {
			if r.group == nil {
				return []string{r.name}
			}
			var words []string
			for _, set := range r.group.Labels {
				for _, l := range set.Labels {
					words = append(words, labelName(l.Key, l.Value))
				}
			}
			return words
		}},
	}
}

// state is that of the row's group, with what else is known of its goroutines.
func (r *goroutineRow) state() string { return r.group.Describe(r.told) }

// wait is the reported wait of the row, "" where none is known.
func (r *goroutineRow) wait() string { return diff.ReportedWait(r.told, "–") }
