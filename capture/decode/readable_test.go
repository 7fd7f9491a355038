package decode

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// Among other files those are found that can be read.
func TestReadable(t *testing.T) {
	binaryProfile := binaryCPU(words{8, binary.LittleEndian}, 10_000, cpuMap, cpuStack{7, []uint64{0x401010}})
	plain, err := gunzip(fixture(t, "prometheus-heap.pb.gz"), 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"heap":                {fixture(t, "go-heap.pb.gz"), true},
		"heap, not packed":    {plain, true},
		"its start":           {plain[:700], true},
		"heap as text":        {fixture(t, "go-heap-debug1.txt"), true},
		"goroutines as text":  {fixture(t, "go-goroutine-debug1.txt"), true},
		"dump":                {fixture(t, "go-goroutine-debug2.txt"), true},
		"dump, packed":        {gzipped(t, fixture(t, "go-goroutine-debug2.txt")), true},
		"dump in a log":       {[]byte("2026-03-01 starting\n2026-03-01 goroutine 7 [chan send, 3 minutes]:\n2026-03-01 main.f()\n"), true},
		"dump of PowerShell":  {[]byte(asUTF16(unicode.LittleEndian, unicode.UseBOM, string(fixture(t, "go-goroutine-debug2.txt")))), true},
		"dump of an old Mac":  {bytes.ReplaceAll(fixture(t, "go-goroutine-debug2.txt"), []byte("\n"), []byte("\r")), true},
		"log of PowerShell":   {[]byte(asUTF16(unicode.LittleEndian, unicode.UseBOM, "starting 3 goroutines\r\n")), false},
		"an old CPU profile":  {binaryProfile, true},
		"nothing":             {nil, false},
		"a log":               {[]byte("2026-03-01 starting 3 goroutines\n"), false},
		"JSON":                {fixture(t, "go-vars.json"), false},
		"metrics":             {fixture(t, "prometheus-metrics.txt"), false},
		"HTML":                {fixture(t, "go-index.html"), false},
		"a program":           {append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 64)...), false},
		"zeros":               {make([]byte, 4096), false},
		"a picture":           {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00"), false},
		"text as a protobuf":  {[]byte(strings.Repeat("x", 1500)), false},
		"a short log of tabs": {[]byte("\n\n\n\t\t"), false},
	} {
		if got := Readable(c.data); got != c.want {
			t.Errorf("%s: readable is %v, want %v", name, got, c.want)
		}
	}
}
