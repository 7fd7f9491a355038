package archive

import (
	"errors"
	"fmt"
	"io"

	"github.com/dustin/go-humanize"

	"leaktop/capture/clean"
)

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// counterAt counts those that are read at some place, and reads no more than
// its budget.
type counterAt struct {
	r         io.ReaderAt
	n, budget int64
}

var errBudget = errors.New("the list of its files is too long")

func (c *counterAt) ReadAt(p []byte, at int64) (int, error) {
	if c.n += int64(len(p)); c.n > c.budget {
		return 0, errBudget
	}
	return c.r.ReadAt(p, at)
}

// muchUnpacked is from how many bytes on the ratio counts.
const muchUnpacked = 64 << 20

// meter reads unpacked bytes, keeps to the limits, and remembers what went
// wrong: whoever reads through it words errors as if it were the file itself.
type meter struct {
	r      io.Reader
	packed *int64 // that were read so far
	n      int64  // that came out
	limits Limits
	format format
	err    error // that is not the end of the file
}

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	switch {
	case m.n > m.limits.Unpacked:
		m.err = &refusal{"it unpacks to more than " + humanize.IBytes(uint64(m.limits.Unpacked)), "unpack it yourself, and name the file"}
	case m.n > muchUnpacked && m.n/m.limits.Ratio > *m.packed:
		m.err = &refusal{fmt.Sprintf("it unpacks to more than %d times its size, which no profile or dump does", m.limits.Ratio), "unpack it yourself if you trust it, and name the file"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		// A dump is read as far as it goes, and says that it is cut.
		return n, err
	case err != nil && !errors.Is(err, io.EOF):
		m.err = damaged(m.format, err)
	}
	if m.err != nil {
		return n, m.err
	}
	return n, err
}

// damaged says that packed data cannot be unpacked.
func damaged(f format, err error) error {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, errBudget):
		return &refusal{errBudget.Error(), "unpack it, and name a file in it"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &refusal{"its " + f.String() + " data is truncated", "fetch all of it again"}
	}
	return &refusal{"its " + f.String() + " data is damaged (" + clean.Line(err.Error(), maxReason) + ")", "fetch it again; copy it as binary, not as text"}
}
