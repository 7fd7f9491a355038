//go:build linux && !race

package decode

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"leaktop/capture/snapshot"
)

// maxPeak is what the program may take at its peak, in KiB.
const maxPeak = 900_000

// worst makes profiles that come as near to the bounds as they can without
// being refused before they are parsed, of the two shapes that take most. The
// others of [hostile] stay under half of that.
var worst = map[string]func() []byte{
	"stacks": func() []byte { return deepStacks(maxWalk / 100 * 97) },
	"names":  func() []byte { return fill(hostile["dirty names"]) },
}

// fill makes a profile whose estimate is just under the bound.
func fill(shape func(n int) []byte) []byte {
	s, err := surveyProto(shape(20_000), 0)
	if err != nil {
		panic(err)
	}
	return shape(20_000 * (maxCost / 100 * 97) / s.cost)
}

// deepStacks makes about n frames in stacks of 1,000 that share nothing.
func deepStacks(n int) []byte {
	const depth, locations = 1000, 120
	rng := rand.New(rand.NewPCG(1, 2))
	samples := numbered(2, n/depth, func(uint64) []byte {
		stack := make([]byte, depth)
		for i := range stack {
			stack[i] = byte(1 + rng.IntN(locations))
		}
		return join(message(1, stack...), varint(2, 1))
	})
	return join(message(1), message(6), samples,
		numbered(4, locations, func(i uint64) []byte { return join(varint(1, i), varint(3, i)) }))
}

// TestPeakMemory decodes the worst inputs twice over, as a diff does, each in a
// process of its own, and looks at the most that it ever took.
func TestPeakMemory(t *testing.T) {
	const shapeVar = "LEAKTOP_TEST_SHAPE"
	if shape := os.Getenv(shapeVar); shape != "" {
		data, table := gzipped(t, worst[shape]()), snapshot.NewTable()
		base, err := Profile(data, "base", table, DefaultLimits())
		t.Log(err)
		current, err := Profile(data, "current", table, DefaultLimits())
		t.Log(err)
		runtime.KeepAlive([]*snapshot.Profile{base, current})
		return
	}
	if testing.Short() {
		t.Skip("takes most of a gigabyte")
	}
	for shape := range worst {
		t.Run(shape, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestPeakMemory$", "-test.v")
			cmd.Env = append(os.Environ(), shapeVar+"="+shape)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			if usage.Maxrss > maxPeak {
				t.Errorf("took %d KiB at its peak", usage.Maxrss)
			}
			t.Logf("peak %d KiB, %v of CPU\n%s", usage.Maxrss, cmd.ProcessState.UserTime(), out)
		})
	}
}
