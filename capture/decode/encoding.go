package decode

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// utf16Order is how a text is encoded that starts so, where that is UTF-16, as a
// shell of Windows writes what is sent to a file; nil for anything else.
func utf16Order(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	// Without a mark it is told by the halves of ASCII that are zero.
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(head) / 2; {
	case half < leastText:
	case zeros[1] > half*9/10 && zeros[0] < half/10:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeros[0] > half*9/10 && zeros[1] < half/10:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

// leastText is from how many characters on a text's encoding is guessed.
const leastText = 16

// textOf reads a text that starts so as UTF-8, with a line feed at the end of each
// line, and without the zeros that a log has in the place of what was lost as it was
// copied and truncated, of which there may be so many.
func textOf(r io.Reader, head []byte, order encoding.Encoding, zeros int64) io.Reader {
	if order != nil {
		r = order.NewDecoder().Reader(r)
		head, _ = order.NewDecoder().Bytes(head) // as far as it goes
	}
	if endsInReturns(head) {
		r = returns{r}
	}
	return &zeroless{r, zeros}
}

// endsInReturns reports whether the lines of a text that starts so end in a carriage
// return alone, as some forms of the web and old programs write them. Of the last
// byte it is not known whether a line feed comes behind it.
func endsInReturns(head []byte) bool {
	return bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head[:max(0, len(head)-1)], '\r') >= 0
}

// returns reads line feeds in the place of carriage returns.
type returns struct{ r io.Reader }

func (t returns) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// errZeros ends the reading of a text with too many bytes of zero.
var errZeros = errors.New("too many zeros")

// zeroless leaves out bytes of zero.
type zeroless struct {
	r     io.Reader
	zeros int64 // that may still come
}

func (z *zeroless) Read(p []byte) (int, error) {
	for {
		n, err := z.r.Read(p)
		zeros := bytes.Count(p[:n], []byte{0})
		if z.zeros -= int64(zeros); z.zeros < 0 {
			return 0, errZeros
		}
		if zeros > 0 && zeros < n {
			p = slices.DeleteFunc(p[:n], func(c byte) bool { return c == 0 })
		}
		if n -= zeros; n > 0 || err != nil {
			return n, err
		}
	}
}
