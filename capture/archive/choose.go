package archive

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// archive finds the file that is wanted in an archive, and hands it over.
func (a *opener) archive(outer format, buffered io.Reader, read func(Content) error) error {
	walk, err := a.walker(outer, buffered)
	if err != nil {
		return err
	}
	look := a.readable
	if a.Entry != "" {
		look = a.named
	}
	index, err := look(walk)
	if err != nil {
		return err
	}
	err = walk(func(e entry) error {
		if e.index != index {
			return nil
		}
		if err := a.entry(e, read); err != nil {
			return err
		}
		return errStop
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// entry hands over one file, which may be packed by itself.
func (a *opener) entry(e entry, read func(Content) error) error {
	m, err := e.meter()
	if err != nil {
		return err
	}
	c := Content{Length: e.size, Name: a.Name + ":" + shown(e.name)}
	head, rest := peeked(m.r)
	m.r = rest
	f := formatOf(head)
	if f == gzipped || !f.packs() { // a reader of profiles unpacks gzip by itself
		return a.content(m, c, read)
	}
	unpacked, err := f.unpack(m)
	if err != nil {
		return damaged(f, err)
	}
	defer unpacked.Close()
	c.Length = 0
	return a.content(&meter{r: unpacked, packed: m.packed, limits: a.limits, format: f}, c, read)
}

// peeked reads the start of a file, and returns what reads all of it.
func peeked(r io.Reader) ([]byte, io.Reader) {
	head := make([]byte, maxHead)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	rest := r
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		rest = failing{err}
	}
	return head, io.MultiReader(strings.NewReader(string(head)), rest)
}

// failing reads nothing but an error.
type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

// names are those of files that were found, as many as are shown.
type names struct {
	shown []string
	all   int
}

const (
	mostNames  = 12
	mostLetter = 400 // of all names
)

func (n *names) add(name string) {
	n.all++
	letters := len(name)
	for _, s := range n.shown {
		letters += len(s)
	}
	if len(n.shown) < mostNames && letters <= mostLetter {
		n.shown = append(n.shown, shown(name))
	}
}

// String lists them: "a.txt, b.pb.gz and 3 more".
func (n *names) String() string {
	text := strings.Join(n.shown, ", ")
	if more := n.all - len(n.shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// readable finds the only file that can be read; the only one at all stands for
// itself, so that it is said what is wrong with it.
func (a *opener) readable(walk walker) (int, error) {
	var can, every names
	found, only := -1, -1
	err := walk(func(e entry) error {
		every.add(e.name)
		only = e.index
		m, err := e.meter()
		if err != nil {
			return nil // it is not the one, whatever it is
		}
		head, _ := peeked(m)
		if inner := formatOf(head); inner.packs() {
			head = unpackedHead(inner, head)
		}
		if formatOf(head) == plain && a.Readable(head) {
			can.add(e.name)
			found = e.index
		}
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case can.all == 1:
		return found, nil
	case can.all > 1:
		return 0, &refusal{fmt.Sprintf("it holds %d profiles and dumps (%s)", can.all, &can), "name one, such as " + a.choose(can.shown[0])}
	case every.all == 0:
		return 0, &refusal{"it holds no files that can be read", "name a profile or a dump"}
	case every.all == 1:
		return only, nil
	}
	return 0, &refusal{fmt.Sprintf("none of the files in it looks like a profile or a dump (%s)", &every), "to read one anyway, name it as " + a.choose(every.shown[0])}
}

// choose is how a file in the archive is named.
func (a *opener) choose(name string) string {
	if a.Path == "" {
		return "FILE:" + name + ", after saving the input as FILE"
	}
	return shown(a.Path) + ":" + name
}

// named finds the file of a name: of its whole path, else of the end of its path.
func (a *opener) named(walk walker) (int, error) {
	want := cleaned(a.Entry)
	var every, ends names
	exact, ending := -1, -1
	err := walk(func(e entry) error {
		name := cleaned(e.name)
		every.add(e.name)
		switch {
		case name == want: // of two of one name the later one replaces the other
			exact = e.index
		case strings.HasSuffix(name, "/"+want):
			ends.add(e.name)
			ending = e.index
		}
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case exact >= 0:
		return exact, nil
	case ends.all == 1:
		return ending, nil
	case ends.all > 1:
		return 0, &refusal{fmt.Sprintf("%d of its files are called %s (%s)", ends.all, shown(a.Entry), &ends), "give the path of one, such as " + a.choose(ends.shown[0])}
	case every.all == 0:
		return 0, &refusal{"it holds no files that can be read", "name a profile or a dump"}
	}
	return 0, &refusal{fmt.Sprintf("there is no %s in it; it holds %s", shown(a.Entry), &every), "name one of these"}
}

// cleaned is a name as it is compared.
func cleaned(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}
