package export_test

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
)

// watched is a run of the shop with everything that a report can show: what was
// judged, and curves with an outage, a restart and a forced GC.
func watched() export.Run {
	c := checks()["leaks and what levelled off"]
	d := growing()
	d.Target, d.Notes = c.Target, []string{"the heap profiles are of #1, 12:00:00, and #5, 12:01:00"}
	d.Base.Name, d.Current.Name = "#1", "#5"
	run := export.Run{Diff: d, Table: c.Table, Judged: c.Judged, Root: c.Root, Curves: curves()}
	run.Judged.Known = append(run.Judged.Known, evil(c.Table))
	return run
}

func curves() export.Curves {
	c := export.Curves{Source: "/metrics + /proc/4312", Restarts: []time.Time{baseTime.Add(8 * time.Second)}}
	for i := range 25 {
		at := time.Duration(i) * 5 * time.Second
		v := snapshot.Vitals{Time: baseTime.Add(at), Source: "/metrics + /proc/4312"}
		if i >= 10 && i < 13 {
			continue // no answer came
		}
		v.Gap = i == 13
		v.Set(snapshot.HeapInuse, int64(90+3*i+20*(i%2))<<20)
		v.Set(snapshot.Goroutines, int64(40+60*i))
		if i != 4 {
			v.Set(snapshot.RSS, int64(180+4*i)<<20)
		}
		if i%3 == 0 {
			v.Set(snapshot.LiveHeap, int64(70+3*i)<<20)
		}
		c.Points = append(c.Points, v)
		if i%3 == 0 {
			c.Snapshots = append(c.Snapshots, export.Mark{Seq: 1 + i/3, Time: v.Time, ForcedGC: i == 18})
		}
	}
	return c
}

// twoFiles is a run of which nothing is known but two profiles.
func twoFiles(d export.Diff) export.Run { return export.Run{Diff: d} }
