package decode

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/snapshot"
)

// forms encode a plain profile in other ways that mean the same.
var forms = map[string]func(t testing.TB, plain []byte) []byte{
	"the runtime's order": func(t testing.TB, plain []byte) []byte {
		return ordered(t, plain, fieldSampleType, fieldSample, fieldLocation, fieldFunction, fieldMapping)
	},
	"strings first": func(t testing.TB, plain []byte) []byte { return ordered(t, plain, fieldString, fieldMapping) },
	"samples at the end": func(t testing.TB, plain []byte) []byte {
		return ordered(t, plain, fieldString, fieldFunction, fieldLocation, fieldMapping, fieldTime)
	},
	"not packed":      func(t testing.TB, plain []byte) []byte { return lists(t, plain, 0) },
	"packed in parts": func(t testing.TB, plain []byte) []byte { return lists(t, plain, 3) },
	"large ids": func(t testing.TB, plain []byte) []byte {
		return renumbered(t, plain, func(id uint64) uint64 { return id<<40 + 5 })
	},
	"ids with gaps": func(t testing.TB, plain []byte) []byte {
		return renumbered(t, plain, func(id uint64) uint64 { return id*id/3 + id })
	},
	"unknown fields": withUnknown,
}

// fieldsOf returns the fields of a message.
func fieldsOf(t testing.TB, message []byte) []field {
	t.Helper()
	var out []field
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			t.Fatal(err)
		}
		out, message = append(out, f), rest
	}
	return out
}

// encoded is a field as it stands on the wire.
func encoded(f field) []byte {
	if f.typ == protowire.BytesType {
		return message(f.num, f.body...)
	}
	return varint(f.num, f.value)
}

func all(fields []field) []byte {
	var out []byte
	for _, f := range fields {
		out = append(out, encoded(f)...)
	}
	return out
}

// ordered puts the fields with these numbers first, in that order, and the others behind.
func ordered(t testing.TB, plain []byte, first ...protowire.Number) []byte {
	fields := fieldsOf(t, plain)
	rank := func(f field) int {
		if i := slices.Index(first, f.num); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(fields, func(a, b field) int { return rank(a) - rank(b) })
	return all(fields)
}

// within rewrites the messages of one number.
func within(t testing.TB, plain []byte, num protowire.Number, rewrite func([]field) []field) []byte {
	fields := fieldsOf(t, plain)
	for i, f := range fields {
		if f.num == num {
			fields[i].body = all(rewrite(fieldsOf(t, f.body)))
		}
	}
	return all(fields)
}

// lists splits the lists of samples into packed ones of n numbers, or for 0 into numbers.
func lists(t testing.TB, plain []byte, n int) []byte {
	return within(t, plain, fieldSample, func(fields []field) []field {
		var out []field
		for _, f := range fields {
			if f.num > 2 {
				out = append(out, f)
				continue
			}
			values := []uint64{f.value}
			if f.typ == protowire.BytesType {
				values = unpacked(t, f.body)
			}
			if n == 0 {
				for _, v := range values {
					out = append(out, field{num: f.num, typ: protowire.VarintType, value: v})
				}
				continue
			}
			for part := range slices.Chunk(values, n) {
				out = append(out, field{num: f.num, typ: protowire.BytesType, body: packed(part)})
			}
		}
		return out
	})
}

func unpacked(t testing.TB, list []byte) []uint64 {
	var out []uint64
	for len(list) > 0 {
		v, n := protowire.ConsumeVarint(list)
		if n < 0 {
			t.Fatal(wireError(n))
		}
		out, list = append(out, v), list[n:]
	}
	return out
}

func packed(values []uint64) []byte {
	var out []byte
	for _, v := range values {
		out = protowire.AppendVarint(out, v)
	}
	return out
}

// renumbered gives all locations other ids.
func renumbered(t testing.TB, plain []byte, id func(uint64) uint64) []byte {
	plain = within(t, plain, fieldLocation, func(fields []field) []field {
		for i := range fields {
			if fields[i].num == 1 {
				fields[i].value = id(fields[i].value)
			}
		}
		return fields
	})
	return within(t, lists(t, plain, 0), fieldSample, func(fields []field) []field {
		for i := range fields {
			if fields[i].num == 1 {
				fields[i].value = id(fields[i].value)
			}
		}
		return fields
	})
}

// withUnknown puts fields between the others that a later version may have.
func withUnknown(t testing.TB, plain []byte) []byte {
	var out []byte
	for i, f := range fieldsOf(t, plain) {
		switch i % 4 {
		case 0:
			out = append(out, message(77, []byte("new")...)...)
		case 1:
			out = append(out, varint(16, 1<<63)...)
		case 2:
			out = protowire.AppendFixed64(protowire.AppendTag(out, 40_000, protowire.Fixed64Type), 7)
		case 3:
			out = protowire.AppendFixed32(protowire.AppendTag(out, 99, protowire.Fixed32Type), 7)
		}
		out = append(out, encoded(f)...)
	}
	return out
}

// TestRulesOfTheFormat has profiles that break one rule each, or only seem to:
// what google/pprof refuses is refused, and the rest has its rows.
func TestRulesOfTheFormat(t *testing.T) {
	text := func(texts ...string) []byte {
		var out []byte
		for _, s := range texts {
			out = append(out, message(fieldString, []byte(s)...)...)
		}
		return out
	}
	types := message(fieldSampleType, join(varint(1, 1), varint(2, 2))...)
	strings := text("", "space", "bytes", "main.main", "x.go")
	function := message(fieldFunction, join(varint(1, 7), varint(2, 3), varint(4, 4))...)
	location := message(fieldLocation, join(varint(1, 9), varint(3, 0x10), message(4, join(varint(1, 7), varint(2, 5))...))...)
	sample := message(fieldSample, join(message(1, 9), message(2, 5))...)
	whole := join(types, sample, location, function, strings)
	wide := join(types, sample, location, function, text("", "space", "bytes"), text(make([]string, 300)...))
	fixed := func(num protowire.Number) []byte {
		return protowire.AppendFixed64(protowire.AppendTag(nil, num, protowire.Fixed64Type), 1)
	}
	for name, data := range map[string][]byte{
		"whole":                         whole,
		"many strings":                  wide,
		"two string tables":             join(whole, strings),
		"no strings":                    join(types, sample, location, function),
		"first string not empty":        join(types, sample, location, function, text("x", "space", "bytes", "main.main", "x.go")),
		"no such string":                join(whole, message(fieldFunction, join(varint(1, 8), varint(2, 99))...)),
		"a negative string":             join(whole, message(fieldMapping, join(varint(1, 8), varint(5, 1<<63))...)),
		"string 2^32":                   join(whole, message(fieldFunction, join(varint(1, 8), varint(3, 1<<32))...)),
		"no such type name":             join(whole, message(fieldPeriodType, varint(1, 9)...)),
		"no such drop_frames":           join(whole, varint(fieldDropFrames, 9)),
		"no such keep_frames":           join(whole, varint(fieldKeepFrames, 9)),
		"no such comment":               join(whole, varint(fieldComment, 9)),
		"no such comment, packed":       join(whole, message(fieldComment, 1, 9)),
		"comments":                      join(varint(fieldComment, 1), message(fieldComment, 2, 3), whole),
		"no such default type":          join(whole, varint(fieldDefaultSampleType, 9)),
		"no such document":              join(whole, varint(fieldDocURL, 9)),
		"two locations with one id":     join(whole, location),
		"two functions with one id":     join(whole, function),
		"two mappings with one id":      join(whole, message(fieldMapping, varint(1, 1)...), message(fieldMapping, varint(1, 1)...)),
		"location 0":                    join(whole, message(fieldLocation, varint(1, 0)...)),
		"location without an id":        join(whole, message(fieldLocation)),
		"function 0":                    join(whole, message(fieldFunction)),
		"mapping 0":                     join(whole, message(fieldMapping)),
		"sample of location 0":          join(whole, message(fieldSample, join(message(1, 0), message(2, 5))...)),
		"sample of no such location":    join(whole, message(fieldSample, join(message(1, 8), message(2, 5))...)),
		"line of no such function":      join(whole, message(fieldLocation, join(varint(1, 3), message(4, varint(1, 8)...))...)),
		"line without a function":       join(whole, message(fieldLocation, join(varint(1, 3), message(4, varint(2, 8)...))...)),
		"location of no such mapping":   join(whole, message(fieldLocation, join(varint(1, 3), varint(2, 8))...), message(fieldSample, join(message(1, 3), message(2, 5))...)),
		"no values":                     join(whole, message(fieldSample, message(1, 9)...)),
		"too many values":               join(whole, message(fieldSample, join(message(1, 9), message(2, 5, 5))...)),
		"a value in parts":              join(whole, message(fieldSample, join(varint(2, 5), message(1, 9), message(2))...)),
		"an id twice, the last counts":  join(whole, message(fieldLocation, join(varint(1, 9), varint(1, 3))...), message(fieldSample, join(message(1, 3), message(2, 5))...)),
		"number where a message is due": join(whole, varint(fieldSample, 1)),
		"message where a number is due": join(whole, message(fieldPeriod, 1)),
		"fixed where a number is due":   join(whole, fixed(fieldDuration)),
		"fixed value":                   join(whole, message(fieldSample, fixed(2)...)),
		"fixed location":                join(whole, message(fieldSample, join(fixed(1), varint(2, 1))...)),
		"fixed comment":                 join(whole, fixed(fieldComment)),
		"label that is a number":        join(whole, message(fieldSample, join(varint(2, 1), varint(3, 1))...)),
		"label of no such key":          join(whole, message(fieldSample, join(varint(2, 1), message(3, varint(1, 9)...))...)),
		"label of no such text":         join(whole, message(fieldSample, join(varint(2, 1), message(3, join(varint(1, 1), varint(2, 9))...))...)),
		"label of no such unit":         join(whole, message(fieldSample, join(varint(2, 1), message(3, join(varint(1, 1), varint(3, 1), varint(4, 9))...))...)),
		"unit of a text":                join(whole, message(fieldSample, join(varint(2, 1), message(3, join(varint(1, 1), varint(2, 1), varint(4, 2))...))...)),
		"no such unit of a text":        join(whole, message(fieldSample, join(varint(2, 1), message(3, join(varint(1, 1), varint(2, 1), varint(4, 9))...))...)),
		"label without a value":         join(whole, message(fieldSample, join(varint(2, 1), message(3, varint(1, 1)...))...)),
		"line in a fixed number":        join(whole, message(fieldLocation, join(varint(1, 3), fixed(4))...)),
		"folded location as a text":     join(whole, message(fieldLocation, join(varint(1, 3), message(5, 'x'))...)),
		"two times":                     join(whole, varint(fieldTime, 1), varint(fieldTime, 2)),
		"two times, the first 0":        join(whole, varint(fieldTime, 0), varint(fieldTime, 2)),
		"two periods":                   join(whole, varint(fieldPeriod, 1), varint(fieldPeriod, 2)),
		"samples without types":         join(sample, location, function, strings),
		"ends in a tag":                 join(whole, []byte{0x80}),
		"ends in a sample":              whole[:len(types)+3],
		"a group":                       join(whole, []byte{0x0b}),
		"a sample cut within":           join(whole, message(fieldSample, 0x0a, 9, 1)),
		"a location cut within":         join(whole, message(fieldLocation, 0x08)),
		"a function cut within":         join(whole, message(fieldFunction, 0x08)),
		"a list cut within":             join(whole, message(fieldSample, join(message(1, 0x89), varint(2, 5))...)),
	} {
		t.Run(name, func(t *testing.T) {
			table := snapshot.NewTable()
			p, err := Profile(data, "test", table, DefaultLimits())
			_, refused := byPprof(data)
			switch {
			case err == nil:
				compare(t, data, p, table)
			case refused == nil:
				t.Errorf("refused, but google/pprof reads it: %v", err)
			default:
				t.Logf("%v\ngoogle/pprof: %v", err, refused)
			}
		})
	}
}
