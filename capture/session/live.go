package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
)

// What is kept of earlier live runs. The files of runs that are still going on
// count, but stay.
const (
	keepFiles = 64
	keepBytes = 1 << 30
	// leftAfter is how old a copy must be that counts as left behind.
	leftAfter = 10 * time.Minute
)

// CreateLive makes the file of a live run in a directory, which it makes if
// need be, and removes the oldest of the earlier ones where there are more than
// 64 or they take more than 1 GiB.
func CreateLive(dir string, h Header, table *snapshot.Table, o Options) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cannotWrite(dir, err)
	}
	prune(dir, keepFiles-1, keepBytes)
	const tries = 100
	path := Path(dir, h.Info.Address, h.Started)
	for try := 2; ; try++ {
		w, err := Create(path, h, table, o)
		if try > tries || !errors.Is(err, fs.ErrExist) {
			return w, err
		}
		// Another run of the same target was begun in the same second.
		path = strings.TrimSuffix(Path(dir, h.Info.Address, h.Started), Extension) + fmt.Sprintf("-%d", try) + Extension
	}
}

// prune removes the session files that were written to longest ago, until few
// enough are left and they take little enough. What cannot be removed stays.
func prune(dir string, files int, bytes int64) {
	type old struct {
		path string
		size int64
		at   time.Time
	}
	var all []old
	entries, _ := os.ReadDir(dir) // what can be read of it
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasSuffix(e.Name(), Extension):
			all = append(all, old{path, info.Size(), info.ModTime()})
		case strings.HasSuffix(e.Name(), Extension+thinSuffix) && time.Since(info.ModTime()) > leftAfter:
			removeIdle(path) // of a program that was killed as it made a copy
		}
	}
	slices.SortFunc(all, func(a, b old) int { return b.at.Compare(a.at) })
	for i, f := range all {
		bytes -= f.size
		if i >= files || bytes < 0 {
			removeIdle(f.path)
		}
	}
}

// removeIdle removes a file that no process is writing.
func removeIdle(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	busy := locked(f)
	f.Close()
	if !busy {
		_ = os.Remove(path)
	}
}
