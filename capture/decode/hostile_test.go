package decode

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/snapshot"
)

// message wraps a body as field num.
func message(num protowire.Number, body ...byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), body)
}

// repeat gives n copies, to be put into one message.
func repeat(n int, b ...byte) []byte { return bytes.Repeat(b, n) }

// numbered gives n messages of field num whose body is f of 1, 2, … n.
func numbered(num protowire.Number, n int, f func(i uint64) []byte) []byte {
	var out []byte
	for i := range uint64(n) {
		out = append(out, message(num, f(i+1)...)...)
	}
	return out
}

func varint(num protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), v)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// hostile makes profiles that are small on the wire and large in memory, of
// about n elements each. All are well formed as far as the wire goes.
var hostile = map[string]func(n int) []byte{
	"sample types":       func(n int) []byte { return repeat(n, message(1)...) },
	"empty samples":      func(n int) []byte { return repeat(n, message(2)...) },
	"empty mappings":     func(n int) []byte { return repeat(n, message(3)...) },
	"empty locations":    func(n int) []byte { return repeat(n, message(4)...) },
	"empty functions":    func(n int) []byte { return repeat(n, message(5)...) },
	"empty strings":      func(n int) []byte { return repeat(n, message(6)...) },
	"period types":       func(n int) []byte { return join(message(1), repeat(n, message(11)...)) },
	"comments":           func(n int) []byte { return join(message(1), message(6), message(13, make([]byte, n)...)) },
	"unpacked comments":  func(n int) []byte { return join(message(1), message(6), repeat(n, varint(13, 0)...)) },
	"values, packed":     func(n int) []byte { return message(2, message(2, make([]byte, n)...)...) },
	"values, unpacked":   func(n int) []byte { return message(2, repeat(n, varint(2, 1)...)...) },
	"values, in parts":   func(n int) []byte { return message(2, repeat(n, message(2, 1)...)...) },
	"frames, packed":     func(n int) []byte { return message(2, message(1, make([]byte, n)...)...) },
	"frames, unpacked":   func(n int) []byte { return message(2, repeat(n, varint(1, 1)...)...) },
	"labels of a sample": func(n int) []byte { return message(2, repeat(n, message(3)...)...) },
	"labels with units": func(n int) []byte {
		return join(message(1), message(6), message(6, 'a'), message(2, join(varint(2, 1), repeat(n, message(3, join(varint(1, 1), varint(3, 1), varint(4, 1))...)...))...))
	},
	"samples with a label": func(n int) []byte {
		return join(message(1), message(6), message(6, 'a'), numbered(2, n, func(i uint64) []byte {
			return join(varint(2, 1), message(3, join(varint(1, 1), varint(3, i))...))
		}))
	},
	"a long location that a stack names often": func(n int) []byte {
		return join(message(1), message(6), message(4, join(varint(1, 1), repeat(n/4, message(4)...))...),
			message(2, message(1, bytes.Repeat([]byte{1}, n/300)...)...))
	},
	"samples of many sizes": func(n int) []byte {
		return join(message(1), message(6), message(6, []byte("bytes")...), numbered(2, n, func(i uint64) []byte {
			return join(varint(2, 1), message(3, join(varint(1, 1), varint(3, i))...))
		}))
	},
	"lines of a location": func(n int) []byte { return message(4, repeat(n, message(4)...)...) },
	"frames of one function": func(n int) []byte {
		return join(message(1), message(6), message(5, varint(1, 1)...), numbered(4, n, func(i uint64) []byte {
			return join(varint(1, i), message(4, join(varint(1, 1), varint(2, i))...))
		}))
	},
	"frames without a name": func(n int) []byte {
		return join(message(1), message(6), numbered(4, n, func(i uint64) []byte { return join(varint(1, i), varint(3, i)) }))
	},
	"functions": func(n int) []byte {
		return join(message(1), message(6), numbered(5, n, func(i uint64) []byte { return varint(1, i) }))
	},
	"dirty names": func(n int) []byte {
		return join(message(1), message(6), message(6, repeat(n, 0x01)...), message(5, join(varint(1, 1), varint(2, 1))...))
	},
	"huge ids": func(n int) []byte {
		return join(message(1), message(6), numbered(4, n, func(i uint64) []byte { return varint(1, 1<<62+i) }))
	},
	"unknown fields": func(n int) []byte { return join(message(1), repeat(n, message(99)...)) },
}

// TestLongNames has many frames and labels share one long name, which costs
// time where memory costs nothing.
func TestLongNames(t *testing.T) {
	long := repeat(10<<20, 'x')
	inputs := map[string][]byte{
		"frames": join(message(1), message(6), message(6, long...), message(5, join(varint(1, 1), varint(2, 1))...),
			numbered(4, 100_000, func(i uint64) []byte { return join(varint(1, i), message(4, join(varint(1, 1), varint(2, i))...)) })),
		"functions": join(message(1), message(6), message(6, long...),
			numbered(5, 100_000, func(i uint64) []byte { return join(varint(1, i), varint(2, 1)) })),
		"mappings": join(message(1), message(6), message(6, long...),
			numbered(3, 100_000, func(i uint64) []byte { return join(varint(1, i), varint(5, 1)) })),
		"label keys": join(message(1), message(6), message(6, long...), numbered(2, 100_000, func(i uint64) []byte {
			return join(varint(2, 1), message(3, join(varint(1, 1), varint(3, i))...))
		})),
		"label values": join(message(1), message(6), message(6, 'k'), message(6, long...), numbered(2, 300, func(uint64) []byte {
			return join(varint(2, 1), message(3, join(varint(1, 1), varint(2, 2))...))
		})),
	}
	for name, data := range inputs {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, err := Profile(data, "test", snapshot.NewTable(), DefaultLimits()); err == nil {
				t.Error("decoded")
			} else {
				t.Log(err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
