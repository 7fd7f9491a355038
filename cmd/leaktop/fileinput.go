package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"leaktop/capture/archive"
	"leaktop/capture/clean"
	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// standardInput is the argument that stands for it.
const standardInput = "-"

// fileRef names a file, where that is an archive a file in it, and of several
// dumps in one text which: bundle.zip:goroutines.txt, service.log#1.
type fileRef struct {
	path  string // standardInput for that
	entry string // "" for the only one that can be read
	nth   int    // 0 for the last
}

// fileRefOf reads an argument that names a file. A file that has a colon in its
// own name is taken by it.
func fileRefOf(arg string) fileRef {
	if _, err := os.Stat(arg); err == nil {
		return fileRef{path: arg}
	}
	if i := strings.LastIndexByte(arg, '#'); i > 0 {
		nth, err := strconv.Atoi(arg[i+1:])
		if ref := fileRefOf(arg[:i]); err == nil && nth > 0 && ref.there() {
			ref.nth = nth
			return ref
		}
	}
	for i, r := range arg {
		if r != ':' || i == 0 || i == len(arg)-1 {
			continue
		}
		if path := arg[:i]; archive.Is(path) {
			return fileRef{path: path, entry: arg[i+1:]}
		}
	}
	return fileRef{path: arg}
}

// there reports whether there is such a file, or archive.
func (f fileRef) there() bool {
	_, err := os.Stat(f.path)
	return err == nil
}

// lasts reports whether it can be read twice, as a pipe cannot.
func (f fileRef) lasts() bool {
	info, err := os.Stat(f.path)
	return err == nil && info.Mode().IsRegular()
}

// name is the file for people.
func (f fileRef) name() string {
	if f.path == standardInput {
		return "standard input"
	}
	return f.path
}

// fileEndings are those that only a file is named with.
func fileEndings() []string {
	return []string{session.Extension, ".gz", ".pb", ".pprof", ".zip", ".tar", ".tgz", ".xz", ".zst", ".bz2"}
}

// namedAsFile reports whether an argument has an ending that only a file has.
func namedAsFile(arg string) bool {
	for _, ending := range fileEndings() {
		if strings.HasSuffix(arg, ending) {
			return true
		}
	}
	return false
}

// isFile reports whether an argument names a file rather than an address: one
// that is there, or that only a path can look like.
func isFile(arg string) bool {
	switch {
	case arg == standardInput:
		return true
	case strings.Contains(arg, "://"):
		return false
	case fileRefOf(arg).there():
		return true
	case target.LacksSlash(arg):
		return false
	}
	return strings.ContainsAny(arg, `/\`) || namedAsFile(arg)
}

// isNothing reports whether an argument is the device that is always empty,
// which stands for no snapshot.
func isNothing(arg string) bool {
	info, err := os.Stat(arg)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && sameFile(arg, os.DevNull)
}

// readFile reads what a file holds, or what the archive does that it is.
func readFile(ctx context.Context, stdin io.Reader, table *snapshot.Table, limits sizeLimits, ref fileRef) (input, error) {
	in := input{profiles: make(map[snapshot.Kind]*snapshot.Profile)}
	path := ref.path
	if path == standardInput {
		path = ""
	}
	read := func(r io.Reader, length int64) error {
		file := archive.Input{Reader: r, Length: length, Name: ref.name(), Path: path, Entry: ref.entry, Readable: decode.Readable}
		return archive.Read(file, archive.DefaultLimits(), func(c archive.Content) error {
			if in.name = clean.Text(c.Name); ref.nth != 0 {
				in.name, in.chosen = fmt.Sprintf("%s#%d", in.name, ref.nth), true
			}
			return in.content(c, ref.nth, table, limits)
		})
	}
	var err error
	switch {
	case ref.path != standardInput:
		err = fetch.File(ctx, ref.path, read)
	case stdin == nil:
		err = usageError{errors.New("-: the screens read keys from standard input; name a file")}
	default:
		err = read(stdin, 0)
	}
	return in, err
}

// content takes in a profile or a dump.
func (in *input) content(c archive.Content, nth int, table *snapshot.Table, limits sizeLimits) error {
	head, _ := c.Reader.Peek(64) // what is wrong comes again
	if session.Begins(head) {
		return fmt.Errorf("%s: it is a session file, which cannot be read from a stream or an archive; give its own path", in.name)
	}
	content, err := decode.File(c.Reader, decode.Source{Name: c.Name, Length: c.Length, Nth: nth}, table, limits.decode())
	switch {
	case err != nil:
		return err
	case content.Dump != nil:
		in.several = content.Dump.Dumps
		in.dump(table, content.Dump)
	default:
		in.several = content.Count
		in.text(content)
		in.time = content.Profile.Time
		in.profiles[content.Profile.Kind] = content.Profile
		in.figures = content.Figures
		in.idle()
	}
	return nil
}
