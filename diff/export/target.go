package export

import "time"

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
