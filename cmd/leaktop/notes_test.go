package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
)

// TestNotesAreAllWritten says things faster than they are written, and quits at
// once or while the screen takes nothing: all of it is in the file, in order.
func TestNotesAreAllWritten(t *testing.T) {
	const many = 500
	for _, c := range []struct {
		name  string
		quits int  // after so many notes
		ended bool // the source ended before
	}{{"at the end", many, false}, {"in between", many / 2, false}, {"at once", 0, false}, {"after the source", many, true}} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.leaktop")
			table := snapshot.NewTable()
			r := &recorder{table: table, create: func(h session.Header) (*session.Writer, error) {
				return session.Create(path, h, table, session.Options{})
			}}
			ctx, quit := context.WithCancel(t.Context())
			defer quit()
			source := make(chan snapshot.Event)
			if c.ended {
				close(source)
			} else {
				context.AfterFunc(ctx, func() { close(source) }) // as every source ends
			}
			notes, queue := newMailbox[snapshot.Noted](), newRecordQueue(r)
			go queue.run()
			events := merge(ctx, newCrash(quit), queue, snapshot.Attached{Info: snapshot.Info{Address: "http://10.0.3.7:6060/"}}, source, notes, nil)
			for i := range many {
				if i == c.quits {
					quit()
				}
				notes.put(snapshot.Noted{Seq: 1, At: noon(), Text: fmt.Sprint("note ", i+1)})
			}
			quit()
			for range events { // nothing of which was shown
			}
			for _, n := range notes.take() {
				queue.put(n)
			}
			queue.close(t.Context(), func(text string) { t.Log(text) })
			if err := queue.err(); err != nil {
				t.Error(err)
			}

			file, err := session.Open(path, snapshot.NewTable())
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			n := 0
			for {
				e, err := file.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if note, ok := e.(snapshot.Noted); ok {
					n++
					if want := fmt.Sprint("note ", n); note.Text != want {
						t.Errorf("the file has %q where %q is to be", note.Text, want)
					}
				}
			}
			if n != many {
				t.Errorf("%d notes are in the file, want %d", n, many)
			}
		})
	}
}

// TestNotesComeBack says something while nothing else happens: it is on the screens
// all the same.
func TestNotesComeBack(t *testing.T) {
	ctx, quit := context.WithCancel(t.Context())
	defer quit()
	notes := newMailbox[snapshot.Noted]()
	events := merge(ctx, newCrash(func() {}), nil, snapshot.Attached{}, make(chan snapshot.Event), notes, nil)
	<-events
	for round := range 3 {
		for i := range 5 {
			notes.put(snapshot.Noted{Seq: 5*round + i})
		}
		for i := range 5 {
			if n, ok := (<-events).(snapshot.Noted); !ok || n.Seq != 5*round+i {
				t.Fatalf("%+v came back as number %d of round %d", n, i, round)
			}
		}
	}
}

// TestBaseOfAnotherKind opens a profile with a base that has nothing in common with it.
func TestBaseOfAnotherKind(t *testing.T) {
	for _, c := range []struct {
		file, base string
		differ     bool
	}{
		{"go-heap.pb.gz", "go-goroutine.pb.gz", true},
		{"go-goroutine.pb.gz", "prometheus-heap.pb.gz", true},
		{"go-heap.pb.gz", "go-goroutine-debug2.txt", true},
		{"go-goroutine-debug1.txt", "go-heap-debug1.txt", true},
		{"go-heap.pb.gz", "prometheus-heap.pb.gz", false},
		{"go-goroutine.pb.gz", "go-goroutine-debug2.txt", false},
	} {
		for _, args := range [][]string{{"open", recorded(t, c.file)}, {recorded(t, c.file)}} {
			p := leaktop(t, append(args, "--base", recorded(t, c.base))...)
			if c.differ {
				p.refused(t, exitUnreachable, "one holds a ", "compare two profiles of the same kind", c.file, c.base)
			} else if p.code != exitClean || !strings.Contains(p.stdout, c.file) || !strings.Contains(p.stdout, c.base) {
				t.Errorf("code %d, and it compares\n%s", p.code, p.stdout) // as there is no terminal
			}
		}
	}
}
