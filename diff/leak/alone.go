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
		return "the two are of different processes, which have no trend in common; compare two of one process, or " + watchIt
	case r.heap != nil && r.heap.Heap.Columns().LiveBytes < 0:
		return "a leak of memory shows in the bytes in use, which such a profile does not tell; give a heap profile, or " + watchIt
	case r.heap != nil && notSampled(r.heap) != "":
		return notSampled(r.heap) + "; run it with the default rate, or " + watchIt
	case r.heap != nil && two:
		return "two heap profiles tell what differs, but not whether it goes on; " + watchIt
	case r.heap != nil:
		return "one heap profile tells what is held, but not what grows; compare it with a later one of the same process (leaktop diff), or " + watchIt
	case r.goroutines == nil:
		return "there is neither a heap profile nor a list of goroutines in it" + why(r.missing)
	case r.goroutines.Goroutines.Told == nil && two:
		return "two goroutine profiles tell of how many there are more, but not for how long they wait or whether more come; take full dumps (goroutine?debug=2), or " + watchIt
	case r.goroutines.Goroutines.Told == nil:
		return "one goroutine profile tells neither for how long goroutines wait nor whether more come; take a full dump (goroutine?debug=2), or " + watchIt
	case two:
		return "nothing in the two dumps waits for long where nobody idles, and they do not tell whether more goroutines go on to come; " + watchIt
	}
	return "nothing in the dump waits for long where nobody idles, and one dump does not tell whether there are ever more goroutines; compare it with a later one of the same process (leaktop diff), or " + watchIt
}
