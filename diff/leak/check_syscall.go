package leak

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// BlockedSyscall is goroutines in system calls or calls of C that do not return.
// Its claim has the value now (goroutines).
const BlockedSyscall Check = "blocked-syscall"

// blockedSyscall finds goroutines that do not come back from the kernel or from
// C. Other waits cost some KiB; such a call keeps a thread of the operating
// system, and a program has 10,000 at the most.
func blockedSyscall() detector[*task] {
	return detector[*task]{
		check: BlockedSyscall,
		finds: func(_ *scene, t *task) bool { return t.state() == diff.Syscall },
		claim: func(_ *scene, t *task) Fact { return t.claim() },
		says: func(f Fact) string {
			return f.those("is in a system or C call that does not return, and holds a thread",
				"are in system or C calls that do not return, and hold a thread each")
		},
		facts: func(s *scene, t *task) []Fact {
			out := []Fact{{Kind: ThreadEach}}
			if b, ok := s.curves.bin(s.from, vital(snapshot.Threads)); ok {
				out = append(out, Fact{Kind: ThreadsRose}.With("from", b.medians[0], Count).With("to", b.medians[bins-1], Count).lasting(b.span))
				if b.growth() > 0 {
					out = append(out, (&rising{curve: b, unit: Threads}).limitNears(maxGoThreads))
				}
			}
			return append(out, s.taskFacts(t)...)
		},
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   inSyscall,
			native: "bound how many threads block at a time, and give the call a timeout, or close what it waits for",
		},
	}
}
