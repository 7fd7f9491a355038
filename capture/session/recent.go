package session

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
)

// Summary is what is known of a file without reading all of it.
type Summary struct {
	Path      string
	Header    Header
	Size      int64
	Modified  time.Time // when it was last written to, or copied
	Last      time.Time // when the target was last seen, zero where that is unknown
	Snapshots int
	Live      bool   // a process is writing it
	Ended     bool   // it was closed
	Problem   string // why it cannot be opened, one line; "" if it can
}

// Recent returns what is in the session files of a directory, the newest
// first. A directory that does not exist has none.
func Recent(dir string) ([]Summary, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cannotRead(dir, err)
	}
	var out []Summary
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), Extension) {
			continue
		}
		out = append(out, summarise(filepath.Join(dir, e.Name())))
	}
	slices.SortFunc(out, func(a, b Summary) int {
		return cmp.Or(b.Modified.Compare(a.Modified), cmp.Compare(b.Path, a.Path))
	})
	return out, nil
}

// summarise reads the header and the heads of the other records: not the
// stacks, which take longest.
func summarise(path string) (s Summary) {
	s.Path = path
	if info, err := os.Stat(path); err == nil {
		s.Size, s.Modified = info.Size(), info.ModTime()
	}
	f, err := openRegular(path)
	if err != nil {
		s.Problem = err.Error()
		return s
	}
	defer f.Close()
	r := &Reader{path: path, window: window{source: openFile{f}}, stacks: newStacks(snapshot.NewTable()), at: 2 * preambleSize}
	if _, err := r.recognise(); err != nil {
		s.Problem = err.Error()
		return s
	}
	s.Live = locked(f)
	var seen [2]found // the last snapshot and the last point of the curves
	defer func() {
		for _, last := range seen {
			if at := r.timeOf(last); at.After(s.Last) {
				s.Last = at
			}
		}
	}()
	for {
		found, err := r.find(r.at, s.Size)
		if err != nil || !found.whole {
			return s
		}
		r.at = found.end()
		switch found.kind {
		case kindHeader, kindSettings:
			if r.readTable(found) == nil {
				s.Header = r.header
			}
		case kindSnapshot:
			s.Snapshots++
			seen[0] = found
		case kindVitals:
			seen[1] = found
		case kindClosed:
			s.Ended = true
		}
	}
}

// timeOf is when a snapshot or a point of the curves was taken, the zero time
// where that cannot be read.
func (r *Reader) timeOf(found found) time.Time {
	if !found.whole {
		return time.Time{}
	}
	b, err := r.payload(found)
	if err != nil {
		return time.Time{}
	}
	p := parser{b: b}
	if found.kind == kindSnapshot {
		for range 3 { // the extent of the table
			p.uint()
		}
		p.int() // its number
	}
	return p.time()
}
