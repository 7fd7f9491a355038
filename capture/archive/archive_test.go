package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"leaktop/capture/clean"
)

// file is one of those in an archive that a test makes.
type file struct{ name, content string }

// dumpText is what the tests look for, as readable says.
const dumpText = "goroutine 1 [running]:\nmain.main()\n"

func readable(head []byte) bool { return bytes.HasPrefix(head, []byte("goroutine ")) }

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		in, err := w.Create(f.name)
		if err == nil {
			_, err = io.WriteString(in, f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.content)), Mode: 0o600, Typeflag: tar.TypeReg})
		if err == nil {
			_, err = io.WriteString(w, f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// packed packs bytes with a writer of some format.
func packed(t testing.TB, data []byte, with func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var out bytes.Buffer
	w := with(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	return packed(t, data, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zstdOf(t testing.TB, data []byte) []byte {
	return packed(t, data, func(w io.Writer) io.WriteCloser {
		e, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}

// noise packs to no less than it is.
func noise() string {
	b := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{}).Read(b)
	return string(b)
}

func made(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readAll reads what an archive holds, from a stream that cannot be read twice.
func readAll(data []byte, entry string, limits Limits) (name, content string, err error) {
	in := Input{Reader: iotest.OneByteReader(bytes.NewReader(data)), Name: "bundle", Path: "bundle", Entry: entry, Readable: readable}
	if len(data) > 64<<10 {
		in.Reader = struct{ io.Reader }{bytes.NewReader(data)}
	}
	err = Read(in, limits, func(c Content) error {
		name = c.Name
		b, err := io.ReadAll(c.Reader)
		content = string(b)
		return err
	})
	return name, content, err
}

func TestRead(t *testing.T) {
	other, dump := file{"notes.txt", "nothing of interest"}, file{"logs/goroutines.txt", dumpText}
	for _, c := range []struct {
		name  string
		data  []byte
		entry string
		from  string // the name of what is read; "" for an error
		says  string // of the error
	}{
		{"no archive", []byte(dumpText), "", "bundle", ""},
		{"no archive, of which a file is named", []byte(dumpText), "x", "", "not an archive, so there is no x in it; leave out :x"},
		{"nothing", nil, "", "bundle", ""},
		{"zip", zipOf(t, other, dump), "", "bundle:logs/goroutines.txt", ""},
		{"tar", tarOf(t, other, dump), "", "bundle:logs/goroutines.txt", ""},
		{"tar.gz", gzipOf(t, tarOf(t, other, dump)), "", "bundle:logs/goroutines.txt", ""},
		{"tar.zst", zstdOf(t, tarOf(t, other, dump)), "", "bundle:logs/goroutines.txt", ""},
		{"tar.xz", made(t, "bundle.tar.xz"), "", "bundle:logs/goroutines.txt", ""},
		{"tar.bz2", made(t, "bundle.tar.bz2"), "", "bundle:logs/goroutines.txt", ""},
		{"zst", zstdOf(t, []byte(dumpText)), "", "bundle", ""},
		{"xz", made(t, "goroutines.txt.xz"), "", "bundle", ""},
		{"bzip2", made(t, "goroutines.txt.bz2"), "", "bundle", ""},
		{"a file that is packed in a zip", zipOf(t, other, file{"g.zst", string(zstdOf(t, []byte(dumpText)))}), "", "bundle:g.zst", ""},
		{"a file that is packed in a tar.gz", gzipOf(t, tarOf(t, other, file{"g.xz", string(made(t, "goroutines.txt.xz"))})), "", "bundle:g.xz", ""},
		{"the only file, whatever it is", zipOf(t, other), "", "bundle:notes.txt", ""},
		{"by its path", zipOf(t, other, dump), "logs/goroutines.txt", "bundle:logs/goroutines.txt", ""},
		{"by a path as tar writes it", tarOf(t, file{"./logs/goroutines.txt", dumpText}, dump), "./logs/goroutines.txt", "bundle:logs/goroutines.txt", ""},
		{"by its name", gzipOf(t, tarOf(t, other, dump)), "goroutines.txt", "bundle:logs/goroutines.txt", ""},
		{"one that is not readable, by its name", zipOf(t, other, dump), "notes.txt", "bundle:notes.txt", ""},
		{"by a name of several", zipOf(t, file{"a/g.txt", dumpText}, file{"b/g.txt", dumpText}), "g.txt", "", "2 of its files are called g.txt (a/g.txt, b/g.txt); give the path of one, such as"},
		{"by a name of none", zipOf(t, other, dump), "heap.pb.gz", "", "there is no heap.pb.gz in it; it holds notes.txt, logs/goroutines.txt; name one of these"},
		{"several", zipOf(t, other, dump, file{"b.txt", dumpText}), "", "", "it holds 2 profiles and dumps (logs/goroutines.txt, b.txt); name one, such as bundle:logs/goroutines.txt"},
		{"none of several", zipOf(t, other, file{"x", "y"}), "", "", "none of the files in it looks like a profile or a dump"},
		{"an empty zip", zipOf(t), "", "", "it holds no files"},
		{"an empty tar.gz", gzipOf(t, tarOf(t)), "", "bundle", ""}, // no magic: zeros, which are no profile
		{"a zip in a zip", zipOf(t, file{"in.zip", string(zipOf(t, dump))}), "", "", "it holds another archive (zip); unpack the outer one"},
		{"a tar.gz in a tar", tarOf(t, other, file{"in.tgz", string(gzipOf(t, tarOf(t, dump)))}), "in.tgz", "", "it holds another archive"},
		{"a zip in a zst", zstdOf(t, zipOf(t, dump)), "", "", "it holds another archive (zip)"},
		{"a 7z", []byte("7z\xbc\xaf\x27\x1c\x00\x04"), "", "", "an archive of a kind that leaktop does not read"},
		{"a cut zip", zipOf(t, other, dump)[:200], "", "", "its zip data is damaged"},
		{"a cut tar.gz", gzipOf(t, tarOf(t, file{"noise", noise()}, dump))[:50_000], "logs/goroutines.txt", "", "is truncated"},
		{"a zst that is no zst", append([]byte("\x28\xb5\x2f\xfd"), "garbage garbage"...), "", "", "its zstd data is damaged"},
		{"an xz that is no xz", append([]byte("\xfd7zXZ\x00"), "garbage garbage"...), "", "", "its xz data is damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, content, err := readAll(c.data, c.entry, DefaultLimits())
			switch {
			case c.from == "":
				if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "bundle: ") {
					t.Errorf("%v, want %q", err, c.says)
				}
			case err != nil:
				t.Error(err)
			case name != c.from:
				t.Errorf("it is called %q, want %q", name, c.from)
			case strings.Contains(c.from, "goroutines") && !strings.HasPrefix(content, "goroutine "):
				t.Errorf("it holds %.100q", content)
			}
		})
	}
}

// A file is read twice where that is possible, and not kept in memory.
func TestFileIsNotSpooled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bundle.zip")
	if err := os.WriteFile(path, zipOf(t, file{"notes.txt", "x"}, file{"g.txt", dumpText}), 0o600); err != nil {
		t.Fatal(err)
	}
	if !Is(path) || Is(filepath.Dir(path)) || Is(path+".no") {
		t.Error("it is not told what is an archive")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	limits := DefaultLimits()
	limits.Spooled = 0
	in := Input{Reader: f, Length: info.Size(), Name: path, Readable: readable}
	if err := Read(in, limits, func(c Content) error {
		if c.Length != int64(len(dumpText)) {
			t.Errorf("its length is %d", c.Length)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	in.Length = 0
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if err := Read(in, limits, nil); err == nil || !strings.Contains(err.Error(), "cannot be read twice") {
		t.Errorf("of a stream that is too large: %v", err)
	}
}

// What an archive makes of itself is bounded, and it says so.
func TestBombs(t *testing.T) {
	zeros := string(make([]byte, 1<<20))
	many := make([]file, 30)
	for i := range many {
		many[i] = file{fmt.Sprintf("%d.txt", i), "x"}
	}
	few := DefaultLimits()
	few.Entries, few.Unpacked = 20, 600<<10
	for _, c := range []struct {
		name   string
		data   []byte
		entry  string
		limits Limits
		says   string
	}{
		{"many files in a zip", zipOf(t, many...), "", few, "more than 20 files"},
		{"many files in a tar", tarOf(t, many...), "", few, "more than 20 files"},
		{"many files in a tar.zst", zstdOf(t, tarOf(t, many...)), "29.txt", few, "more than 20 files"},
		{"much of one file in a zip", zipOf(t, file{"a", zeros}), "", few, "unpacks to more than 600 KiB"},
		{"much of one file in a tar.gz", gzipOf(t, tarOf(t, file{"a", zeros})), "", few, "unpacks to more than 600 KiB"},
		{"much that is skipped in a tar.gz", gzipOf(t, tarOf(t, file{"a", zeros}, file{"b", dumpText})), "b", few, "unpacks to more than 600 KiB"},
		{"much in a zst", zstdOf(t, []byte(zeros)), "", few, "unpacks to more than 600 KiB"},
		{"a zst of nothing but zeros", zstdOf(t, make([]byte, 80<<20)), "", DefaultLimits(), "more than 2000 times its size"},
		{"a tar with a hole", sparse(t, 1<<40), "", DefaultLimits(), "more than"},
		{"a zip with a long list", longList(t, 5<<20), "", DefaultLimits(), "the list of its files is too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, content, err := readAll(c.data, c.entry, c.limits)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%d bytes were read, and %v; want %q", len(content), err, c.says)
			}
		})
	}
}

// sparse is a tar of one file that is a hole but for its begin: the old form of
// GNU, whose header says where its data belong.
func sparse(t testing.TB, size int64) []byte {
	t.Helper()
	h := make([]byte, tarHeader)
	copy(h, "goroutines.txt")
	octal := func(at, n int, v int64) { copy(h[at:at+n], fmt.Sprintf("%0*o\x00", n-1, v)) }
	octal(100, 8, 0o600)
	octal(108, 8, 0)
	octal(116, 8, 0)
	octal(124, 12, 512)
	octal(136, 12, 0)
	h[156] = tar.TypeGNUSparse
	copy(h[257:], "ustar  \x00")
	number := func(at int, v int64) { // base 256
		binary.BigEndian.PutUint64(h[at+4:], uint64(v))
		h[at] = 0x80
	}
	number(386, 0)
	number(398, 512)
	number(410, size)
	number(422, 0)
	number(483, size)
	copy(h[tarChecksum:], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[tarChecksum:], fmt.Sprintf("%06o\x00 ", sum))
	data := make([]byte, 512)
	copy(data, dumpText)
	return append(append(h, data...), make([]byte, 1024)...)
}

// longList is a zip whose directory alone has so many bytes.
func longList(t testing.TB, size int) []byte {
	t.Helper()
	var files []file
	for n := 0; n < size; n += 30<<10 + 46 {
		files = append(files, file{fmt.Sprintf("%d", n) + strings.Repeat("n", 30<<10), ""})
	}
	return zipOf(t, files...)
}

// Names from an archive are shown, and are harmless then; a list of them is short.
func TestHostileNames(t *testing.T) {
	evil := file{"../\x1b]0;owned\x07/\u202egnp.txt", dumpText}
	name, _, err := readAll(zipOf(t, evil), "", DefaultLimits())
	if err != nil || clean.Text(name) != name {
		t.Errorf("it is called %q, %v", name, err)
	}
	files := []file{evil}
	for i := range 500 {
		files = append(files, file{fmt.Sprintf("%d/%s", i, strings.Repeat("long", 40)), dumpText})
	}
	for _, data := range [][]byte{zipOf(t, files...), tarOf(t, files...)} {
		for _, entry := range []string{"", "no\x1bsuch"} {
			_, _, err := readAll(data, entry, DefaultLimits())
			if err == nil {
				t.Fatal("501 dumps are read as one")
			}
			if text := err.Error(); clean.Text(text) != text || len(text) > 1500 || !strings.Contains(text, " more") {
				t.Errorf("the error has %d bytes: %q", len(text), text)
			}
		}
	}
}

// What is no regular file is left out: links lead out of the archive.
func TestLinksAreNotFollowed(t *testing.T) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range []*tar.Header{
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "hard", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"},
		{Name: "pipe", Typeflag: tar.TypeFifo},
		{Name: "dir/", Typeflag: tar.TypeDir, Mode: 0o700, ModTime: time.Unix(0, 0)},
	} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if _, _, err := readAll(out.Bytes(), "link", DefaultLimits()); err == nil || !strings.Contains(err.Error(), "no files that can be read") {
		t.Errorf("a link gives %v", err)
	}
}

// FuzzRead holds what is promised of any bytes: no panic, an error of one clean
// line that names the input, and no more out of it than the limits say.
func FuzzRead(f *testing.F) {
	dump := file{"logs/goroutines.txt", dumpText}
	for _, seed := range [][]byte{
		[]byte(dumpText), zipOf(f, dump), tarOf(f, dump), gzipOf(f, tarOf(f, dump)), zstdOf(f, tarOf(f, dump)),
		made(f, "bundle.tar.xz"), made(f, "bundle.tar.bz2"), made(f, "goroutines.txt.xz"), sparse(f, 1<<40),
		zipOf(f, file{"in.zip", string(zipOf(f, dump))}),
	} {
		f.Add(seed, "")
		f.Add(seed, "goroutines.txt")
	}
	limits := Limits{Spooled: 1 << 20, Unpacked: 4 << 20, Ratio: 100, Entries: 100}
	f.Fuzz(func(t *testing.T, data []byte, entry string) {
		in := Input{Reader: bytes.NewReader(data), Name: "fuzz", Entry: entry, Readable: readable}
		var reading error
		err := Read(in, limits, func(c Content) error {
			if clean.Text(c.Name) != c.Name || !strings.HasPrefix(c.Name, "fuzz") {
				t.Fatalf("it is called %q", c.Name)
			}
			var n int64
			n, reading = io.Copy(io.Discard, c.Reader)
			if n > max(limits.Unpacked+maxHead, int64(len(data))) {
				t.Fatalf("%d bytes came out", n)
			}
			return reading
		})
		if err == nil || reading != nil && err == reading {
			return
		}
		if text := err.Error(); clean.Text(text) != text || !strings.HasPrefix(text, "fuzz: ") || len(text) > 2000 {
			t.Fatalf("the error is %q", text)
		}
	})
}
