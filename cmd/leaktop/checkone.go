package main

import (
	"context"
	"fmt"
	"io"

	"leaktop/capture/fetch"
	"leaktop/capture/sampler"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/export"
	"leaktop/diff/gate"
)

// checkRun is the check of one target.
type checkRun struct {
	address  string // as the user typed it
	sampler  *sampler.Sampler
	client   *fetch.Client
	headless *headless
	alerts   *alerts
	queue    *recordQueue // to the session file, nil where there is none
	progress *targetProgress
	report   export.Check // but for what is not known yet
}

// newCheckRun wires a sampler to a judge and a gate.
func newCheckRun(text string, flags checkFlags, policy gate.Policy) (*checkRun, error) {
	watchSmall()
	s, client, table, err := newSampler(text, flags.reach, flags.watch)
	if err != nil {
		return nil, err
	}
	settings := flags.judge.settings()
	judging, err := newJudging(table, settings, policy)
	if err != nil {
		return nil, err
	}
	return &checkRun{
		address: target.Name(text),
		sampler: s,
		client:  client,
		headless: &headless{
			watchSpan: watchSpan{
				duration: flags.duration,
				every:    flags.watch.every,
				patience: flags.reach.options.Timeout,
			},
			judging:   judging,
			untilSure: flags.untilSure,
		},
		queue:  newRecordQueue(liveRecorder(flags.session, table, flags.watch.every, settings)),
		report: export.Check{Table: table, All: flags.all, Root: sourceTree()},
	}, nil
}

// tellOn says where to tell what happens while the target is watched. The line
// of a finding goes to standard output where nothing ends the check but the
// user; but not between the parts of a report for a program.
func (r *checkRun) tellOn(p *targetProgress, out io.Writer, flags checkFlags) {
	if flags.format != "text" && flags.output == "" {
		out = p.out
	}
	p.address = r.address
	r.progress, r.alerts = p, newAlerts(flags.onFinding, p)
	r.headless.told = func(e snapshot.Event, j *gate.Judged) {
		p.tell(e, flags.watch.every)
		r.queue.put(e)
		for _, warning := range r.queue.takeWarnings() {
			p.once(warning)
		}
		if j == nil {
			return
		}
		c := r.check(j)
		p.found(export.Headline(c))
		for _, f := range r.alerts.fresh(j) {
			if flags.duration == 0 {
				p.above(func() { fmt.Fprintln(out, export.FindingLine(c, f)) })
			}
			r.alerts.send(r.headless.info.Address, export.NewFinding(c.Table, f))
		}
	}
}

// check is what is to be exported of what was judged.
func (r *checkRun) check(j *gate.Judged) export.Check {
	c, info := r.report, r.headless.info
	c.Target, c.Judged = export.NewTarget(info.Address, info.StartTime, info.GoVersion), j
	return c
}

// watch watches the target until there is no more to see, or to wait for.
func (r *checkRun) watch(outer context.Context) checked {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	go r.queue.run()
	live := watchLive(ctx, r.sampler)
	judged, reached := r.headless.watch(ctx, live.events)
	cancel()
	for range live.events { // until the sampler has ended
	}
	err := live.wait()
	r.alerts.wait()
	r.queue.close(outer, r.progress.news)
	for _, warning := range r.queue.takeWarnings() {
		r.progress.once(warning)
	}
	if err == nil && !reached {
		err = fmt.Errorf("%s: interrupted before it was reached; run leaktop again when the target is up", r.address)
	}
	if err != nil {
		r.progress.drop()
		return checked{err: err}
	}
	c := r.check(judged)
	r.progress.end(export.Headline(c))
	return checked{check: c}
}
