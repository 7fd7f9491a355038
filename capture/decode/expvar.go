package decode

import (
	"encoding/json"
	"errors"

	"leaktop/capture/snapshot"
)

// Expvar reads /debug/vars: its memstats, which package expvar publishes in
// every program that imports it. The command line beside it is ignored: it may
// hold secrets. The caller sets Time and Source.
func Expvar(body []byte) (snapshot.Vitals, error) {
	var vars struct {
		MemStats *memStats `json:"memstats"`
	}
	if err := json.Unmarshal(body, &vars); err != nil {
		return snapshot.Vitals{}, errors.New("no Go memory statistics: the body is not the JSON object of /debug/vars; " +
			"check the address")
	}
	if vars.MemStats == nil {
		return snapshot.Vitals{}, errors.New("no Go memory statistics: /debug/vars has no memstats; " +
			"check that the program is written in Go and imports expvar")
	}
	return vars.MemStats.vitals(), nil
}

// memStats is the part of runtime.MemStats that vitals are made of. A figure
// that is not there stays unknown.
type memStats struct {
	HeapAlloc, HeapInuse, HeapSys, HeapReleased, HeapObjects *uint64
	StackInuse, Sys, NextGC, TotalAlloc, Mallocs, Frees      *uint64
	NumGC, LastGC                                            *uint64
}

func (m *memStats) vitals() snapshot.Vitals {
	var v snapshot.Vitals
	for vital, n := range map[snapshot.Vital]*uint64{
		snapshot.HeapAlloc:    m.HeapAlloc,
		snapshot.HeapInuse:    m.HeapInuse,
		snapshot.HeapSys:      m.HeapSys,
		snapshot.HeapReleased: m.HeapReleased,
		snapshot.HeapObjects:  m.HeapObjects,
		snapshot.StackInuse:   m.StackInuse,
		snapshot.Sys:          m.Sys,
		snapshot.NextGC:       m.NextGC,
		snapshot.TotalAlloc:   m.TotalAlloc,
		snapshot.Mallocs:      m.Mallocs,
		snapshot.Frees:        m.Frees,
		snapshot.NumGC:        m.NumGC,
		snapshot.LastGC:       m.LastGC,
	} {
		if n != nil {
			v.Set(vital, clamp(*n))
		}
	}
	return v
}
