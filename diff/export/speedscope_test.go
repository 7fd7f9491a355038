package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

func TestSpeedscope(t *testing.T) {
	schema := speedscopeSchema(t)
	table := snapshot.NewTable()
	minus := export.Diff{Heap: diff.Compare(table, heapOf(table, 0, record{stack: []snapshot.Frame{create}, values: []int64{-1, -2, -3, -4}}), nil)}
	for _, c := range []struct {
		name, sampleType string
		diff             export.Diff
	}{
		{"growing", "", growing()},
		{"growing in objects", "inuse_objects", growing()},
		{"goroutines", "goroutine", growing()},
		{"nothing", "", nothing()},
		{"negative", "", minus},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error {
				return export.Speedscope(w, c.diff, export.Options{SampleType: c.sampleType})
			})
			instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); err != nil {
				t.Error(err)
			}
			assertSpeedscope(t, out)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, out, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, pretty.Bytes())
		})
	}
}

// speedscopeSchema is the one that speedscope publishes.
func speedscopeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.Open("testdata/speedscope/file-format-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	schema, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("speedscope.json", schema); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("speedscope.json")
}

// assertSpeedscope checks what the schema does not say: as many weights as
// samples, none negative, indexes of frames that there are, and an end that is
// the sum of all weights.
func assertSpeedscope(t *testing.T, out []byte) {
	t.Helper()
	var file struct {
		Shared   struct{ Frames []struct{ Name string } }
		Profiles []struct {
			Name     string
			EndValue int64
			Samples  [][]int
			Weights  []int64
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Profiles) != 4 {
		t.Errorf("%d profiles, want before, after, growth and shrink", len(file.Profiles))
	}
	for _, p := range file.Profiles {
		sum := int64(0)
		for _, w := range p.Weights {
			sum += w
			if w < 0 {
				t.Errorf("%s: the weight %d", p.Name, w)
			}
		}
		if sum != p.EndValue || len(p.Samples) != len(p.Weights) {
			t.Errorf("%s: %d samples, %d weights of %d in all, and it ends at %d", p.Name, len(p.Samples), len(p.Weights), sum, p.EndValue)
		}
		for _, s := range p.Samples {
			for _, i := range s {
				if i < 0 || i >= len(file.Shared.Frames) {
					t.Errorf("%s: there is no frame %d", p.Name, i)
				}
			}
		}
	}
}
