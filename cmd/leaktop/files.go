package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/target"
)

// sourceFiles is how the screens reach the file system.
type sourceFiles struct {
	roots  []sourceRoot
	inputs []string // what the screens show: no export is written over it
}

// sourceRoot says that files which were built below one directory are now below another.
type sourceRoot struct{ old, new string }

func newSourceFiles(roots []string, inputs ...string) (*sourceFiles, error) {
	f := sourceFiles{inputs: filesOf(inputs)}
	for _, text := range roots {
		before, after, ok := strings.Cut(text, "=")
		if !ok || after == "" {
			return nil, usageError{fmt.Errorf("--source-root %s: it does not name two directories; give it as /build/dir=/local/dir", target.Quote(text))}
		}
		f.roots = append(f.roots, sourceRoot{before, after})
	}
	return &f, nil
}

// Write writes an export. A path that begins with ~/ is below the home
// directory, as a shell would have it.
func (f *sourceFiles) Write(ctx context.Context, path string, force bool, write func(io.Writer) error) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return path, fmt.Errorf("%s: %w; give the whole path", path, err)
		}
		path = filepath.Join(home, rest)
	}
	out := outputTo(path, force, f.inputs...)
	if out.path == "" || isDescriptor(path) {
		return path, fmt.Errorf("%s: the screens are shown there; name a file", target.Name(path))
	}
	full, err := out.writeFile(ctx, write)
	if abs, err := filepath.Abs(full); err == nil {
		full = abs
	}
	return clean.Text(full), err
}
