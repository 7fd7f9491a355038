package snapshot

import "strings"

// Columns says which columns of a profile play which part. An index is -1
// where the profile has no such column.
type Columns struct {
	LiveBytes, LiveObjects   int
	AllocBytes, AllocObjects int
}

// Columns picks the columns by name, so that the heap profile of any language
// works: live bytes are "inuse_space", else "space", else another type in bytes
// that does not start with "alloc" or "total"; live objects are the count type
// of the same prefix ("inuse_objects", "objects"). A profile that has only
// alloc_* columns is cumulative, and its live columns are -1.
func (p *Profile) Columns() Columns {
	c := Columns{LiveBytes: -1, LiveObjects: -1, AllocBytes: p.Column("alloc_space"), AllocObjects: p.Column("alloc_objects")}
	for _, name := range []string{"inuse_space", "space"} {
		if c.LiveBytes < 0 {
			c.LiveBytes = p.Column(name)
		}
	}
	for i, t := range p.Types {
		if c.LiveBytes < 0 && t.Unit == "bytes" &&
			!strings.HasPrefix(t.Name, "alloc") && !strings.HasPrefix(t.Name, "total") {
			c.LiveBytes = i
		}
	}
	if c.LiveBytes >= 0 {
		prefix, _ := strings.CutSuffix(p.Types[c.LiveBytes].Name, "space")
		c.LiveObjects = p.Column(prefix + "objects")
	}
	return c
}

// Order returns every column, the most telling first: live bytes, live
// objects, allocated bytes, allocated objects, then the others as they stand.
func (p *Profile) Order() []int {
	c := p.Columns()
	var order []int
	used := make([]bool, len(p.Types))
	for _, i := range []int{c.LiveBytes, c.LiveObjects, c.AllocBytes, c.AllocObjects} {
		if i >= 0 && !used[i] {
			order, used[i] = append(order, i), true
		}
	}
	for i := range p.Types {
		if !used[i] {
			order = append(order, i)
		}
	}
	return order
}
