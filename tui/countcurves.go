package tui

import (
	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/tui/chart"
)

// counted is what a chart of counts shows. The overview has room for one of them.
type counted int

const (
	countedGoroutines counted = iota
	countedThreads
	countedDescriptors
	numCounted
)

// title names the chart.
func (c counted) title() string {
	return [...]string{"Goroutines", "Threads", "File descriptors"}[c]
}

// curves are the figures of a chart, the one that has the others in it first.
func (c counted) curves() []vitalCurve {
	switch c {
	case countedThreads:
		return []vitalCurve{{"threads", snapshot.Threads}}
	case countedDescriptors:
		return []vitalCurve{{"open", snapshot.OpenFDs}, {"sockets", snapshot.OpenSockets}, {"files", snapshot.OpenFiles}}
	}
	return []vitalCurve{{"goroutines", snapshot.Goroutines}}
}

// nextCount is the chart of counts that comes after one, of those that something is
// known for. That of the goroutines is always one of them.
func (m *Model) nextCount(c counted) counted {
	for {
		c = (c + 1) % numCounted
		if c == countedGoroutines || m.knows(c.curves()[0]) {
			return c
		}
	}
}

// countChart draws what is counted. Stuck goroutines have a curve where there are any.
func (m *Model) countChart(c counted, stuck *chart.Series, width, height int) string {
	if c == countedGoroutines {
		return m.goroutineChart(stuck, width, height)
	}
	return m.cached(c.title(), nil, width, height, func() string {
		return m.titled(c.title(), m.chart(c.curves(), "count"), width, height)
	})
}

// processChart draws what a finding about the process as a whole is about.
func (m *Model) processChart(unit leak.Unit, width, height int) string {
	c, title, in := memoryCurves(), "Memory", "bytes"
	switch unit {
	case leak.Threads:
		c, title, in = countedThreads.curves(), countedThreads.title(), "count"
	case leak.Descriptors:
		c, title, in = countedDescriptors.curves(), countedDescriptors.title(), "count"
	}
	return m.titled(title, m.chart(c, in), width, height)
}
