package sampler

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// leakProfile is what the index calls the profile of leaked goroutines.
const leakProfile = "goroutineleak"

// shortfall says why there is none of a part that a snapshot can do without.
type shortfall struct {
	call call
	text string
}

// maxRawDump is up to which size a dump is kept as text, too.
const maxRawDump = 4 << 20

// anew ends the cost of what comes with every snapshot, if it gets a yes.
const anew = ", every time"

// extras fetches what a snapshot has only where it was allowed: the full dump,
// then the leaked goroutines, since looking for these erases the minutes in the
// dump. Both come after the goroutine profile, which predicts what they cost:
// without it there is neither.
func (s *Sampler) extras(ctx context.Context, out *shot) error {
	if out.Goroutines == nil {
		if s.dumpWanted {
			s.dumpWanted = false
			out.fail(dumpGoroutines, "full goroutine dump: left out, since there is no goroutine profile to predict its cost from; see why that is missing")
		}
		return nil
	}
	if err := s.dump(ctx, out); err != nil {
		return err
	}
	return s.leaks(ctx, out)
}

// dump fetches a full dump, where it is allowed or was asked for just now. It
// never holds up a snapshot: too early for the pace, it is left out.
func (s *Sampler) dump(ctx context.Context, out *shot) error {
	if !s.cfg.AllowDump && !s.dumpWanted || !s.allowed(s.dumpURL) {
		return nil
	}
	cost := predictDump(out.Goroutines, s.cfg.Table, s.frameBytes)
	if !(s.cfg.AllowDump && cost.small()) && !s.consent.covers(dumpGoroutines, cost.frames) {
		text := cost.String()
		if s.cfg.AllowDump {
			text += anew
		}
		s.dumpWanted = false // until there is a yes
		out.left = append(out.left, excess{dumpGoroutines, cost.frames, text})
		return nil
	}
	s.dumpWanted = false
	if !s.cfg.AllowDump {
		s.consent.revoke(dumpGoroutines) // the yes was to one dump
	}
	begun := time.Now()
	dump, raw, err := s.fetchDump(ctx)
	if err != nil {
		return s.spare(ctx, out, dumpGoroutines, err)
	}
	s.told[dumpGoroutines] = false
	dump.Time, out.Dump = begun, dump
	s.frameBytes = max(bytesPerFrame, float64(len(raw))/max(1, cost.frames))
	if len(raw) <= maxRawDump {
		out.Raw[snapshot.GoroutineDump] = raw
	}
	return nil
}

func (s *Sampler) fetchDump(ctx context.Context) (*snapshot.Dump, []byte, error) {
	response, err := s.get(ctx, s.dumpURL)
	if err != nil {
		return nil, nil, err
	}
	if err := fetch.ExpectProfile(response); err != nil {
		return nil, nil, err
	}
	dump, err := decode.Goroutines(bytes.NewReader(response.Body), response.URL, s.cfg.Table)
	return dump, response.Body, err
}

// leaks fetches the goroutineleak profile, where it is allowed and served. As
// the dump, it never holds up a snapshot.
func (s *Sampler) leaks(ctx context.Context, out *shot) error {
	if !s.cfg.AllowLeakProfile || !s.allowed(s.leakURL) {
		return nil
	}
	if _, listed := s.found.counts[leakProfile]; !listed {
		out.fail(findLeaks, "goroutineleak profile: the target's index does not list it, so no leak can be proven; build the target with Go 1.27, or with Go 1.26 and GOEXPERIMENT=goroutineleakprofile")
		return nil
	}
	if n := out.Goroutines.Total(0); n > leakMaxGoroutines && !s.consent.covers(findLeaks, float64(n)) {
		out.left = append(out.left, excess{findLeaks, float64(n), leakCost(n, out.liveHeap()) + anew})
		return nil
	}
	profile, raw, err := s.profile(ctx, s.leakURL)
	if err == nil && profile.Column(leakProfile) < 0 {
		err = fmt.Errorf("%s: a different profile came where goroutineleak was expected; check what is mounted there", s.cfg.Target.Address())
	}
	if err != nil {
		return s.spare(ctx, out, findLeaks, err)
	}
	s.told[findLeaks] = false
	out.Leaked, out.Raw[snapshot.GoroutineLeak] = profile, raw
	return nil
}

// spare is for a part that a snapshot can do without. It fails only where the
// target gives no answer at all.
func (s *Sampler) spare(ctx context.Context, out *shot, call call, err error) error {
	if gone(err) {
		if err := s.confirm(ctx, err); err != nil {
			return err
		}
	}
	out.fail(call, err.Error())
	return nil
}

// fail notes why a call came to nothing. That is said once, until it works again.
func (out *shot) fail(call call, text string) {
	out.shortfalls = append(out.shortfalls, shortfall{call, text})
}
