package leak_test

import (
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// Memory outside of the Go heap that grows for days, by a point of the curves a
// second, is found at any time of them: what is old is thinned, and not given up.
func TestOffHeapOverDays(t *testing.T) {
	table := snapshot.NewTable()
	handlers, err := handler.New(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := leak.NewJudge(leak.Config{Table: table, Handlers: handlers})
	const day = 24 * 60 * 60
	for second := range 2 * day {
		v := snapshot.Vitals{Time: noon.Add(time.Duration(second) * time.Second)}
		v.Set(snapshot.Sys, 200<<20)
		v.Set(snapshot.HeapReleased, 0)
		v.Set(snapshot.RSSAnon, 220<<20+int64(second)*4000+int64(second*7%31)<<20)
		j.Apply(snapshot.VitalsTaken{Vitals: v})
		if second == 60*60 || second == 6*60*60 || second == day || second == 2*day-1 {
			if got := told(j.Result()); !slices.Equal(got, []string{"leak off-heap"}) {
				t.Errorf("after %s: %q", time.Duration(second)*time.Second, got)
			}
		}
	}
}
