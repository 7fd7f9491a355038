package decode

import (
	"errors"
	"html"
	"regexp"
	"strconv"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// maxIndex bounds how much of an index page is looked at: a real one has 3 KB.
const maxIndex = 1 << 20

// indexRow matches one row of the index page: a count, then a link to the
// profile at debug=1. It fits the pages of all Go versions since 1.0, which
// differ in their quotes and closing tags, and so the routers that wrap them.
var indexRow = regexp.MustCompile(`<td[^>]*>\s*(\d+)\s*(?:</td>\s*)?<td[^>]*>\s*<a [^>]*\?debug=1['"]?\s*>([^<]*)</a>`)

// Index reads the index page of pprof: how many records each profile has, by
// profile name, of the first thousand. The count of "goroutine" is that of all goroutines. It is an
// error if the page is something else.
func Index(body []byte) (map[string]int64, error) {
	counts := make(map[string]int64)
	for _, row := range indexRow.FindAllSubmatch(body[:min(len(body), maxIndex)], -1) {
		n, err := strconv.ParseInt(string(row[1]), 10, 64)
		if err != nil {
			continue
		}
		if name := clean.Line(html.UnescapeString(string(row[2])), maxName); name != "" && len(counts) < snapshot.MaxIndexed {
			counts[name] = n
		}
	}
	if len(counts) == 0 {
		return nil, errors.New("no pprof index: the page has no list of profiles; " +
			"check the address: pprof may be mounted under a prefix other than /debug/pprof/")
	}
	return counts, nil
}
