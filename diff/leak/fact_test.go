package leak_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"leaktop/diff/leak"
)

// value and fact make examples.
func value(name string, n float64, unit leak.Unit) leak.Value { return leak.Value{name, n, unit} }

func fact(kind leak.FactKind, values ...leak.Value) leak.Fact {
	return leak.Fact{Kind: kind, Values: values}
}

// left is that a verdict was left.
func left(v leak.Verdict, why leak.Reason) leak.Fact {
	f := fact(leak.VerdictLeft)
	f.Words = []string{string(v), string(why)}
	f.Times = []time.Time{time.Date(2026, 3, 1, 12, 30, 5, 0, time.UTC)}
	return f
}

func claim(check leak.Check, values ...leak.Value) leak.Fact {
	return fact(leak.FactKind(check), values...)
}

// in is a fact with a function, by a fact with a handler, and word one with words.
func in(f leak.Fact, functions ...string) leak.Fact {
	f.Functions = functions
	return f
}

func by(f leak.Fact, handlers ...string) leak.Fact {
	f.Handlers = handlers
	return f
}

func word(f leak.Fact, words ...string) leak.Fact {
	f.Words = words
	return f
}

// waitedFor is a fact with what the runtime says of waits, in minutes.
func waitedFor(least, most, long, now float64) leak.Fact {
	return fact(leak.WaitedByRuntime, value("least", least*60, leak.Seconds), value("most", most*60, leak.Seconds),
		value("long", long, leak.Goroutines), value("now", now, leak.Goroutines))
}

// connected is a fact about peers: of each the address, how many connections, and the port.
func connected(peers ...any) leak.Fact {
	f := fact(leak.ConnectedWith)
	for i := 0; i < len(peers); i += 3 {
		f.Addresses = append(f.Addresses, peers[i].(string))
		f.Values = append(f.Values, value("connections", float64(peers[i+1].(int)), leak.Count), value("port", float64(peers[i+2].(int)), leak.Count))
	}
	return f
}

// held is a fact about who holds a lock, and how sure that is.
func held(p float64, words ...string) leak.Fact {
	f := in(fact(leak.LikelyHolder, value("p", p, leak.Probability)), "shop/stock.(*Ledger).audit")
	f.Words = words
	if slices.Contains(words, "as-long") {
		f.Values = append(f.Values, value("waited", 5612*60, leak.Seconds))
	}
	return f
}

type sentence struct {
	fact leak.Fact
	text string
}

// sentences are facts of every kind, in the words that they are told in.
func sentences() []sentence {
	const bytes, goroutines, seconds, ratio, count, objects = leak.Bytes, leak.Goroutines, leak.Seconds, leak.Ratio, leak.Count, leak.Objects
	span := value("span", 65, seconds)
	chance := func(p float64) leak.Value { return value("p", p, leak.Probability) }
	now := value("now", 1203, goroutines)
	one := value("now", 1, goroutines)
	ids := func(survived, before float64) leak.Fact {
		f := fact(leak.SameByID, value("survived", survived, goroutines), value("before", before, goroutines))
		f.Times = append(f.Times, noon)
		return f
	}
	came := fact(leak.ClientsCame)
	came.Times = append(came.Times, noon)
	return []sentence{
		{leak.Fact{}, ""},

		{fact(leak.RoseInSteps, value("rises", 13, count), value("steps", 13, count), span), "rose in 13 of 13 steps over 1m5s"},
		{fact(leak.RoseInSteps, value("rises", 1, count), value("steps", 1, count), span), "rose in 1 of 1 step over 1m5s"},
		{fact(leak.GrowthProbable, chance(0.93)), "growth, rather than coming and going around a level, is 93 % probable"},
		{fact(leak.GrowthProbable, chance(1)), "growth, rather than coming and going around a level, is over 99 % probable"},
		{fact(leak.SecondHalf, value("ratio", 0.98, ratio), value("low", -0.1, ratio), value("high", 1.1, ratio)), "the second half grew 0.98 (0.00 to 1.10) times as fast as the first"},
		{fact(leak.SecondHalf, value("ratio", 0.98, ratio)), "the second half grew 0.98 times as fast as the first"},
		{fact(leak.FreedOfAllocated, value("freed", 0, objects), value("allocated", 1640, objects)), "none of 1,640 objects allocated since the first snapshot was freed"},
		{fact(leak.FreedOfAllocated, value("freed", 1, objects), value("allocated", 1640, objects)), "1 of 1,640 objects allocated since the first snapshot was freed"},
		{fact(leak.FreedOfAllocated, value("freed", 12, objects), value("allocated", 1640, objects)), "12 of 1,640 objects allocated since the first snapshot were freed"},
		{fact(leak.FloorRose, value("from", 1<<20, bytes), value("to", 3<<20, bytes)), "the floor rose from 1.0 MiB to 3.0 MiB"},
		{fact(leak.GoalMoved, value("from", 24<<20, bytes), value("to", 41<<20, bytes), span), "the heap goal, which is not sampled, went from 24.0 MiB to 41.0 MiB in 1m5s"},
		{word(fact(leak.GoalMoved, value("from", 24<<20, bytes), value("to", 25<<20, bytes), span), "unmatched"), "the heap goal, which is not sampled, went from 24.0 MiB to 25.0 MiB in 1m5s: the process grew by much less than this, so the rest took the place of what was freed elsewhere"},
		{fact(leak.GivenBack, value("share", 0.12, ratio)), "12 % of it was given back after the load ended"},
		{fact(leak.LoadMoved, value("ratio", 1, ratio)), "the load was steady"},
		{fact(leak.LoadMoved, value("ratio", 1.5, ratio)), "meanwhile the load rose: the process allocated 1.5 times as much in the second half"},
		{fact(leak.LoadMoved, value("ratio", 0.5, ratio)), "meanwhile the load fell: the process allocated 0.5 times as much in the second half"},
		{fact(leak.OverPaths, value("paths", 16, count)), "over 16 paths"},

		{fact(leak.BecameMore, value("more", 64, goroutines), value("from", 20, goroutines), value("to", 84, goroutines), span), "64 more in 1m5s, from 20 to 84, and the number never fell"},
		{fact(leak.BecameMore, value("more", 64, goroutines), value("from", 20, goroutines), value("to", 84, goroutines), span, value("falls", 1, count)), "64 more in 1m5s, from 20 to 84, and the number fell once"},
		{fact(leak.BecameMore, value("more", 64, goroutines), value("from", 20, goroutines), value("to", 84, goroutines), span, value("falls", 3, count)), "64 more in 1m5s, from 20 to 84, and the number fell 3 times"},
		{fact(leak.NoneGone, span), "their number has not fallen for 1m5s"},
		{word(in(fact(leak.MetAt, value("waiting", 1200, goroutines), value("waiting", 3, goroutines)), "shop/orders.(*Desk).follow", "net.(*conn).Read"), "chan receive", "IO wait"),
			"seen 1,200 in orders.(*Desk).follow (chan receive), 3 in net.(*conn).Read (IO wait)"},
		{by(fact(leak.ServesHandler), "POST /orders"), "they serve requests for POST /orders"},
		{by(fact(leak.StartedByHandler), "POST /orders"), "started by POST /orders"},
		{by(fact(leak.LabelledByHandler), "POST /orders"), "labelled POST /orders"},
		{by(fact(leak.LikelyByHandler), "POST /orders"), "likely started by POST /orders, the only handler of their type"},
		{came, "more clients connected from 12:00:00 on"},
		{fact(leak.KeptForEach, value("each", 2.04, goroutines)), "2.0 goroutines are kept for each client, and grew in number with the clients"},
		{fact(leak.BodyAwaited), "they read the body of a request that a client of this server has stopped sending"},
		{fact(leak.HeapGrowsWithThem), "the heap allocated under the same functions grows with them"},
		{fact(leak.HoldsBySharedFunctions), "what they hold is an estimate: what was allocated under the same functions and is still live"},
		{ids(1, 1), "by its id, the goroutine that was there at 12:00:00 is still there"},
		{ids(0, 1), "by its id, the goroutine that was there at 12:00:00 is gone"},
		{ids(3, 3), "by their ids, all 3 goroutines that were there at 12:00:00 are still there"},
		{ids(2, 3), "by their ids, 2 of 3 goroutines that were there at 12:00:00 are still there"},
		{in(fact(leak.StartedIn), "shop/orders.(*Desk).Open"), "started in orders.(*Desk).Open"},
		{fact(leak.RuntimeProved, value("leaked", 1, goroutines)), "the runtime proved 1 goroutine leaked: nothing that still runs can wake it"},
		{fact(leak.RuntimeProved, value("leaked", 3, goroutines)), "the runtime proved 3 goroutines leaked: nothing that still runs can wake them"},

		{fact(leak.AllAsleep), "the runtime ended the program: all its goroutines were asleep, and none could wake another"},
		{waitedFor(5312, 5611, 300, 300), "by the runtime's count they have waited for at least 5,312 to 5,611 min (3.7 to 3.9 days), less the 2 min that may pass between two GCs (more with GOGC=off)"},
		{waitedFor(40, 40, 1, 1), "by the runtime's count they have waited for at least 40 min, less the 2 min that may pass between two GCs (more with GOGC=off)"},
		{waitedFor(0, 5611, 299, 300), "by the runtime's count they have waited for up to 5,611 min (3.9 days), and 299 of 300 for 15 or more, less the 2 min that may pass between two GCs (more with GOGC=off)"},
		{fact(leak.SameLock, value("waiting", 299, goroutines), value("of", 300, goroutines), value("address", 0xc000012345, count)), "299 of 300 wait for one lock, at 0xc000012345"},
		{fact(leak.SameLock, value("waiting", 1, goroutines), value("of", 2, goroutines), value("address", 0xc000012344, count)), "1 of 2 waits for a lock, at 0xc000012344"},
		{fact(leak.ManyLocks, value("locks", 2, count)), "they wait for 2 different locks"},
		{held(0.7, "select", "same-type"), "most likely held by stock.(*Ledger).audit (select): a method of the same type (70 %)"},
		{held(0.97, "select", "same-object", "as-long"), "very likely held by stock.(*Ledger).audit (select, 5,612 min): a method of the same object, and it has waited as long as the first of them (97 %)"},
		{held(0.3, "IO wait", "argument"), "perhaps held by stock.(*Ledger).audit (IO wait): which was given the same object (30 %)"},
		{held(0.99, "sleep", "once"), "very likely held by stock.(*Ledger).audit (sleep): which sync.Once runs (99 %)"},
		{held(0.4, "sleep", "same-package"), "perhaps held by stock.(*Ledger).audit (sleep): in the same package (40 %)"},
		{held(0.28, "sync.Mutex.Lock", "itself"), "perhaps held by stock.(*Ledger).audit of the same goroutine, which would wait for itself: a sync.Mutex cannot be locked again by its holder"},
		{held(0.28, "sync.Mutex.Lock", "again"), "perhaps held by stock.(*Ledger).audit (sync.Mutex.Lock), which waits for it itself: a sync.Mutex cannot be locked again by its holder"},
		{fact(leak.HolderUnknown), "its holder is unknown: no other stack is related to it; a holder that returned without unlocking leaves no trace"},
		{in(fact(leak.Circle), "shop/stock.(*Ledger).move", "shop/bank.(*Account).add"), "2 of them wait for each other in a circle, which never ends: stock.(*Ledger).move for one in bank.(*Account).add, and that for the first; take the locks in one order everywhere"},
		{fact(leak.FinalizersWait), "the runtime runs all finalizers one after another, so nothing that has one is freed until this one returns"},
		{in(fact(leak.BehindFinalizer), "shop/files.(*Handle).release"), "finalizers and cleanups do not run: the goroutine that runs them waits in files.(*Handle).release"},
		{fact(leak.ThreadEach), "each holds an OS thread, and a program can have 10,000 at most"},
		{fact(leak.DescriptorsRose, value("from", 12, count), value("to", 480, count), span), "the process went from 12 to 480 open file descriptors in 1m5s"},
		{fact(leak.DescriptorsAre, value("sockets", 400, count), value("pipes", 2, count), value("files", 70, count), value("others", 8, count)), "these are 400 sockets, 2 pipe ends, 70 files and 8 others"},
		{connected("10.0.0.7:5432", 380, 0, "10.0.0.8:6379", 4, 0), "connections that it opened: 380 with 10.0.0.7:5432, 4 with 10.0.0.8:6379"},
		{connected("10.0.0.9", 20, 8080), "connections that clients opened: 20 with 10.0.0.9 on port 8080"},
		{fact(leak.LimitNears, value("limit", 10_000, leak.Threads), value("left", 7200, seconds)), "the runtime ends the program at 10,000 threads, which it reaches in 2h at this rate"},
		{fact(leak.LimitNears, value("limit", 1024, leak.Descriptors)), "the process may have 1,024 descriptors open"},
		{fact(leak.ThreadsRose, value("from", 12, count), value("to", 480, count), span), "the process went from 12 to 480 threads in 1m5s"},

		{by(fact(leak.AllocatedMost, value("allocated", 2<<30, bytes), value("next", 1<<20, bytes), span), "GET /item"), "2.0 GiB in 1m5s, where GET /item allocated 1.0 MiB"},
		{fact(leak.ShareAtLine, value("share", 0.8, ratio)), "80 % of it at this line"},
		{fact(leak.FilesResident), "RSS also holds pages of files: of the program itself and of files that it maps; leaktop tells them apart when it runs on the same machine"},
		{word(fact(leak.OutsideRose, value("from", 1<<20, bytes), value("to", 3<<20, bytes), span), "RSS"), "RSS less what the runtime obtained and kept went from 1.0 MiB to 3.0 MiB in 1m5s"},
		{fact(leak.LastHalfShare, value("share", 0.5, ratio)), "50 % of that growth came in the second half of the time"},
		{fact(leak.StacksRose, value("from", 1<<20, bytes), value("to", 3<<20, bytes), span), "stack memory in use went from 1.0 MiB to 3.0 MiB in 1m5s"},
		{fact(leak.BeyondNextGC, value("share", 0.6, ratio), span), "at least 60 % of the heap in use was beyond the size at which the next GC starts, for 1m5s"},
		{fact(leak.AllocatedRose, value("from", 1<<20, bytes), value("to", 3<<20, bytes), span), "the lowest point of the allocated heap went from 1.0 MiB to 3.0 MiB in 1m5s"},
		{fact(leak.ProfileShows, value("shown", 100<<10, bytes), value("allocated", 369<<20, bytes)), "the heap profile shows 100.0 KiB of 369.0 MiB"},
		{fact(leak.IdleNotReturned, value("idle", 400<<20, bytes), value("in-use", 20<<20, bytes)),
			"400.0 MiB of the heap is idle and not returned to the system, besides 20.0 MiB in use: the system charges the process for it, and no profile shows it; the runtime returns it bit by bit, or at once with debug.FreeOSMemory()"},
		{fact(leak.WentFromTo, value("from", 1<<20, bytes), value("to", 3<<20, bytes), span), "from 1.0 MiB to 3.0 MiB in 1m5s"},
		{fact(leak.WentFromTo, value("from", 10, goroutines), value("to", 1300, goroutines), span), "from 10 to 1,300 in 1m5s"},
		{fact(leak.SamplingError, value("error", 1<<20, bytes)), "the sampling error is at most 1.0 MiB, 19 times out of 20"},
		{fact(leak.InBaseline), "known: it is in the baseline, and fails nothing"},

		{
			fact(leak.LeakOrFilling, value("leak", 0.42, leak.Probability), value("fills", 0.5, leak.Probability), value("neither", 0.08, leak.Probability)),
			"a leak: 42 %, something that fills up or ends: 50 %, no growth: 8 %",
		},
		{fact(leak.LevelledOff), "grew, and has levelled off"},
		{word(fact(leak.LevelledOff), string(leak.HasLevelled)), "grew, and has levelled off"},
		{word(fact(leak.LevelledOff), string(leak.GaveBack)), "grew, and was given back"},
		{word(fact(leak.LevelledOff), string(leak.ComesAndGoes)), "comes and goes, and does not grow after all"},
		{left(leak.Leak, leak.HasLevelled), "was LEAK until 12:30:05: growth has ended"},
		{left(leak.Leak, leak.LessLikely), "was LEAK until 12:30:05: it is less likely now: growth slows down"},
		{left(leak.Growing, leak.GaveBack), "was GROWING until 12:30:05: what had grown was given back"},
		{left(leak.Growing, leak.ComesAndGoes), "was GROWING until 12:30:05: it comes and goes around a level after all"},
		{fact(leak.NoLongerMore, now), "1,203 goroutines: the number grew, and has levelled off"},
		{fact(leak.ClientsIdle, now), "1,203 goroutines keep idle client connections open"},
		{claim(leak.ForgottenBody, now), "1,203 goroutines keep idle connections to servers open"},
		{in(claim(leak.ClientConnections, value("more", 60, count)), "shop/bus.(*Server).accept"), "60 more client connections, accepted in bus.(*Server).accept"},
		{in(claim(leak.ClientConnections, value("more", 60, count), value("holds-each", 64<<10, bytes)), "shop/bus.(*Server).accept"), "60 more client connections, accepted in bus.(*Server).accept, holding about 64.0 KiB each"},
		{claim(leak.ClientConnections, value("more", 1, count)), "1 more client connection"},
		{word(claim(leak.ClientConnections, value("more", 60, count)), "streams"), "60 more client streams"},
		{word(claim(leak.ForgottenBody, now), "unread"), "1,203 goroutines serve connections whose response body was never closed"},
		{claim(leak.LockWait, now), "1,203 goroutines wait for a lock that is not released"},
		{word(claim(leak.LockWait, now, value("least", 5312*60, seconds), value("most", 5611*60, seconds)), "one-lock"), "1,203 goroutines wait for one lock that is not released, for 3.7 to 3.9 days by the runtime"},
		{claim(leak.LockWait, one, value("least", 40*60, seconds), value("most", 40*60, seconds)), "1 goroutine waits for a lock that is not released, for 40m by the runtime"},
		{claim(leak.MissingTimeout, now), "1,203 goroutines wait for the other side of a connection, without a timeout"},
		{word(claim(leak.MissingTimeout, now), "database"), "1,203 goroutines wait for a database connection, without a timeout"},
		{word(claim(leak.MissingTimeout, now), "service"), "1,203 goroutines wait for another service to answer, without a timeout"},
		{word(claim(leak.MissingTimeout, now), "client"), "1,203 goroutines wait for a client of this server to send, without a timeout"},
		{word(claim(leak.MissingTimeout, now), "client-takes"), "1,203 goroutines wait for a client of this server to take its answer, without a timeout"},
		{word(claim(leak.BlockedFinalizer, one), "chan receive"), "1 goroutine runs a finalizer or cleanup that does not return (chan receive): nothing that has one is freed"},
		{word(claim(leak.BlockedFinalizer, value("now", 2, goroutines)), "chan receive"), "2 goroutines run finalizers or cleanups that do not return (chan receive): nothing that has one is freed"},
		{claim(leak.BlockedSyscall, now), "1,203 goroutines are in system or C calls that do not return, and hold a thread each"},
		{claim(leak.BlockedSyscall, one), "1 goroutine is in a system or C call that does not return, and holds a thread"},
		{claim(leak.AwaitsFinalizer), "objects that are not freed, likely because their finalizer does not run"},
		{claim(leak.BlockedSend, now, value("holds-each", 1<<20, bytes)), "1,203 goroutines send on a channel that nobody receives from, holding about 1.0 MiB each"},
		{claim(leak.ForgottenTicker, now), "1,203 goroutines keep polling, and nobody stops them"},
		{word(claim(leak.NeverEndingTask, now), "chan receive"), "1,203 goroutines never complete: they receive from a channel that nobody sends on"},
		{word(claim(leak.NeverEndingTask, now), "IO wait"), "1,203 goroutines never complete (IO wait)"},
		{word(claim(leak.BlockedReceive, now), "sync.Cond.Wait"), "1,203 goroutines wait for a condition that nobody signals"},
		{word(claim(leak.BlockedReceive, now), "finalizer wait"), "1,203 goroutines wait for what never comes (finalizer wait)"},
		{claim(leak.ForgottenBody, one), "1 goroutine keeps an idle connection to a server open"},
		{claim(leak.LockWait, one), "1 goroutine waits for a lock that is not released"},
		{claim(leak.MissingTimeout, one), "1 goroutine waits for the other side of a connection, without a timeout"},
		{claim(leak.BlockedSend, one), "1 goroutine sends on a channel that nobody receives from"},
		{claim(leak.ForgottenTicker, one), "1 goroutine keeps polling, and nobody stops it"},
		{word(claim(leak.NeverEndingTask, one), "select"), "1 goroutine never completes: no case of its select is ready"},
		{word(claim(leak.BlockedReceive, one), "select"), "1 goroutine waits in a select with no ready case"},
		{claim(leak.GrowingQueue), "a queue that fills and does not drain"},
		{claim(leak.GrowingQueue, value("taken-out", 0.4, ratio)), "a queue that fills faster than it drains: 40 % of what is put in is taken out"},
		{claim(leak.Subslice, value("size", 64<<10, bytes)), "buffers of 64.0 KiB that were read into are kept whole, perhaps for a small part of each"},
		{claim(leak.StateKept), "state that is kept, and grows"},
		{claim(leak.StateKept, value("freed", 0, ratio)), "state that is kept, never freed"},
		{word(claim(leak.StateKept, value("freed", 0.2, ratio)), "across-requests", "may-fill"), "state kept across requests, 20 % of it freed; may still be filling up"},
		{claim(leak.HandlerAllocation, value("per-second", 64<<20, bytes), value("times", 12, ratio), value("share", 0.9, ratio)), "one handler allocates 64.0 MiB/s, 12 times as much as the next: 90 % of all"},
		{claim(leak.OffHeap, value("now", 187<<20, bytes)), "memory outside the Go heap grows: 187.0 MiB that the Go runtime does not know of"},
		{claim(leak.GoroutineStacks, value("goroutines", 100, goroutines), value("each", 64<<10, bytes)), "the stacks of 100 goroutines grow, to 64.0 KiB each on average"},
		{claim(leak.Fragmentation, value("now", 64<<20, bytes)), "the heap is fragmented: 64.0 MiB of spans in use hold nothing"},
		{claim(leak.ThreadLeak, value("now", 480, leak.Threads)), "there are ever more threads: 480 OS threads"},
		{claim(leak.DescriptorLeak, value("now", 480, leak.Descriptors)), "ever more files, sockets or pipes are left open: 480 descriptors"},
		{claim(leak.UnattributedGrowth, value("now", 369<<20, bytes)), "the Go heap grows, and its profile does not show where: 369.0 MiB is allocated after a GC"},
		{claim(leak.HeapGrowth, value("grew", 20<<20, bytes), value("beyond", 1<<20, bytes), value("limit", 19<<20, bytes)), "the live heap grew by 20.0 MiB, 1.0 MiB more than the limit of 19.0 MiB"},
		{claim(leak.GoroutineGrowth, value("grew", 35, goroutines), value("beyond", 1, goroutines), value("limit", 34, goroutines)), "the number of goroutines grew by 35, 1 more than the limit of 34"},

		{fact(leak.WatchWhetherItGoesOn, value("left", 150.2, seconds)), "watch for 2m30s more: a leak goes on, something that fills up does not"},
		{fact(leak.WatchForAsLongAgain), "watch for as long again, or end the load and see whether it is given back"},
		{fact(leak.WatchWhetherTheyLevelOff), "watch for longer: their number may yet level off"},
		{fact(leak.CompareWithClients), "see whether the number of clients grows as well"},
	}
}

func TestFactTexts(t *testing.T) {
	for _, s := range sentences() {
		if got := s.fact.Text(); got != s.text {
			t.Errorf("%s\ngot  %q\nwant %q", s.fact.Kind, got, s.text)
		}
	}
}

// No kind of fact, and no claim of a check, is without a sentence: what is
// declared is looked up in the source.
func TestEveryKindHasASentence(t *testing.T) {
	told := make(map[string]bool)
	for _, s := range sentences() {
		told[string(s.fact.Kind)] = s.text != ""
	}
	kinds := slices.Concat(constants(t, "FactKind"), constants(t, "Check"))
	if len(kinds) < 40 {
		t.Fatalf("only %d kinds were found: %q", len(kinds), kinds)
	}
	for _, kind := range kinds {
		if !told[kind] {
			t.Errorf("%s has no sentence among the examples", kind)
		}
	}
}

// constants are the values of the package's constants of a type.
func constants(t *testing.T, named string) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != named {
				return true
			}
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, text)
			}
			return true
		})
	}
	return out
}

// A renamed fact tells the same without any name of the program or address, and the one
// that it was made of is what it was.
func TestRenamed(t *testing.T) {
	rename := func(string) string { return "x.y" }
	for _, s := range sentences() {
		names := slices.Concat(s.fact.Functions, s.fact.Handlers, s.fact.Addresses)
		renamed := s.fact.Renamed(rename, rename).Text()
		if s.fact.Text() != s.text {
			t.Errorf("%s was changed by a copy of it", s.fact.Kind)
		}
		if (renamed == s.text) != (len(names) == 0) {
			t.Errorf("%s with the names %q became %q", s.fact.Kind, names, renamed)
		}
		for _, name := range names {
			if short := name[strings.LastIndexByte(name, '/')+1:]; strings.Contains(renamed, short) {
				t.Errorf("%s still holds %s: %q", s.fact.Kind, short, renamed)
			}
		}
	}
}

// What is no number is not known.
func TestFactWithoutNumber(t *testing.T) {
	f := leak.Fact{Kind: leak.SecondHalf}.With("ratio", 1, leak.Ratio).With("low", math.Inf(-1), leak.Ratio).With("high", math.NaN(), leak.Ratio)
	if _, known := f.Value("low"); known || len(f.Values) != 1 {
		t.Errorf("the values are %+v", f.Values)
	}
	// Two facts that go on from one do not write over each other.
	base := leak.Fact{Kind: leak.BecameMore}.With("more", 1, leak.Goroutines).With("from", 2, leak.Goroutines)
	one, two := base.With("to", 3, leak.Goroutines), base.With("to", 4, leak.Goroutines)
	if a, _ := one.Value("to"); a != 3 {
		t.Errorf("one became %+v beside %+v", one, two)
	}
}
