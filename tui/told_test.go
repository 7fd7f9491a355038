package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
)

// reported is a goroutine profile or dump of those that cmd/leaktop/testdata/reports
// describes.
func reported(t testing.TB, table *snapshot.Table, name string) *snapshot.Profile {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "cmd", "leaktop", "testdata", "reports", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := decode.File(f, decode.Source{Name: name, Length: -1}, table, decode.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if content.Dump != nil {
		return content.Dump.Profile(table)
	}
	return content.Profile
}

// of returns a program that is told one snapshot for each file, on its Goroutines
// screen.
func of(t testing.TB, width, height int, names ...string) *program {
	t.Helper()
	p := newProgram(t)
	p.resize(width, height)
	p.tell(p.story.attached())
	for i, name := range names {
		p.tell(snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: i + 1, Time: noon.Add(time.Duration(i) * storyEvery), Goroutines: reported(t, p.story.table, name)}})
	}
	p.Model.notice = notice{}
	return p.press("3")
}

// What a dump tells is seen at every size, and no state is cut.
func TestScreensOfADump(t *testing.T) {
	for _, name := range []string{"hung.txt.gz", "own.locks.txt.gz", "own.waits.txt.gz"} {
		for _, size := range [][2]int{{120, 32}, {80, 24}, {60, 20}} {
			for _, at := range []struct{ name, keys string }{{"list", ""}, {"states", "v"}, {"detail", "o enter"}, {"words", "o enter enter"}} {
				t.Run(fmt.Sprintf("%s/%dx%d/%s", name, size[0], size[1], at.name), func(t *testing.T) {
					p := of(t, size[0], size[1], name)
					golden.RequireEqual(t, picture(p.press(strings.Fields(at.keys)...)))
				})
			}
		}
	}
}

func TestReportedWaitAndStarterOnScreen(t *testing.T) {
	for _, width := range []int{80, 120} {
		p := of(t, width, 24, "hung.txt.gz")
		p.want("wait", "3d16h–3d21h", "started by", "sync.Mutex.Lock ").wantNot("sync.Mutex.…", "labels", "seen for", "per min")
	}
	p := of(t, 60, 20, "hung.txt.gz")
	p.want("3d21h", "sync.Mutex.Lock ")
	p = of(t, 120, 32, "hung.txt.gz").press("enter")
	p.want("300 goroutines, sync.Mutex.Lock", "reported: 3d16h to 3d21h", "started by http.(*Server).Serve server.go:3454", "each has one waiter", "0xc000000064 1 waiter, 3d21h")
	p = of(t, 120, 32, "plain.b.txt", "plain.c.txt.gz")
	p.want("+37", "2m–8m", "stock.Start", "+5", "bill.Run")
	// The cheap profile tells none of it, and says nothing in its place.
	told(t, 200, 32).press("3").wantNot("started by", "wait, #")
}

// Who waits for one lock is added up over groups, and what the runtime has a
// goroutine for stands beside its state.
func TestLocksAndThreadsOnScreen(t *testing.T) {
	p := of(t, 120, 32, "own.locks.txt.gz")
	p.want("syscall, locked to thread", "select (no cases), finalizer", "sync.RWMutex.RLock")
	p.press("/").enter("total").press("enter", "enter").want("5 goroutines, sync.Mutex.Lock", "Locks 0xbc3de5ae0f0 5 of 17 waiters, longest 3m")
	p.press("enter").want("What the dump says about 5 goroutines", "5 by main.main", "0xbc3de5ae0f0 5 of 17 waiters")
	p = of(t, 120, 32, "own.locks.txt.gz").press("/").enter("state:syscall").press("enter", "enter")
	p.want("3 goroutines, syscall, locked to thread").press("enter").want("3 of them locked to threads")
}

func TestFilterByWhatADumpTells(t *testing.T) {
	for filter, c := range map[string]struct{ shown, names string }{
		"wait>10m":                  {"shown 5 groups with 445", "serve post total rename waitForSignal"},
		"wait>=1d23h":               {"shown 1 group with 15", "post"},
		"wait<5m":                   {"shown 4 groups with 5", "hold read release write"},
		"wait>10m !state:mutex":     {"shown 2 groups with 423", "serve waitForSignal"},
		"state:thread":              {"shown 1 group with 3", "waitForSignal"},
		"state:finalizer":           {"shown 1 group with 1", "release"},
		`state:"chan receive"`:      {"shown 2 groups with 422", "hold serve"},
		"starter:serve":             {"shown 1 group with 420", "serve"},
		"starter:main.go:76":        {"shown 1 group with 15", "post"},
		"wait>10m ledger starter:.": {"shown 3 groups with 22", "post total rename"},
	} {
		p := of(t, 120, 32, "own.waits.txt.gz").press("/").enter(filter).press("enter").want(c.shown, "filter "+filter)
		for _, name := range strings.Fields(c.names) {
			p.want(name)
		}
	}
	for filter, fault := range map[string]string{
		"wait>10": "write wait>10m or wait<2d", "wiat>10m": "no wiat here, but wait, seen", "state:": "write what state: must hold", "state>1": "write state:WORDS",
	} {
		for _, width := range []int{60, 80, 120} {
			if p := of(t, width, 24, "own.waits.txt.gz").press("/").enter(filter); !strings.Contains(p.footer(), fault) {
				t.Errorf("of %q at %d columns is said: %s", filter, width, p.footer())
			}
		}
	}
	for _, width := range []int{60, 80, 120} {
		of(t, width, 24, "own.waits.txt.gz").press("/").want("wait>10m, state:chan")
	}
	told(t, 120, 32).press("3", "?").want("wait>10m", "state:chan")
	// A screen whose rows have no waits says so.
	if p := told(t, 120, 32).press("2", "/").enter("wait>10m"); !strings.Contains(p.footer(), "no wait to compare here") {
		t.Errorf("on the Heap screen is said: %s", p.footer())
	}
}

func TestSortByWait(t *testing.T) {
	p := of(t, 120, 32, "own.waits.txt.gz")
	for range 3 {
		p.press("o")
	}
	p.want("↓ wait")
	if got := p.lines()[bodyTop+goroutinesTop+1]; !strings.Contains(got, "post") {
		t.Errorf("the first by wait is %q", got)
	}
	if got := of(t, 120, 32, "own.waits.txt.gz").press("v").line("syscall"); !strings.Contains(got, "45m") {
		t.Errorf("by state it reads %q", got)
	}
}

// A dump that was asked for tells the same of the cheap profile's groups, and of
// which snapshot it is once that is not the newest.
func TestWaitsOfAFullDump(t *testing.T) {
	p := told(t, 200, 32).press("3").wantNot("started by")
	p.tell(p.story.dumped(68))
	p.want("<1m–2m", "started by", "api.(*Server).Create +1")
	p.tell(p.story.taken(10))
	p.want("wait, #9", "<1m–2m")
	p.press("/").enter("wait>1m starter:notify").press("enter").want("shown 1 group")
}

func TestLabelsByKeyAndValue(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := of(t, width, 24, "lab.b.pb.gz", "lab.c.pb.gz").press("v", "v", "v")
		p.want("by label", "route=/feed", "[+] request_id: 520 values", "no labels").wantNot("request_id=r")
		if l := p.line("route=/feed"); !strings.Contains(l, "520") || !strings.Contains(l, "+500") {
			t.Errorf("at %d columns the route reads %q", width, l)
		}
		p.press("down", "enter").want("[-] request_id: 520 values", "request_id=r100", "in 523 labels")
		p.press("enter").wantNot("request_id=r100").want("[+] request_id")
		p.press("up", "enter").want("by entry function", `filter label:"^route=/feed$"`, "main.wait")
	}
	p := of(t, 120, 24, "lab.b.pb.gz", "lab.c.pb.gz").press("v", "v", "v", "v")
	p.want("by set of labels", "in 521 sets").wantNot("520 values")
	p.press("v", "enter").want("labels route=/feed  request_id: 520 values")

	p = of(t, 120, 24, "own.before.pb.gz", "own.after.pb.gz").press("v", "v", "v")
	p.want("336         +320", "84          +80", "route=/cart", "[+] tenant: 40 values", "[+] job: 400 values")
	p.press("v", "v")
	p.resize(200, 24)
	p.want("route=/cart, /feed")
	p.press("/").enter("label:tenant=t7$").press("enter").want("shown 1 group with 420")
}
