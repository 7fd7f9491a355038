package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"leaktop/capture/clean"
)

// What is read of a source file. A profile says which file and line that is, and
// whoever made the profile may want us to read for ever.
const (
	// maxSourceLine bounds a line that is shown, in bytes; a generated file may
	// have one of megabytes.
	maxSourceLine = 500
	// maxSourceBytes bounds what is read until the line is reached. The largest
	// generated sources in use have some ten megabytes.
	maxSourceBytes = 32 << 20
)

// sourceSuffixes are what the names of source files end in, in the languages that
// have profiles of this kind.
func sourceSuffixes() []string {
	return []string{
		".go", ".s", ".asm", ".c", ".h", ".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".ipp", ".m", ".mm",
		".rs", ".zig", ".d", ".nim", ".swift", ".f90", ".ml", ".hs",
		".py", ".pyx", ".rb", ".erb", ".php", ".pl", ".pm", ".lua", ".r", ".jl", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte",
		".java", ".kt", ".kts", ".scala", ".groovy", ".clj", ".cs", ".fs", ".vb", ".dart", ".ex", ".exs", ".erl",
		".y", ".l", ".rl", ".proto", ".templ", ".tmpl",
	}
}

// Source returns the lines around one line of a source file, safe to print. It
// ends with the context.
func (f *sourceFiles) Source(ctx context.Context, file string, line, around int) ([]string, int, error) {
	in, err := f.open(file)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close()
	first := max(1, line-around)
	var lines []string
	limited := &io.LimitedReader{R: in, N: maxSourceBytes}
	reader := bufio.NewReaderSize(untilDone{ctx, limited}, 64<<10)
	for n := 1; n <= line+around; n++ {
		text, err := readLine(reader)
		if err != nil {
			break
		}
		if n >= first {
			lines = append(lines, sourceLine(text))
		}
	}
	name := shownSource(file)
	switch {
	case ctx.Err() != nil:
		return nil, 0, fmt.Errorf("%s: reading it was stopped; open it again", name)
	case len(lines) > line-first:
		return lines, first, nil
	case limited.N <= 0:
		return nil, 0, fmt.Errorf("line %d of %s is beyond its first %d MiB: leaktop reads no more of a source file", line, name, maxSourceBytes>>20)
	}
	return nil, 0, fmt.Errorf("%s has no line %d: it is not the source that was built", name, line)
}

// untilDone reads until a context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// readLine reads one line of any length and returns the start of it.
func readLine(r *bufio.Reader) (string, error) {
	start, more, err := r.ReadLine()
	text := string(start)
	for more && err == nil {
		_, more, err = r.ReadLine()
	}
	if text != "" && errors.Is(err, io.EOF) {
		err = nil // its start is there
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
	cmd := exec.Command(editor[0], args...)
	// The terminal itself, and not what the screens are drawn through.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd, nil
}

// open opens a source file for reading. What is there may have changed since it
// was looked for, so that it is looked at once more.
func (f *sourceFiles) open(file string) (*os.File, error) {
	path, err := f.find(file)
	if err != nil {
		return nil, err
	}
	in, err := os.OpenFile(path, os.O_RDONLY|openWithoutWaiting, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownSource(file), errors.Unwrap(err))
	}
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		in.Close()
		return nil, notFound(file)
	}
	return in, nil
}

// find maps a file of a profile to one that is there. The profile may come from
// somebody who wants another file on the screen, and in the pictures of it: only
// what is named like source is opened, or lies below a --source-root, and nothing
// that the system makes up. That holds where symbolic links lead to, too.
func (f *sourceFiles) find(file string) (string, error) {
	path, root := f.mapped(file)
	if !filepath.IsAbs(path) {
		return "", notFound(file)
	}
	if ofSystem(path) {
		return "", madeUp(file)
	}
	// Before the name is judged: it says nothing where there is no such file.
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", notFound(file)
	}
	if ofSystem(real) {
		return "", madeUp(file)
	}
	if !isBelow(real, root) && !namedAsSource(real) {
		return "", unlikeSource(file)
	}
	if info, err := os.Stat(real); err != nil || !info.Mode().IsRegular() {
		return "", notFound(file)
	}
	return real, nil
}

// mapped is where a file lies now, and the --source-root that it was built below, "" for none.
func (f *sourceFiles) mapped(file string) (path, root string) {
	for _, root := range f.roots {
		rest, ok := strings.CutPrefix(file, strings.TrimSuffix(root.old, "/"))
		if ok && (rest == "" || rest[0] == '/') {
			return filepath.Join(root.new, filepath.FromSlash(rest)), root.new
		}
	}
	return filepath.Clean(file), ""
}

// isBelow reports whether a path without symbolic links lies below a directory.
func isBelow(path, dir string) bool {
	if dir == "" {
		return false
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	rest, err := filepath.Rel(real, path)
	return err == nil && filepath.IsLocal(rest)
}

// ofSystem reports whether a path lies where the system makes files up, which may
// tell secrets, never end, or do something when they are read.
func ofSystem(path string) bool {
	if runtime.GOOS == "windows" {
		return strings.HasPrefix(path, `\\`) // a device, or a computer elsewhere
	}
	return slices.ContainsFunc([]string{"/proc", "/sys", "/dev"}, func(dir string) bool {
		return path == dir || strings.HasPrefix(path, dir+"/")
	})
}

// namedAsSource reports whether a name is one of a source file.
func namedAsSource(path string) bool {
	return slices.Contains(sourceSuffixes(), strings.ToLower(filepath.Ext(path)))
}

// shownSource is the name of a source file in a message.
func shownSource(file string) string { return clean.Line(filepath.Base(file), maxSourceLine) }

func notFound(file string) error {
	return fmt.Errorf("source of %s is not found here; say where it is with --source-root old=new", shownSource(file))
}

func unlikeSource(file string) error {
	return fmt.Errorf("%s is not named like a source file; allow its directory with --source-root old=new", shownSource(file))
}

func madeUp(file string) error {
	return fmt.Errorf("%s is made up by the system, not a source file; see what else the profile names", shownSource(file))
}
