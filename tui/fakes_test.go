package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// sampler notes what the screens ask for.
type sampler struct{ asked []string }

func (s *sampler) Snapshot()                { s.asked = append(s.asked, "snapshot") }
func (s *sampler) SetPaused(paused bool)    { s.asked = append(s.asked, fmt.Sprint("paused ", paused)) }
func (s *sampler) SetEvery(d time.Duration) { s.asked = append(s.asked, fmt.Sprint("every ", d)) }
func (s *sampler) Dump()                    { s.asked = append(s.asked, "dump") }
func (s *sampler) AllowCostly()             { s.asked = append(s.asked, "allow costly") }

// judge says what a test wants it to say, and notes what it was told.
type judge struct {
	told   []snapshot.Event
	asked  int // for its result
	result leak.Result
}

func (j *judge) Apply(e snapshot.Event) { j.told = append(j.told, e) }

func (j *judge) Result() *leak.Result {
	j.asked++
	r := j.result
	return &r
}

// files is a file system that remembers what was written.
type files struct {
	written map[string]string
	exists  map[string]bool
	fails   error // what every write fails with
	source  map[string][]string
	reads   []context.Context // of the sources that were asked for
	edited  []string
	noEdit  error
}

func newFiles() *files {
	return &files{written: make(map[string]string), exists: make(map[string]bool), source: make(map[string][]string)}
}

func (f *files) Write(_ context.Context, name string, force bool, write func(io.Writer) error) (string, error) {
	if f.fails != nil {
		return name, f.fails
	}
	if f.exists[name] && !force {
		return name, fmt.Errorf("%s: the file exists; name another one, or replace it with --force", name)
	}
	var b strings.Builder
	if err := write(&b); err != nil {
		return name, err
	}
	f.written[name], f.exists[name] = b.String(), true
	return name, nil
}

func (f *files) Source(ctx context.Context, file string, line, around int) ([]string, int, error) {
	f.reads = append(f.reads, ctx)
	lines, ok := f.source[file]
	if !ok {
		return nil, 0, fmt.Errorf("source of %s is not found here; say where it is with --source-root old=new", path.Base(file))
	}
	from, to := max(1, line-around), min(len(lines), line+around)
	if from > to {
		return nil, 0, errors.New("no such line")
	}
	return lines[from-1 : to], from, nil
}

func (f *files) Edit(file string, line int) (*exec.Cmd, error) {
	if f.noEdit != nil {
		return nil, f.noEdit
	}
	f.edited = append(f.edited, fmt.Sprintf("%s:%d", file, line))
	return exec.Command("true"), nil
}

// storeSource is store.go as far as its line 41 matters.
func storeSource() []string {
	lines := make([]string, 60)
	for i := range lines {
		lines[i] = fmt.Sprintf("    // line %d of store.go", i+1)
	}
	lines[38] = "func (s *Store) Put(key string, value []byte) {"
	lines[39] = "    s.mu.Lock()"
	lines[40] = "    s.entries[key] = bytes.Clone(value)"
	lines[41] = "    s.mu.Unlock()"
	lines[42] = "}"
	return lines
}
