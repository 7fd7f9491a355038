package tui

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// outside is a base that is no snapshot of the run: one from a file.
type outside struct {
	name  string
	entry *snapshot.Entry
	shot  *snapshot.Snapshot
}

// newOutside is the base that the program was given, nil for none.
func newOutside(cfg Config) *outside {
	if cfg.Base == nil {
		return nil
	}
	shot := *cfg.Base.Snapshot
	shot.Seq = 0 // none of the run's
	h := snapshot.NewHistory(cfg.Table)
	h.Apply(snapshot.Taken{Snapshot: &shot})
	return &outside{name: cfg.Base.Name, entry: h.Newest(), shot: &shot}
}

// compare lays a profile beside the one of the same kind from elsewhere. A
// dump and a profile are compared at the level that both tell.
func (o *outside) compare(t *snapshot.Table, kind snapshot.Kind, current *snapshot.Profile) *diff.Comparison {
	base := o.shot.Profile(kind)
	if base != nil && current != nil && base.Form != current.Form {
		base, current = diff.Alike(t, base, current)
	}
	return diff.Compare(t, base, current)
}

// nameOf is what a snapshot is called: "#5", or its file.
func (d *data) nameOf(s *snapshot.Entry) string {
	if d.outside != nil && s == d.outside.entry {
		return d.outside.name
	}
	return "#" + itoa(s.Seq)
}

// firstBase is what is compared with where the user chose no base.
func (d *data) firstBase() string {
	if d.outside != nil {
		return d.outside.name
	}
	return "the first snapshot of the run"
}

// baseName is what the base of a comparison is called.
func (c pair) baseName() string {
	if c.outside != nil {
		return c.outside.name
	}
	return "#" + itoa(c.base.Seq)
}

// elapsed is the time over which what is compared changed; not positive where
// there is none to speak of, as between a run and what was seen elsewhere.
func (c pair) elapsed() time.Duration {
	if c.outside != nil || c.from.IsZero() || c.to.IsZero() {
		return 0
	}
	return c.to.Sub(c.from)
}

// seen notes that something was seen at a time.
func (d *data) seen(at time.Time) {
	if at.IsZero() {
		return
	}
	if d.firstSeen.IsZero() || at.Before(d.firstSeen) {
		d.firstSeen = at
	}
	if at.After(d.lastSeen) {
		d.lastSeen = at
	}
}
