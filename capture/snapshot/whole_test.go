package snapshot

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What a history hands over again is what it was told, in the order of time, and
// nothing from after the snapshot that is asked for.
func TestUntil(t *testing.T) {
	h := NewHistory(NewTable())
	at := func(s int) time.Time { return time.Unix(1_700_000_000+int64(s), 0) }
	profile := func(n int64) *Profile {
		b := NewBuilder(Profile{Kind: Heap, Types: []SampleType{{Name: "inuse_space", Unit: "bytes"}}})
		b.Add(Key{Stack: h.Table.intern(Frame{Function: "app.keep", Line: 7})}, []int64{n})
		return b.Profile()
	}
	told := []Event{
		Attached{Info{Name: "app"}},
		VitalsTaken{Vitals{Time: at(0)}},
		Taken{&Snapshot{Seq: 1, Time: at(1), Heap: profile(10)}},
		VitalsTaken{Vitals{Time: at(2)}},
		Restarted{At: at(3)},
		VitalsTaken{Vitals{Time: at(4)}},
		Taken{&Snapshot{Seq: 2, Time: at(5), Run: 1, Heap: profile(20)}},
		VitalsTaken{Vitals{Time: at(6)}},
		Taken{&Snapshot{Seq: 3, Time: at(7), Run: 1, Heap: profile(30)}},
	}
	for _, e := range told {
		h.Apply(e)
	}
	var got []string
	h.Until(h.Find(2), h.Vitals(), func(e Event) bool {
		switch e := e.(type) {
		case Attached:
			got = append(got, e.Info.Name)
		case VitalsTaken:
			got = append(got, fmt.Sprint("vitals ", e.Vitals.Time.Unix()%100))
		case Restarted:
			got = append(got, "restart")
		case Taken:
			got = append(got, fmt.Sprintf("#%d of %d bytes", e.Snapshot.Seq, e.Snapshot.Heap.Total(0)))
		}
		return true
	})
	if got, want := strings.Join(got, ", "), "app, vitals 0, #1 of 10 bytes, vitals 2, restart, vitals 4, #2 of 20 bytes"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	events := 0
	h.Until(h.Find(3), nil, func(Event) bool { events++; return false })
	if events != 1 {
		t.Errorf("%d events, want that it ends after the first", events)
	}
}
