package leak

import "strings"

// GrowingQueue is a queue that fills faster than it drains. Its claim has the
// value taken-out (ratio, of what is put in), where anything is.
const GrowingQueue Check = "growing-queue"

// growingQueue finds a mailbox that fills faster than it drains. What is put in
// is taken out again, only not all of it: some of what is allocated is freed,
// and still the rest only grows. A queue from which nothing is taken is known by
// its name, or by the list that it is made of.
func growingQueue() detector[*growth] {
	return detector[*growth]{
		check: GrowingQueue,
		finds: func(_ *scene, g *growth) bool {
			return g.drains() || g.named(queueWords()) || g.calls("container/list.(*List).PushBack", "container/list.(*List).PushFront")
		},
		claim: func(_ *scene, g *growth) Fact {
			var f Fact
			if freed, _ := g.freedShare(); g.drains() {
				f = f.With("taken-out", freed, Ratio)
			}
			return f
		},
		says: func(f Fact) string {
			if _, drains := f.Value("taken-out"); drains {
				return "a queue that fills faster than it drains: " + f.share("taken-out") + " of what is put in is taken out"
			}
			return "a queue that fills and does not drain"
		},
		facts:   (*scene).heapFacts,
		recheck: (*scene).heapRecheck,
		remedy: remedy{
			inGo:   "bound the queue (a channel with a capacity) and decide what happens when it is full: block, drop or refuse; or drain it faster",
			native: "bound the mailbox and decide what happens when it is full (try_send, backpressure, drop); or drain it faster",
		},
	}
}

func queueWords() []string {
	return []string{"queue", "mailbox", "outbox", "inbox", "backlog", "pending", "spool"}
}

// named reports whether the function that allocates, or its type, is named with
// one of the words.
func (g *growth) named(words []string) bool {
	name := strings.ToLower(shortName(g.site.where.Function))
	for _, word := range words {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
