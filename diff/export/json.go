package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"
)

// schemaName is the name and version of the JSON contract.
const schemaName = "leaktop.report/v1"

// JSON writes a report as one object on one line. Changes are written one by
// one, so that a diff of a large profile takes no more memory than a small one.
func JSON(w io.Writer, r Report) error {
	j := &jsonWriter{w: bufio.NewWriter(w)}
	j.enc = json.NewEncoder(&j.buffer)
	j.enc.SetEscapeHTML(false)

	j.raw(`{"schema":`)
	j.value(schemaName)
	j.raw(`,"target":`)
	j.value(Target{r.Target.Address, utc(r.Target.StartTime), r.Target.GoVersion})
	j.raw(`,"window":`)
	j.value(Window{utc(r.Window.From), utc(r.Window.To), r.Window.Snapshots, r.Window.GCCycles, r.Window.Restarts})
	j.raw(`,"verdict":`)
	j.value(r.Verdict)
	j.raw(`,"reason":`)
	j.value(r.Reason)
	j.raw(`,"detection_limit":`)
	j.value(r.Limit)
	if r.IdleHeap != nil {
		j.raw(`,"idle_heap":`)
		j.value(wholeFact(*r.IdleHeap))
	}
	j.raw(`,"findings":[`)
	for i, f := range r.Findings {
		j.element(i, wholeFinding(f))
	}
	j.raw(`],"changes":`)
	r.Changes.write(j)
	if r.Holds.diff != nil {
		j.raw(`,"holds":`)
		r.Holds.write(j)
	}
	j.raw("}\n")
	if j.err != nil {
		return j.err
	}
	return j.w.Flush()
}

// jsonWriter writes pieces of one object and keeps the first error.
type jsonWriter struct {
	w      *bufio.Writer
	buffer bytes.Buffer
	enc    *json.Encoder // into buffer
	err    error
}

func (j *jsonWriter) raw(s string) {
	if j.err == nil {
		_, j.err = j.w.WriteString(s)
	}
}

func (j *jsonWriter) value(v any) {
	if j.err != nil {
		return
	}
	j.buffer.Reset()
	if j.err = j.enc.Encode(v); j.err != nil {
		return
	}
	_, j.err = j.w.Write(bytes.TrimSuffix(j.buffer.Bytes(), []byte("\n")))
}

// element writes the next element of a list.
func (j *jsonWriter) element(i int, v any) {
	if i > 0 {
		j.raw(",")
	}
	j.value(v)
}

// wholeFinding returns a finding none of whose lists is null.
func wholeFinding(f Finding) Finding {
	f.Stack, f.Evidence = list(f.Stack), list(f.Evidence)
	facts := make([]Fact, len(f.Facts))
	for i, fact := range f.Facts {
		facts[i] = wholeFact(fact)
	}
	f.Facts = facts
	related := make([]Related, len(f.Related))
	for i, to := range f.Related {
		to.Stack = list(to.Stack)
		related[i] = to
	}
	f.Related = related
	return f
}

func wholeFact(f Fact) Fact {
	f.Values, f.Functions = list(f.Values), list(f.Functions)
	return f
}

// list returns a list that is never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func utc(t *time.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}
