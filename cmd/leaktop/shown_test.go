package main

import (
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// TestOddProfilesAreShown compares profiles that are odd, but profiles: exit
// code 0 in every format, and nothing in the output that drives a terminal.
func TestOddProfilesAreShown(t *testing.T) {
	for _, c := range []struct {
		name          string
		base, current *profile.Profile
		says          string // of the text
	}{
		{"no samples", sampled(heapTypes()), sampled(heapTypes()), "identical"},
		{"no samples before", sampled(heapTypes()), sampled(heapTypes(), "orders.Create"), "orders.Create"},
		{"unknown sample types", sampled(oddTypes()), sampled(oddTypes(), "orders.Create"), "orders.Create"},
		{"values of 2^62", sampled(heapTypes(), "orders.Create"), huge("orders.Create", "orders.List", "orders.Delete"), "orders.List"},
		{"hostile function names", sampled(heapTypes()), sampled(heapTypes(), hostile()...), "52;c;ZXZpbA=="},
		{"hostile everything", sampled(heapTypes()), poisoned(), "52;c;ZXZpbA=="},
		{"no names", sampled(heapTypes()), sampled(heapTypes(), ""), ""},
		{"no stack", sampled(heapTypes()), withoutStack(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base, current := put(t, "base.pb.gz", packedProfile(t, c.base)), put(t, "current.pb.gz", packedProfile(t, c.current))
			for _, format := range formats() {
				out := leaktop(t, "diff", base, current, "--format", format).accepted(t)
				switch format {
				case "pprof":
					for _, name := range namesIn(t, []byte(out)) {
						assertPrintable(t, name)
					}
				case "json":
					assertPrintable(t, out)
					assertCleanJSON(t, []byte(out))
				case "csv": // ends its lines as RFC 4180 has it
					assertPrintable(t, strings.ReplaceAll(out, "\r\n", "\n"))
				case "text":
					assertPrintable(t, out)
					if !strings.Contains(out, c.says) {
						t.Errorf("the text lacks %q:\n%s", c.says, out)
					}
				default:
					assertPrintable(t, out)
				}
			}
		})
	}
}

// TestHugeValuesSaturate adds up values that overflow.
func TestHugeValuesSaturate(t *testing.T) {
	t.Parallel()
	base := put(t, "base.pb.gz", packedProfile(t, sampled(heapTypes())))
	current := put(t, "current.pb.gz", packedProfile(t, huge("a", "b", "c")))
	out := leaktop(t, "diff", base, current, "--unit", "exact").accepted(t)
	if !strings.Contains(strings.ReplaceAll(out, ",", ""), "9223372036854775807") {
		t.Errorf("three times 2^62 is not shown as the largest value:\n%s", out)
	}
}
