package decode

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// fixture reads one recorded input.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "profiles", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// dump prints a decoded profile whole, its records in the order of their text,
// since that of ids is no promise.
func dump(p *snapshot.Profile, table *snapshot.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "kind %s, period %d, default %d, duration %v\n", p.Kind, p.Period, p.DefaultType, p.Duration)
	if !p.Time.IsZero() {
		fmt.Fprintf(&b, "time %s\n", p.Time.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	fmt.Fprintf(&b, "build %q, mappings %q\n", p.BuildID, p.Mappings)
	for i, t := range p.Types {
		fmt.Fprintf(&b, "%s/%s total %d\n", t.Name, t.Unit, p.Total(i))
	}
	records := make([]string, len(p.Keys))
	for i := range p.Keys {
		records[i] = dumpRecord(p, i, table)
	}
	slices.Sort(records)
	return b.String() + strings.Join(records, "")
}

func dumpRecord(p *snapshot.Profile, i int, table *snapshot.Table) string {
	var b strings.Builder
	k := p.Keys[i]
	fmt.Fprintf(&b, "\n%d", p.Vector(i))
	if k.Size > 0 {
		fmt.Fprintf(&b, " of %d bytes each", k.Size)
	}
	if ls := table.Labels(k.Labels); len(ls) > 0 {
		fmt.Fprintf(&b, " %s", ls)
	}
	b.WriteByte('\n')
	for f := range table.Frames(k.Stack) {
		fmt.Fprintf(&b, "  %s", f.Function)
		if f.File != "" {
			fmt.Fprintf(&b, " %s:%d", f.File, f.Line)
		}
		if f.StartLine > 0 {
			fmt.Fprintf(&b, " from %d", f.StartLine)
		}
		if f.Inlined {
			b.WriteString(" (inlined)")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
