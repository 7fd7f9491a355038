package export

import (
	"strings"
	"time"
)

// NewTarget describes a process; what is empty or zero is unknown.
func NewTarget(address string, start time.Time, goVersion string) Target {
	var t Target
	if address != "" {
		t.Address = &address
	}
	if !start.IsZero() {
		t.StartTime = &start
	}
	if goVersion != "" {
		t.GoVersion = &goVersion
	}
	return t
}

// line describes the process for people, "" where nothing is known of it.
func (t Target) line() string {
	var parts []string
	if t.Address != nil {
		parts = append(parts, *t.Address)
	}
	if t.GoVersion != nil {
		parts = append(parts, *t.GoVersion)
	}
	if t.StartTime != nil {
		parts = append(parts, "started "+stamp(*t.StartTime))
	}
	return strings.Join(parts, "  ")
}
