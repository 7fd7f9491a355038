package main

import (
	"context"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// asCrashing makes the test binary a program of screens that panics in the
// place that it names, once the key x was pressed or two snapshots were told.
const asCrashing = "LEAKTOP_TEST_AS_CRASHING"

// crashing runs that program, on the target that its argument names.
func crashing(place string) int {
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var err error
	switch place {
	case "source", "judge", "recording":
		err = crashingRun(ctx, std, place)
	default:
		err = runScreens(ctx, std, crashingModel{place: place}, newCrash(cancel))
	}
	return told(std, nil, err)
}

// crashingRun is a live run, all of it real but for one part.
func crashingRun(ctx context.Context, std streams, place string) error {
	var reach reachFlags
	reach.setDefaults()
	s, client, table, err := newSampler(os.Args[1], reach, watchFlags{every: time.Second})
	if err != nil {
		return err
	}
	defer client.Close()
	settings := session.Settings{Warmup: usualWarmup}
	cfg, err := judgedScreens(table, settings)
	if err != nil {
		return err
	}
	cfg.Sampler = s
	recorder := &recorder{table: table, every: time.Second, settings: settings, create: func(h session.Header) (*session.Writer, error) {
		return session.Create("run.leaktop", h, table, session.Options{MaxBytes: session.DefaultMaxBytes})
	}}
	var from source = s
	switch place {
	case "source":
		from = crashingSource{s}
	case "judge":
		cfg.Judge = &crashingJudge{}
	case "recording":
		create := recorder.create
		recorder.create = func(h session.Header) (*session.Writer, error) {
			_, err := create(h)
			if err == nil {
				panic("at the \x1b[31mrecording\n of it")
			}
			return nil, err
		}
	}
	return showLive(ctx, std, from, cfg, recorder, nil)
}

type crashingSource struct{ source }

func (c crashingSource) Run(ctx context.Context, emit func(snapshot.Event)) error {
	return c.source.Run(ctx, func(e snapshot.Event) {
		emit(e)
		if taken, ok := e.(snapshot.Taken); ok && taken.Snapshot.Seq == 2 {
			panic("at the source")
		}
	})
}

type crashingJudge struct{ taken int }

func (c *crashingJudge) Apply(e snapshot.Event) {
	if _, ok := e.(snapshot.Taken); ok {
		c.taken++
	}
	if c.taken == 2 {
		panic("at the judge")
	}
}

func (c *crashingJudge) Result() *leak.Result { return &leak.Result{Outcome: leak.Inconclusive} }

// crashingModel is a screen that shows "fine" until x is pressed.
type crashingModel struct {
	place string
	now   bool
}

func (c crashingModel) Init() tea.Cmd { return nil }

func (c crashingModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok || key.String() != "x" {
		return c, nil
	}
	c.now = true
	fails := func() tea.Msg { panic(fmt.Errorf("at the %s", c.place)) }
	switch c.place {
	case "update":
		fails()
	case "command":
		return c, fails
	case "batch":
		return c, tea.Batch(func() tea.Msg { return nil }, fails)
	}
	return c, nil
}

func (c crashingModel) View() tea.View {
	if c.now && c.place == "view" {
		panic("at the view")
	}
	v := tea.NewView("fine")
	v.AltScreen, v.MouseMode = true, tea.MouseModeCellMotion
	return v
}
