package leak

// watchIt is what tells more than files do.
const watchIt = "watch the process with leaktop check"

// aloneLacks says in a clause what one or two files do not tell, which nobody can
// watch for longer.
func (j *Judge) aloneLacks() string {
	r := &j.run
	two := r.snapshots > 1
	switch {
	case j.snapshots.Whole() > r.snapshots:
		return "the two are from different processes, which have no trend in common; compare two from one process, or " + watchIt
	case r.heap != nil && r.heap.Heap.Columns().LiveBytes < 0:
		return "a memory leak shows in inuse_space, which this profile does not have; give a heap profile, or " + watchIt
	case r.heap != nil && notSampled(r.heap) != "":
		return notSampled(r.heap) + "; run it with the default rate, or " + watchIt
	case r.heap != nil && two:
		return "two heap profiles show what differs, but not whether it goes on; " + watchIt
	case r.heap != nil:
		return "one heap profile shows what is held, but not what grows; compare it with a later one of the same process (leaktop diff), or " + watchIt
	case r.goroutines == nil:
		return "it has neither a heap profile nor a list of goroutines" + why(r.missing)
	case r.goroutines.Goroutines.Told == nil && two:
		return "two goroutine profiles show how many more there are, but not how long they wait or whether more will come; take full dumps (goroutine?debug=2), or " + watchIt
	case r.goroutines.Goroutines.Told == nil:
		return "one goroutine profile shows neither how long goroutines wait nor whether more will come; take a full dump (goroutine?debug=2), or " + watchIt
	case two:
		return "nothing in the two dumps has waited long where goroutines do not idle, and they do not show whether more keep coming; " + watchIt
	}
	return "nothing in the dump has waited long where goroutines do not idle, and one dump does not show whether more keep coming; compare it with a later one of the same process (leaktop diff), or " + watchIt
}
