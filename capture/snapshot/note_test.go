package snapshot

import (
	"testing"
	"time"
)

func TestHistoryKeepsNotes(t *testing.T) {
	h := NewHistory(NewTable())
	h.Apply(Noted{Seq: 7, Text: "after the deploy"})
	h.Apply(Noted{Seq: 3, Baseline: "before"})
	h.Apply(Noted{Seq: 7, Text: "after the second deploy", Pinned: true})
	h.Apply(Noted{Seq: 9, Pinned: true})
	h.Apply(Noted{Seq: 9})
	if got, ok := h.Note(7); !ok || got.Text != "after the second deploy" {
		t.Errorf("#7 has %+v, want the newest note", got)
	}
	if _, ok := h.Note(9); ok {
		t.Error("an empty note did not take the one before away")
	}
	if got := h.Notes(); len(got) != 2 || got[0].Seq != 3 || got[1].Seq != 7 {
		t.Errorf("notes %+v, want those of #3 and #7", got)
	}
}

func TestHistoryBoundsNotes(t *testing.T) {
	h := NewHistory(NewTable())
	for seq := 1; seq <= maxNotes+10; seq++ {
		h.Apply(Noted{Seq: seq, Pinned: true})
	}
	if got := h.Notes(); len(got) != maxNotes || got[0].Seq != 11 {
		t.Errorf("%d notes from #%d on, want %d from #11 on", len(got), got[0].Seq, maxNotes)
	}
}

// What a person pinned stays, however long the run is watched.
func TestHistoryKeepsPinnedSnapshots(t *testing.T) {
	h := NewHistory(NewTable())
	begun := time.Unix(1_700_000_000, 0)
	h.Apply(Noted{Seq: 5, Pinned: true})
	h.Apply(Noted{Seq: 6, Baseline: "quiet"})
	for seq := 1; seq <= 2*maxSnapshots; seq++ {
		h.Apply(Taken{Snapshot: &Snapshot{Seq: seq, Time: begun.Add(time.Duration(seq) * time.Second)}})
	}
	if h.Find(5) == nil || h.Find(6) == nil {
		t.Error("a pinned snapshot was dropped")
	}
}
