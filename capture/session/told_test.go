package session

import (
	"reflect"
	"testing"

	"leaktop/capture/snapshot"
)

// What a full dump says of a profile comes back as it was written.
func TestToldIsReadAsWritten(t *testing.T) {
	told := map[snapshot.StackID]snapshot.Told{
		3: {Creators: []snapshot.CreatorCount{{Creator: 7, Count: 299}, {Count: 1}}, Least: 5312, Most: 5611, Long: 299,
			Locks: []snapshot.LockCount{{Address: 0xc000012345, Count: 298, Most: 5611}, {Address: 0xc000098765, Count: 1, Most: 2}}, Locked: 4},
		9: {Creators: []snapshot.CreatorCount{{Creator: 8, Count: 1}}},
	}
	var p payload
	p.form(&snapshot.Profile{Form: snapshot.NoRuntime, Told: told})
	p.told(told)
	in := parser{b: p}
	form, has := in.form()
	if got := in.told(has); form != snapshot.NoRuntime || !reflect.DeepEqual(got, told) || in.bad || len(in.b) > 0 {
		t.Errorf("form %d, and %+v, want %+v", form, got, told)
	}
}

// Files of earlier versions told neither how long each lock was waited for nor
// who is locked to a thread.
func TestToldOfEarlierFiles(t *testing.T) {
	for name, c := range map[string]struct {
		form  uint64
		write func(*payload)
		want  snapshot.Told
	}{
		"without waits": {uint64(snapshot.NoRuntime), func(*payload) {}, snapshot.Told{Least: 1, Most: 2}},
		"without threads": {uint64(snapshot.NoRuntime) | withWaits, func(p *payload) {
			p.int(5)
			p.uint(1)
			p.uint(0xc000012345)
			p.int(4)
		}, snapshot.Told{Least: 1, Most: 2, Long: 5, Locks: []snapshot.LockCount{{Address: 0xc000012345, Count: 4}}}},
	} {
		var p payload
		p.uint(c.form)
		p.uint(1) // stack
		p.uint(3)
		p.int(1)
		p.int(2)
		p.uint(0) // creators
		c.write(&p)
		in := parser{b: p}
		_, has := in.form()
		if got := in.told(has); !reflect.DeepEqual(got, map[snapshot.StackID]snapshot.Told{3: c.want}) || in.bad || len(in.b) > 0 {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
