package export

import (
	"cmp"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// dumpFacts is what a full dump tells of the goroutines with one stack.
type dumpFacts struct {
	Wait    waitMinutes `json:"reported_wait_minutes"`
	Started []startedAt `json:"started_by"`
	Locked  int64       `json:"locked_to_threads"`
	Locks   []lockCount `json:"locks"`
}

// waitMinutes is for how long they wait, as the runtime says.
type waitMinutes struct {
	Least int32 `json:"least"`
	Most  int32 `json:"most"`
}

// startedAt is a line that started goroutines. Of those that nothing started, as the
// main goroutine, its function is "".
type startedAt struct {
	Frame
	Goroutines int64 `json:"goroutines"`
}

type lockCount struct {
	Address string `json:"address"`
	Waiters int64  `json:"goroutines"`
	Longest int32  `json:"longest_wait_minutes"`
}

// maxStarters bounds the lines that started the goroutines of one stack.
const maxStarters = 20

// newDumpFacts returns nil where no dump tells.
func newDumpFacts(c *diff.Comparison, stack snapshot.StackID) *dumpFacts {
	told, ok := c.Told([]snapshot.StackID{stack})
	if !ok {
		return nil
	}
	out := &dumpFacts{Wait: waitMinutes{told.Least, told.Most}, Started: []startedAt{}, Locked: told.Locked, Locks: []lockCount{}}
	for _, by := range atMost(told.Creators, maxStarters) {
		out.Started = append(out.Started, startedAt{newFrame(c.Table.Frame(by.Creator)), by.Count})
	}
	for _, l := range told.Locks {
		out.Locks = append(out.Locks, lockCount{diff.LockName(l.Address), l.Count, l.Most})
	}
	return out
}

// labelEntry is a key of labels as the JSON has it.
type labelEntry struct {
	SampleType string       `json:"sample_type"`
	Key        string       `json:"key"`
	Values     int          `json:"values"`
	Before     int64        `json:"before"`
	After      int64        `json:"after"`
	Delta      int64        `json:"delta"`
	Largest    []labelValue `json:"largest"`
}

type labelValue struct {
	Value  string      `json:"value"`
	Before int64       `json:"before"`
	After  int64       `json:"after"`
	Delta  int64       `json:"delta"`
	Status diff.Status `json:"status"`
}

// Bounds of the labels of a report: requests with an id of their own give as many
// values as there were requests.
const (
	maxLabelKeys   = 100
	maxLabelValues = 20
)

// writeLabels lists the labels of every comparison by key, with the values that
// changed most.
func writeLabels(j *jsonWriter, d *Diff, limit int) {
	i := 0
	for _, c := range d.comparisons() {
		column := c.DefaultColumn()
		for _, k := range atMost(diff.LabelKeys(c.LabelSets(column)), cmp.Or(limit, maxLabelKeys)) {
			entry := labelEntry{SampleType: c.Types[column].Name, Key: k.Key, Values: len(k.Values), Before: k.Before, After: k.After, Delta: k.Delta}
			for _, v := range atMost(k.Values, maxLabelValues) {
				entry.Largest = append(entry.Largest, labelValue{v.Value, v.Before, v.After, v.Delta, v.Status})
			}
			j.element(i, entry)
			i++
		}
	}
}
