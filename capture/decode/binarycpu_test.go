package decode

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// cpuStack is one of a binary CPU profile: how often it was seen, and where.
type cpuStack struct {
	seen      uint64
	addresses []uint64
}

// cpuMap is a memory map as it stands behind the samples.
const cpuMap = "00400000-00500000 r-xp 00000000 08:01 1 /usr/bin/shopd\n7f0000000000-7f0000100000 r-xp 00000000 08:01 2 /lib/libc.so.6\n"

// binaryCPU writes a CPU profile as gperftools does.
func binaryCPU(w words, period uint64, text string, stacks ...cpuStack) []byte {
	var out []byte
	put := func(values ...uint64) {
		for _, v := range values {
			b := make([]byte, 8)
			if w.width == 4 {
				w.order.PutUint32(b, uint32(v))
			} else {
				w.order.PutUint64(b, v)
			}
			out = append(out, b[:w.width]...)
		}
	}
	put(0, 3, 0, period, 0)
	for _, s := range stacks {
		put(s.seen, uint64(len(s.addresses)))
		put(s.addresses...)
	}
	put(0, 1, 0)
	return append(out, text...)
}

func cpuForms() map[string]words {
	return map[string]words{
		"64 bits":             {8, binary.LittleEndian},
		"64 bits, big endian": {8, binary.BigEndian},
		"32 bits":             {4, binary.LittleEndian},
		"32 bits, big endian": {4, binary.BigEndian},
	}
}

// A CPU profile of gperftools, and of Go before 1.9, is read as google/pprof
// reads it, whatever the machine, packed or not.
func TestBinaryCPU(t *testing.T) {
	for name, w := range cpuForms() {
		t.Run(name, func(t *testing.T) {
			data := binaryCPU(w, 10_000, cpuMap, cpuStack{7, []uint64{0x401010, 0x402020}}, cpuStack{3, []uint64{0x403030}}, cpuStack{1, []uint64{0x403030, 0x1234}})
			for _, data := range [][]byte{data, gzipped(t, data)} {
				p, table := decoded(t, data)
				if p.Kind != snapshot.Other || len(p.Types) != 2 || p.Types[1].Name != "cpu" || p.Types[1].Unit != "nanoseconds" {
					t.Errorf("it is of kind %s, with %v", p.Kind, p.Types)
				}
				if samples, cpu := p.Total(0), p.Total(1); samples != 11 || cpu != 110e6 {
					t.Errorf("it has %d samples of %d ns", samples, cpu)
				}
				compare(t, data, p, table)
			}
		})
	}
}

// What was reported is read, too.
func TestReportedBinaryCPU(t *testing.T) {
	data, err := os.ReadFile("../../cmd/leaktop/testdata/onefile/cpu-binary.pprof")
	if err != nil {
		t.Fatal(err)
	}
	p, table := decoded(t, data)
	compare(t, data, p, table)
	if leaf := table.Leaf(p.Keys[0].Stack).Function; !strings.HasSuffix(leaf, " shopd") {
		t.Errorf("the leaf is %q, want an address in shopd", leaf)
	}
}

// A binary CPU profile that is not whole, or too much, is named as one.
func TestBinaryCPURefused(t *testing.T) {
	w := words{8, binary.LittleEndian}
	whole := binaryCPU(w, 10_000, cpuMap, cpuStack{7, []uint64{0x401010, 0x402020}})
	lies := binaryCPU(w, 10_000, "", cpuStack{7, []uint64{0x401010}})
	binary.LittleEndian.PutUint64(lies[6*8:], 1<<60)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"cut":                {whole[:60], "is truncated"},
		"no end":             {whole[:5*8+4*8], "is truncated"},
		"a lying length":     {lies, "is truncated"},
		"variables":          {append(bytes.Clone(whole), "a=$b$b\n"...), "too many variables"},
		"a long map":         {append(bytes.Clone(whole), strings.Repeat("x\n", maxMapLines+1)...), "too long to decode"},
		"stacks upon stacks": {binaryCPU(w, 1, "", many(600_000)...), "too much to decode"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Profile(c.data, "cpu.prof", snapshot.NewTable(), DefaultLimits())
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "a CPU profile in the old binary form") {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

func many(n int) []cpuStack {
	out := make([]cpuStack, n)
	for i := range out {
		out[i] = cpuStack{1, []uint64{uint64(i)}}
	}
	return out
}
