package leak

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// DescriptorLeak is open file descriptors that become ever more. Its claim has the
// value now (descriptors).
const DescriptorLeak Check = "descriptor-leak"

const (
	// leastDescriptors is how many more there must be.
	leastDescriptors = 24
	// perSocket is how many more descriptors each goroutine or client more stands for
	// at most that has a socket, as the two are not counted at the same moments.
	perSocket = 1.2
	// maxPeers is of how many peers the connections are told.
	maxPeers = 4
	// clientsSure bounds how sure one is where clients became more, too.
	clientsSure = 0.6
)

// descriptorLeak finds descriptors that become ever more: files, sockets and pipes that
// are not closed. Those that another finding accounts for are none of their own.
func descriptorLeak() detector[*rising] {
	return detector[*rising]{
		check: DescriptorLeak,
		finds: func(s *scene, r *rising) bool {
			if !s.counts(r, snapshot.OpenFDs, leastDescriptors, Descriptors) {
				return false
			}
			// Who waits for the network has a socket, and so has a client: of these
			// their own findings tell, with the place in the code.
			told := s.onSockets
			if s.ramped != nil {
				told += s.ramped.lead.trend.Growth.Value
				r.verdict, r.most = Growing, clientsSure
			}
			return r.curve.growth()-perSocket*told >= leastDescriptors
		},
		claim: func(_ *scene, r *rising) Fact {
			return Fact{}.With(claimNow, r.curve.medians[bins-1], Descriptors)
		},
		says: func(f Fact) string {
			return "ever more files, sockets or pipes are left open: " + units.Plural(f.whole(claimNow), "descriptor")
		},
		facts: (*scene).descriptorFacts,
		remedy: remedy{
			inGo: "close what is opened on every path, errors too (defer f.Close(), response.Body.Close(), rows.Close(), conn.Close()), and share one http.Client; ls -l /proc/PID/fd and ss -tnp show what is open; a higher limit (ulimit -n) only puts it off",
		},
	}
}

func (s *scene) descriptorFacts(r *rising) []Fact {
	out := []Fact{r.went(DescriptorsRose), Fact{Kind: LastHalfShare}.With("share", r.curve.lasts(), Ratio)}
	if f, ok := s.descriptorsAre(); ok {
		out = append(out, f)
	}
	var clients, peers []snapshot.Connections
	for _, c := range s.connections {
		if c.Port != 0 {
			clients = append(clients, c)
		} else {
			peers = append(peers, c)
		}
	}
	for _, some := range [][]snapshot.Connections{peers, clients} {
		if len(some) == 0 {
			continue
		}
		f := Fact{Kind: ConnectedWith}
		for _, c := range some[:min(len(some), maxPeers)] {
			f.Addresses = append(f.Addresses, c.Peer)
			f = f.With("connections", float64(c.Count), Count).With("port", float64(c.Port), Count)
		}
		out = append(out, f)
	}
	if limit, known := s.curves.last(snapshot.FDLimit); known && limit > 0 {
		out = append(out, r.limitNears(limit))
	}
	return out
}

// descriptorsAre is what the descriptors are, as it was read last.
func (s *scene) descriptorsAre() (Fact, bool) {
	for i := len(s.curves.points) - 1; i >= 0; i-- {
		v := &s.curves.points[i]
		sockets, known := v.Get(snapshot.OpenSockets)
		if !known {
			continue
		}
		pipes, _ := v.Get(snapshot.OpenPipes)
		files, _ := v.Get(snapshot.OpenFiles)
		all, _ := v.Get(snapshot.OpenFDs)
		return Fact{Kind: DescriptorsAre}.With("sockets", float64(sockets), Count).With("pipes", float64(pipes), Count).
			With("files", float64(files), Count).With("others", float64(max(all-sockets-pipes-files, 0)), Count), true
	}
	return Fact{}, false
}

// connections is with whom the process is connected.
func (f Fact) connections() string {
	var parts []string
	clients := false
	for i, address := range f.Addresses {
		if 2*i+1 >= len(f.Values) {
			break
		}
		count, port := f.Values[2*i].Number, int64(f.Values[2*i+1].Number)
		text := fmt.Sprintf("%s with %s", units.Count(int64(count)), address)
		if clients = port != 0; clients {
			text += fmt.Sprintf(" on port %d", port)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	if clients {
		return "connections that clients opened: " + strings.Join(parts, ", ")
	}
	return "connections that it opened: " + strings.Join(parts, ", ")
}

// onSocket reports whether the goroutines of a task wait for the network.
func (t *task) onSocket() bool { return t.state() == diff.IOWait }
