package decode

import (
	"bytes"
	"regexp"

	"google.golang.org/protobuf/encoding/protowire"
)

// Readable reports by the first bytes of a file whether it looks like something
// that [File] decodes: it is for finding the profile among other files. A log
// whose dump comes later does not.
func Readable(head []byte) bool {
	if isGzip(head) {
		head = gunzipHead(head)
	}
	if order := utf16Order(head); order != nil {
		head, _ = order.NewDecoder().Bytes(head) // as far as it goes
	}
	return goroutineLine.Match(head) || textHeading.Match(head) || otherText.Match(head) || isBinaryCPU(head) || !isText(head) && startsAsProto(head) || holdsRecords(head)
}

// holdsRecords reports whether there are records of a profile in the form of a text
// in what starts so.
func holdsRecords(head []byte) bool {
	if !bytes.Contains(head, []byte("@")) || !bytes.Contains(head, []byte("0x")) || !mayBeText(head) {
		return false
	}
	text, found := newFeed(textOf(bytes.NewReader(head), head, nil, int64(len(head)))), records{limit: 2 * len(head)}
	for !found.proven && text.next(false) {
		found.add(text.line)
	}
	return found.proven
}

// goroutineLine matches the first line of a goroutine, whatever stands around it.
var goroutineLine = regexp.MustCompile(headerPattern)

// startsAsProto reports whether bytes start as a profile does: whole fields of
// profile.proto, up to where they end or are cut.
func startsAsProto(head []byte) bool {
	const fewest = 3 // a profile has sample types, strings, and what they count
	for n := 0; ; n++ {
		num, typ, size := protowire.ConsumeTag(head)
		switch {
		case size < 0:
			return n >= fewest && len(head) == 0
		case num > fieldLast, typ != protowire.VarintType && typ != protowire.BytesType:
			return false
		}
		head = head[size:]
		if size = protowire.ConsumeFieldValue(num, typ, head); size < 0 {
			return n >= fewest && len(head) > 0 // cut within this field
		}
		head = head[size:]
	}
}
