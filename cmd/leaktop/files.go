package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/target"
)

// sourceFiles is how the screens reach the file system.
type sourceFiles struct {
	roots []sourceRoot
}

// sourceRoot says that files which were built below one directory are now below another.
type sourceRoot struct{ old, new string }

func newSourceFiles(roots []string) (*sourceFiles, error) {
	var f sourceFiles
	for _, text := range roots {
		before, after, ok := strings.Cut(text, "=")
		if !ok || after == "" {
			return nil, usageError{fmt.Errorf("--source-root %s: it names no two directories; give it as /build/dir=/local/dir", target.Quote(text))}
		}
		f.roots = append(f.roots, sourceRoot{before, after})
	}
	return &f, nil
}

// Write writes an export. A path that begins with ~/ is below the home
// directory, as a shell would have it.
func (f *sourceFiles) Write(path string, force bool, write func(io.Writer) error) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return path, fmt.Errorf("%s: %w; give the whole path", path, err)
		}
		path = filepath.Join(home, rest)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	return clean.Text(full), writeFile(path, force, write)
}

// maxSourceLine bounds a line that is shown; a generated file may have one of megabytes.
const maxSourceLine = 500

// Source returns the lines around one line of a source file, safe to print.
func (f *sourceFiles) Source(file string, line, around int) ([]string, int, error) {
	path, err := f.find(file)
	if err != nil {
		return nil, 0, err
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", filepath.Base(path), errors.Unwrap(err))
	}
	defer in.Close()
	first := max(1, line-around)
	var lines []string
	reader := bufio.NewReader(in)
	for n := 1; n <= line+around; n++ {
		text, err := readLine(reader)
		if err != nil {
			break
		}
		if n >= first {
			lines = append(lines, sourceLine(text))
		}
	}
	if len(lines) <= line-first {
		return nil, 0, fmt.Errorf("%s has no line %d: it is not the source that was built", filepath.Base(path), line)
	}
	return lines, first, nil
}

// readLine reads one line of any length and returns the start of it.
func readLine(r *bufio.Reader) (string, error) {
	start, more, err := r.ReadLine()
	text := string(start)
	for more && err == nil {
		_, more, err = r.ReadLine()
	}
	return text, err
}

// sourceLine makes a line of source safe to print and keeps its indentation.
func sourceLine(text string) string {
	text = strings.ReplaceAll(text, "\t", "    ")
	return clean.Text(text[:min(len(text), maxSourceLine)])
}

// Edit returns the command that opens a source file in $VISUAL or $EDITOR.
func (f *sourceFiles) Edit(file string, line int) (*exec.Cmd, error) {
	path, err := f.find(file)
	if err != nil {
		return nil, err
	}
	editor := strings.Fields(os.Getenv("VISUAL"))
	if len(editor) == 0 {
		editor = strings.Fields(os.Getenv("EDITOR"))
	}
	if len(editor) == 0 {
		editor = []string{"vi"}
	}
	args := append(editor[1:], fmt.Sprintf("+%d", line), path)
	switch filepath.Base(editor[0]) {
	case "code", "codium", "cursor":
		args = append(editor[1:], "--goto", fmt.Sprintf("%s:%d", path, line))
	case "subl", "hx", "zed":
		args = append(editor[1:], fmt.Sprintf("%s:%d", path, line))
	}
	return exec.Command(editor[0], args...), nil
}

// find maps a file of a profile to one that is there. A path from outside is
// only ever opened for reading, as a regular file.
func (f *sourceFiles) find(file string) (string, error) {
	for _, root := range f.roots {
		rest, ok := strings.CutPrefix(file, strings.TrimSuffix(root.old, "/"))
		if ok && (rest == "" || rest[0] == '/') {
			file = filepath.Join(root.new, filepath.FromSlash(rest))
			break
		}
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || !filepath.IsAbs(file) {
		return "", fmt.Errorf("source of %s is not found here; say where it is with --source-root old=new", filepath.Base(file))
	}
	return file, nil
}
