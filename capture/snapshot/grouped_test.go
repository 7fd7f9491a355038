package snapshot

import (
	"reflect"
	"testing"
)

func TestStacksInStates(t *testing.T) {
	table := NewTable()
	bare := table.intern(frame("main.wait", 1), frame("main.main", 2))
	sends, receives := table.InState(bare, "chan send"), table.InState(bare, "chan receive")
	if sends == bare || sends == receives || table.InState(bare, "chan send") != sends || table.InState(bare, "") != bare {
		t.Errorf("%d is %d and %d in states", bare, sends, receives)
	}
	if !reflect.DeepEqual(table.Stack(sends), table.Stack(bare)) || table.State(sends) != "chan send" || table.State(bare) != "" || table.Bare(sends) != bare || table.Bare(bare) != bare {
		t.Errorf("in a state it is %v, %q", table.Stack(sends), table.State(sends))
	}
	unseen := table.InState(NoStack, "running")
	if unseen == NoStack || table.Stack(unseen) != nil || table.State(unseen) != "running" || table.Bare(unseen) != NoStack {
		t.Errorf("a stack that is not known is %d, %v, %q", unseen, table.Stack(unseen), table.State(unseen))
	}
	for line := range 200 { // so that the table grows
		table.intern(frame("main.other", line))
	}
	if again := table.intern(frame("main.wait", 1), frame("main.main", 2)); again != bare {
		t.Errorf("interned again it is %d, want %d", again, bare)
	}
	if got := table.InState(1_000_000, "running"); got != NoStack {
		t.Errorf("a stack of another table is %d", got)
	}
}

// bare is a frame as a dump has it.
func bare(name string, line int) Frame { return Frame{Function: name, File: name + ".go", Line: line} }

// groupedDump is a dump with what an endpoint prints and what only a crash does.
func groupedDump(table *Table) *GroupedDump {
	wait := table.intern(bare("main.wait", 1))
	crashed := table.intern(bare("runtime.gopark", 9), bare("runtime.chanrecv1", 8), bare("main.wait", 1), bare("runtime.goexit", 7))
	sweeper := table.intern(bare("runtime.gopark", 9), bare("runtime.bgsweep", 6), bare("runtime.goexit", 7))
	labels := table.InternLabels([]Label{{"route", "/orders"}})
	f, g, enable := table.InternFrame(bare("main.f", 10)), table.InternFrame(bare("main.g", 11)), table.InternFrame(bare("runtime.gcenable", 12))
	return &GroupedDump{Groups: []DumpGroup{
		{Status: "chan receive", Stack: wait, Creator: f, Count: 2, Least: 1, Most: 4},
		{Status: "chan receive", Stack: wait, Creator: g, Labels: labels, Leaked: true, Count: 5, Least: 3, Most: 9},
		{Status: "chan receive", Stack: crashed, Creator: g, Count: 1, Least: 2, Most: 2},
		{Status: "select", Stack: wait, Creator: f, Count: 7},
		{Status: "running", Creator: f, Count: 1},
		{Status: "GC sweep wait", Stack: sweeper, Creator: enable, Count: 1},
	}}
}

func TestProfilesOfDumps(t *testing.T) {
	table := NewTable()
	d := groupedDump(table)
	p := d.Profile(table)
	wait := table.intern(bare("main.wait", 1))
	receives, selects := table.InState(wait, "chan receive"), table.InState(wait, "select")
	if p.Kind != Goroutine || p.Form != NoRuntime || p.Total(0) != 16 {
		t.Errorf("a %s profile of form %d with %d goroutines", p.Kind, p.Form, p.Total(0))
	}
	for stack, want := range map[StackID]int64{receives: 8, selects: 7, table.InState(NoStack, "running"): 1} {
		if got := p.StackTotal(stack, 0); got != want {
			t.Errorf("%d goroutines in %q, want %d", got, table.State(stack), want)
		}
	}
	told, ok := p.ToldOf([]StackID{receives})
	want := Told{Creators: []CreatorCount{{d.Groups[1].Creator, 6}, {d.Groups[0].Creator, 2}}, Least: 1, Most: 9}
	if !ok || !reflect.DeepEqual(told, want) {
		t.Errorf("it tells %+v, want %+v", told, want)
	}
	if both, _ := p.ToldOf([]StackID{receives, selects, wait}); len(both.Creators) != 2 || both.Creators[0].Count != 9 || both.Least != 0 {
		t.Errorf("of two stacks it tells %+v", both)
	}
	if told, ok := p.ToldOf([]StackID{wait}); ok {
		t.Errorf("of a stack that is not in it it tells %+v", told)
	}
	if leaked := d.Leaked(table); leaked.Column("goroutineleak") != 0 || leaked.Total(0) != 5 || leaked.Keys[0].Stack != receives {
		t.Errorf("leaked are %+v", leaked)
	}
	if leaked := (&GroupedDump{Groups: d.Groups[:1]}).Leaked(table); leaked != nil {
		t.Errorf("with no leaked goroutine it is %+v", leaked)
	}
}

func TestRestack(t *testing.T) {
	table := NewTable()
	p := groupedDump(table).Profile(table)
	merged := p.Restack(func(k Key) Key { return Key{Stack: table.Bare(k.Stack)} })
	wait := table.intern(bare("main.wait", 1))
	if len(merged.Keys) != 2 || merged.StackTotal(wait, 0) != 15 || merged.StackTotal(NoStack, 0) != 1 {
		t.Errorf("without states it is %v with %v", merged.Keys, merged.Values)
	}
	if told := merged.Told[wait]; len(told.Creators) != 2 || told.Creators[0].Count != 9 || told.Most != 9 {
		t.Errorf("it tells %+v", told)
	}
	if p.Total(0) != merged.Total(0) || len(p.Keys) != 4 {
		t.Error("the profile itself was changed")
	}
}
