//go:build unix

package sampler

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

var harmless = flag.Duration("harmless", 0, "measure what watching at the defaults costs targets of two kinds for so long, beside equal ones that nobody watches")

// spending is what a heavy target spent since it was last asked.
type spending struct {
	CPU     time.Duration
	Garbage uint64
	GCs     uint64
	Stop    time.Duration  // the longest stop of the world
	Asked   map[string]int // requests by URI
}

// heavy is a target that is dear to watch.
type heavy struct {
	name string
	args []string
}

func heavyTargets() []heavy {
	return []heavy{
		{"20k heap records", []string{"-records", "20000"}},
		{"100k goroutines", []string{"-goroutines", "100000"}},
	}
}

// buildHeavy builds the program and returns its path.
func buildHeavy(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "heavy")
	if out, err := exec.Command("go", "build", "-o", exe, "./testdata/heavy").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return exe
}

// start starts one and returns it once it has all that makes it dear.
func (h heavy) start(t *testing.T, exe string) *child {
	t.Helper()
	return startCommand(t, exec.Command(exe, h.args...))
}

// spent asks a heavy target what it spent since it was last asked.
func (c *child) spent(t *testing.T) (s spending) {
	t.Helper()
	response, err := http.Get("http://" + c.address + "/spent")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// atDefaults watches a target as leaktop does where no flag says otherwise.
func atDefaults(t *testing.T, c *child) *live {
	return watchLive(t, c.address, func(cfg *Config) { cfg.Every = 15 * time.Second })
}

// What attaching and the first snapshot ask of real targets, how much garbage
// that makes there, and how soon it is done again. None of it depends on how
// busy the machine is.
func TestHarmless(t *testing.T) {
	t.Parallel()
	exe := buildHeavy(t)
	for _, target := range []struct {
		heavy
		garbage uint64        // at most
		every   time.Duration // at least
	}{
		// Two profiles of 1.25 MB; and each record is copied before it is written.
		{heavyTargets()[0], 2*fetchGarbage + 20_000*600, 15 * time.Second},
		{heavyTargets()[1], 2*fetchGarbage + 100_000*garbagePerGoroutine*3/2, costRatio * 100_000 * cpuPerGoroutine},
	} {
		t.Run(target.name, func(t *testing.T) {
			t.Parallel()
			c := target.start(t, exe)
			c.spent(t)
			l := atDefaults(t, c)
			await(l, "a whole snapshot", whole(0))
			schedule := await(l, "what comes next", func(snapshot.Scheduled) bool { return true })
			await(l, "another point of the curves", func(snapshot.VitalsTaken) bool { return true })
			l.end()
			s := c.spent(t)

			points := s.Asked[pathVars]
			want := map[string]int{pathIndex: s.Asked[pathIndex], pathCmdline: 1, pathMetrics: 1,
				pathVars: points, pathHeap: 1, pathGoroutine: 1}
			if !maps.Equal(s.Asked, want) || s.Asked[pathIndex] > 2 {
				t.Errorf("it was asked for %v, want the index, the program's name, the profiles once, and the curves", s.Asked)
			}
			if limit := target.garbage + 500_000*uint64(points); s.Garbage > limit {
				t.Errorf("that left %d bytes of garbage, want at most %d", s.Garbage, limit)
			}
			if floor := max(target.every, costRatio*schedule.Cost.Latency); schedule.Actual < floor || (schedule.Slowed == "") != (schedule.Actual == 15*time.Second) {
				t.Errorf("the next snapshot comes after %s (%q), want %s at least", schedule.Actual, schedule.Slowed, floor)
			}
			t.Logf("%+v; next after %s", s, schedule.Actual)
		})
	}
}

// TestHarmlessMeasured makes the table of the README: each target runs twice,
// side by side, and one of the two is watched. Give -timeout more than twice as long.
func TestHarmlessMeasured(t *testing.T) {
	if *harmless == 0 {
		t.Skip("it takes minutes; -harmless 10m makes it run for ten")
	}
	exe := buildHeavy(t)
	for _, target := range heavyTargets() {
		// One after the other: they would stop each other's world.
		t.Run(target.name, func(t *testing.T) {
			watched, alone := target.start(t, exe), target.start(t, exe)
			watched.spent(t)
			alone.spent(t)
			begun := time.Now()
			l := atDefaults(t, watched)
			var last snapshot.Scheduled
			snapshots, end := 0, time.After(*harmless)
			for running := true; running; {
				select {
				case e := <-l.events:
					switch e := e.(type) {
					case snapshot.Scheduled:
						last = e
					case snapshot.Taken:
						snapshots++
						if e.Snapshot.Missing != nil {
							t.Errorf("missing: %q", e.Snapshot.Missing)
						}
					}
				case <-end:
					running = false
				}
			}
			l.end()
			took := time.Since(begun).Seconds()
			with, without := watched.spent(t), alone.spent(t)

			share := (with.CPU - without.CPU).Seconds() / took
			beside := func(figure func(spending) string) string { return figure(with) + " / " + figure(without) }
			t.Logf("\n| target | snapshots | CPU, watched / alone | watching | garbage | GCs | longest stop of the world |\n|---|---|---|---|---|---|---|\n| %s | %d, one each %s | %s | %.2f %% of a core | %s | %s | %s |\n%d requests, under way for %.2f %% of %.0f s: %v\n%s",
				target.name, snapshots, last.Actual, beside(func(s spending) string { return fmt.Sprintf("%.2f s", s.CPU.Seconds()) }), 100*share,
				beside(func(s spending) string { return fmt.Sprintf("%.1f MB/s", float64(s.Garbage)/took/1e6) }),
				beside(func(s spending) string { return fmt.Sprint(s.GCs) }),
				beside(func(s spending) string { return s.Stop.Round(10 * time.Microsecond).String() }),
				last.Cost.Requests, 100*last.Cost.Share(), took, with.Asked, last.Slowed)
			if share > 0.01 {
				t.Errorf("watching took %.2f %% of a core, want at most 1", 100*share)
			}
			if limit := max(10*time.Millisecond, without.Stop); with.Stop > limit {
				t.Errorf("the world was stopped for %s, want at most %s", with.Stop, limit)
			}
			if with.Asked[pathDump]+with.Asked[pathHeapGC]+with.Asked[pathTrailer]+with.Asked[pathLeak] > 0 {
				t.Errorf("it was asked for what nobody allowed: %v", with.Asked)
			}
		})
	}
}
