package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"leaktop/diff/leak"
)

// Baseline reads what [JSON] wrote of one target or, a line each, of several,
// and returns the ids of the findings: one set for all, since the targets are
// replicas of one program as often as not, and their addresses change. What had
// levelled off is no finding. The error says why the data are no such report,
// in a clause.
func Baseline(data []byte) (map[string]bool, error) {
	known := make(map[string]bool)
	reports := 0
	for dec := json.NewDecoder(bytes.NewReader(data)); ; reports++ {
		var report struct {
			Schema   string
			Verdict  *string
			Findings *[]struct{ ID, Verdict string }
		}
		switch err := dec.Decode(&report); {
		case errors.Is(err, io.EOF) && reports > 0:
			return known, nil
		case errors.Is(err, io.EOF):
			return nil, errors.New("it is empty")
		case err != nil:
			return nil, errors.New("it is not JSON of that form")
		case report.Schema != schemaName:
			return nil, fmt.Errorf("its schema is %.40q, not %q", report.Schema, schemaName)
		case report.Findings == nil:
			return nil, errors.New("it has no list of findings")
		case report.Verdict == nil:
			return nil, errors.New("it is the report of a diff, which judges nothing")
		}
		for _, f := range *report.Findings {
			if f.Verdict != string(leak.Plateau) {
				known[f.ID] = true
			}
		}
	}
}
