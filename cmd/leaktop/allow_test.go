package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestAllow reads what --allow takes.
func TestAllow(t *testing.T) {
	for _, test := range []struct {
		args    []string
		allowed []string // nil where it is refused
		costly  bool
	}{
		{[]string{}, []string{}, false},
		{[]string{"--allow", "gc"}, []string{allowGC}, false},
		{[]string{"--allow", "dump,goroutineleak"}, []string{allowGoroutineLeak, allowDump}, false},
		{[]string{"--allow", "gc", "--allow", "goroutineleak", "--allow", "dump", "--allow-costly"}, []string{allowGC, allowGoroutineLeak, allowDump}, true},
		{[]string{"--allow-costly"}, []string{}, true},
		{[]string{"--allow", "gc,trace"}, nil, false},
		{[]string{"--allow", "GC"}, nil, false},
		{[]string{"--allow", "dump, gc"}, nil, false},
		{[]string{"--allow", "\x1b[2J"}, nil, false},
	} {
		var watch watchFlags
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		watch.add(f, defaultEvery)
		watch.costly.add(f)
		if err := f.Parse(test.args); err != nil {
			t.Fatal(err)
		}
		err := watch.check()
		if test.allowed == nil {
			if err == nil || !strings.Contains(err.Error(), "gc,goroutineleak,dump") || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: %v, want all that may be allowed", test.args, err)
			}
			continue
		}
		allowed := slices.DeleteFunc(allowedCalls(), func(call string) bool { return !watch.allows(call) })
		if err != nil || !slices.Equal(allowed, test.allowed) || watch.costly.yes != test.costly {
			t.Errorf("%q: %v, allows %q and the costly: %v", test.args, err, allowed, watch.costly.yes)
		}
	}
}

// TestHelpNamesTheCost holds that whoever allows something reads what it costs.
func TestHelpNamesTheCost(t *testing.T) {
	var watch watchFlags
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	watch.add(f, defaultEvery)
	usage := f.Lookup("allow").Usage
	for _, call := range allowedCalls() {
		_, cost, found := strings.Cut(usage, call+" (")
		if cost, _, _ = strings.Cut(cost, ")"); !found || !strings.Contains(cost, "for each") {
			t.Errorf("of %s it says %q", call, cost)
		}
	}
}
