package leak_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/diff/leak"
)

// Stacks of servers.
const (
	accepting = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Accept net.(*netFD).accept net.(*TCPListener).accept net.(*TCPListener).Accept "
	serving   = accepting + "net/http.(*Server).Serve main.main runtime.main"
	watching  = reading + "net/http.(*connReader).backgroundRead"
	idling    = reading + "net/http.(*connReader).Read bufio.(*Reader).Peek net/http.(*conn).serve"
	onCond    = parked + "runtime.goparkunlock sync.runtime_notifyListWait sync.(*Cond).Wait "
	spawned   = "app/bus.(*Server).start.func1"
)

// joining is how many clients there are when some join with each snapshot for a
// while, and stay.
func joining(i int) int64 { return 5 * int64(min(max(i-4, 0), 12)) }

// leaving is the same of clients that leave later.
func leaving(i int) int64 {
	if i > 24 {
		return 0
	}
	return joining(i)
}

// slowly goes on to grow when no more clients join.
func slowly(i int) int64 { return 2 * int64(max(i-4, 0)) }

// More clients, and what comes with them, are one finding, which is no more than
// growing while they have not come for long.
func TestMoreClients(t *testing.T) {
	http := line{stack: serving, count: level(1)}
	for _, test := range []struct {
		name  string
		story story
		want  string
		says  string
		// sooner is at how many snapshots at most the heap that clients hold is told
		// by itself, before there are enough of them to tell that they became more.
		sooner int
	}{
		{"of a server with a protocol of its own", story{goroutines: []line{
			{stack: accepting + "app/bus.(*Server).accept " + spawned, count: level(1)},
			{stack: reading + "app/bus.(*client).readLoop " + spawned, count: joining},
			{stack: onCond + "app/bus.(*client).writeLoop " + spawned, count: joining},
		}}, "growing client-connections app/bus.(*client).readLoop", "60 more client connections, accepted in bus.(*Server).accept", 0},
		{"of which some are at work when they are looked at", story{goroutines: []line{
			{stack: accepting + "app/bus.(*Server).accept " + spawned, count: level(1)},
			{stack: reading + "app/bus.(*client).readLoop " + spawned, count: func(i int) int64 { return joining(i) - int64(i%2) }},
			{stack: "app/bus.(*client).readLoop " + spawned, count: func(i int) int64 { return int64(i % 2) }},
			{stack: onCond + "app/bus.(*client).writeLoop " + spawned, count: func(i int) int64 { return max(joining(i)-int64(i%3), 0) }},
		}}, "growing client-connections app/bus.(*client).readLoop", "60 more client connections, accepted in bus.(*Server).accept", 0},
		{"of which each has a pump in another method", story{goroutines: []line{
			{stack: accepting + "app/bus.(*Server).accept main.main", count: level(1)},
			{stack: reading + "app/bus.(*client).read", count: joining},
			{stack: selecting + "app/bus.(*client).write", count: joining},
		}}, "growing client-connections app/bus.(*client).read", "60 more client connections, accepted in bus.(*Server).accept", 0},
		{"that keep connections open", story{goroutines: []line{http, {stack: idling, count: joining}}},
			"growing client-connections net/http.(*connReader).Read", "60 more client connections, accepted in http.(*Server).Serve", 0},
		{"that follow a stream of events", story{
			heap: []line{{stack: "app/feed.subscribe app/feed.(*Hub).Follow" + served, size: 5 * object, count: func(i int) int64 { return joining(i) / 5 }}},
			goroutines: []line{http, {stack: watching, count: joining},
				{stack: selecting + "app/feed.(*Hub).Follow" + served, count: joining},
				{stack: receiving + "app/feed.(*Hub).Follow.func1", count: joining}},
		}, "growing client-connections app/feed.(*Hub).Follow", "60 more client connections, accepted in http.(*Server).Serve, holding about 64.0 KiB each", 2},
		{"of websockets that a handler reads", story{goroutines: []line{http,
			{stack: reading + "github.com/gorilla/websocket.(*Conn).ReadMessage app/chat.(*Room).join" + served, count: joining},
			{stack: receiving + "app/chat.(*Room).join.func1", count: joining},
		}}, "growing client-connections app/chat.(*Room).join", "60 more client connections, accepted in http.(*Server).Serve", 0},
		{"of websockets that the handler left to others", story{goroutines: []line{http,
			{stack: selecting + "app/chat.(*Room).join" + served, count: joining},
			{stack: reading + "bufio.(*Reader).Peek app/ws.(*Conn).Next app/chat.(*Room).read", count: joining},
		}}, "growing client-connections app/chat.(*Room).join", "60 more client connections, accepted in http.(*Server).Serve", 0},
		{"of gRPC, with a stream each", story{goroutines: []line{
			{stack: accepting + "google.golang.org/grpc.(*Server).Serve main.main", count: level(1)},
			{stack: reading + "bufio.(*Reader).Read google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams google.golang.org/grpc.(*Server).serveStreams google.golang.org/grpc.(*Server).handleRawConn.func1", count: joining},
			{stack: selecting + "google.golang.org/grpc/internal/transport.(*http2Server).keepalive", count: joining},
			{stack: selecting + "app/feed.(*Feed).Follow google.golang.org/grpc.(*Server).processStreamingRPC google.golang.org/grpc.(*Server).handleStream google.golang.org/grpc.(*Server).serveStreams.func1.2", count: joining},
		}}, "growing client-connections google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams", "60 more client connections, accepted in grpc.(*Server).Serve", 0},
		{"that open streams on one connection", story{goroutines: []line{
			{stack: accepting + "google.golang.org/grpc.(*Server).Serve main.main", count: level(1)},
			{stack: selecting + "google.golang.org/grpc.(*serverStream).RecvMsg app/feed.(*Feed).Follow google.golang.org/grpc.(*Server).handleStream google.golang.org/grpc.(*Server).serveStreams.func1.2", count: joining},
		}}, "growing client-connections app/feed.(*Feed).Follow", "60 more client streams, accepted in grpc.(*Server).Serve", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.story.snapshots = 36
			was, sooner := 0, 0
			test.story.each(t, func(i int, r *leak.Result) {
				got := told(r)
				if was == 0 && sooner < test.sooner && len(got) == 1 && strings.HasPrefix(got[0], "growing state-kept") {
					sooner++
					return
				}
				if len(got) > 0 && !slices.Equal(got, []string{test.want}) {
					t.Errorf("#%d: %q, want %q alone", i, got, test.want)
				}
				if i == 16 {
					if len(got) == 0 {
						t.Errorf("nothing is told when all have come, want %q", test.says)
					} else if says := r.Findings[0].Summary(); says != test.says {
						t.Errorf("%q is told when all have come, want %q", says, test.says)
					}
				}
				was += len(got)
			})
			if was == 0 {
				t.Error("nothing was told")
			}
		})
	}
}

// What is not there because of a client, or outlives it, is a leak as ever.
func TestBesideClients(t *testing.T) {
	http := line{stack: serving, count: level(1)}
	come := grows(2, 2)
	for _, test := range []struct {
		name  string
		story story
		want  []string
	}{
		{"requests that are stuck, and their clients gone", story{goroutines: []line{http, {stack: receiving + "app/api.Wait" + served, count: come}}},
			[]string{"leak blocked-receive app/api.Wait by api.Wait"}},
		{"requests that are stuck, of patient clients", story{goroutines: []line{http, {stack: watching, count: come}, {stack: receiving + "app/api.Wait" + served, count: come}}},
			[]string{"leak blocked-receive app/api.Wait by api.Wait"}},
		{"a lock that is never released, of patient clients", story{goroutines: []line{http, {stack: watching, count: come}, {stack: locking + "app/api.Put" + served, count: come}}},
			[]string{"leak lock-wait app/api.Put by api.Put"}},
		{"reads of connections that the process opened, of patient clients", story{goroutines: []line{http, {stack: watching, count: come}, {stack: reading + "app/pay.(*Client).await app/api.Pay" + served, count: come}}},
			[]string{"leak missing-timeout app/pay.(*Client).await by api.Pay"}},
		{"requests to others that do not answer, of patient clients", story{goroutines: []line{http, {stack: watching, count: come},
			{stack: selecting + "net/http.(*persistConn).roundTrip net/http.(*Transport).roundTrip app/api.Proxy" + served, count: come},
			{stack: reading + "net/http.(*persistConn).Read net/http.(*persistConn).readLoop", count: come}, {stack: selecting + "net/http.(*persistConn).writeLoop", count: come}}},
			[]string{"leak missing-timeout app/api.Proxy by api.Proxy"}},
		{"goroutines that go on to become more", story{goroutines: []line{http,
			{stack: watching, count: joining}, {stack: selecting + "app/feed.(*Hub).Follow" + served, count: joining},
			{stack: receiving + "app/feed.(*Hub).Follow.func1", count: slowly}}},
			[]string{"leak never-ending-task app/feed.(*Hub).Follow.func1 by feed.(*Hub).Follow"}},
		{"goroutines that outlive clients which come and go", story{goroutines: []line{http,
			{stack: watching, count: func(i int) int64 { return 6 + int64(i*5%4) }},
			{stack: selecting + "app/feed.(*Hub).Follow" + served, count: func(i int) int64 { return 6 + int64(i*5%4) }},
			{stack: receiving + "app/feed.(*Hub).Follow.func1", count: come}}},
			[]string{"leak never-ending-task app/feed.(*Hub).Follow.func1 by feed.(*Hub).Follow"}},
		{"senders, one with each client", story{goroutines: []line{http,
			{stack: watching, count: come}, {stack: selecting + "app/feed.(*Hub).Follow" + served, count: come},
			{stack: sending + "app/feed.(*Hub).Follow.func1", count: come}}},
			[]string{"leak blocked-send app/feed.(*Hub).Follow.func1 by feed.(*Hub).Follow", "growing client-connections app/feed.(*Hub).Follow"}},
		{"clients that have gone", story{goroutines: []line{http, {stack: watching, count: leaving}, {stack: selecting + "app/feed.(*Hub).Follow" + served, count: leaving}}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.story.snapshots = 30
			if got := told(test.story.judge(t)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// Clients that came and stay have levelled off in the end: what is said then is of
// all that there are for them, and no longer of those that came.
func TestClientsThatStay(t *testing.T) {
	r := story{snapshots: 60, goroutines: []line{
		{stack: accepting + "app/bus.(*Server).accept main.main", count: level(1)},
		{stack: reading + "app/bus.(*client).read", count: joining},
		{stack: selecting + "app/bus.(*client).write", count: joining},
	}}.judge(t)
	if len(r.Findings) != 1 || r.Findings[0].Check != leak.ClientConnections || r.Findings[0].Verdict != leak.Plateau {
		t.Fatalf("%d findings: %+v", len(r.Findings), r.Findings)
	}
	if got, want := r.Findings[0].Summary(), "120 goroutines: the number grew, and has levelled off"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Where the number of clients dips for a moment below what makes a finding, the
// verdict stays. When they have gone for good, the finding says so.
func TestFewMoreClients(t *testing.T) {
	course := ""
	story{snapshots: 70, heap: []line{{stack: "bufio.NewReaderSize net/http.newBufioReader net/http.(*conn).serve", count: grows(2, 1)}}, goroutines: []line{
		{stack: serving, count: level(1)},
		{stack: idling, count: func(i int) int64 {
			switch {
			case i > 40:
				return 2
			case i%10 == 9:
				return 2 + min(int64(i)/5, 2)
			}
			return 2 + min(int64(i)/3, 5)
		}},
	}}.each(t, func(i int, r *leak.Result) {
		verdict := "."
		for _, f := range r.Findings {
			if f.Check == leak.ClientConnections {
				verdict = string(f.Verdict[:1])
			}
		}
		course += verdict
	})
	if !regexp.MustCompile(`^\.+g+p+\.*$`).MatchString(course) {
		t.Errorf("%s: what grew is told until it has ended, and that is told, too", course)
	}
}

// Connections that become more and more for long are a leak, too.
func TestClientsForLong(t *testing.T) {
	var first time.Duration
	story{snapshots: 90, goroutines: []line{
		{stack: accepting + "app/bus.(*Server).accept main.main", count: level(1)},
		{stack: reading + "app/bus.(*client).read", count: grows(2, 1)},
	}}.each(t, func(i int, r *leak.Result) {
		got := told(r)
		switch {
		case len(got) > 0 && strings.HasPrefix(got[0], "leak client-connections") && first == 0:
			first = time.Duration(i) * every
		case len(got) > 1:
			t.Errorf("#%d: %q", i, got)
		}
	})
	if first < leakAfter || first > 5*time.Minute {
		t.Errorf("they were called a leak after %s, want %s to 5 minutes; 0 is never", first, leakAfter)
	}
}

// What the finding of more clients says of them.
func TestFactsOfClients(t *testing.T) {
	r := story{snapshots: 16,
		heap: []line{
			{stack: "app/feed.subscribe app/feed.(*Hub).Follow" + served, count: joining},
			{stack: "app/cache.put app/feed.(*Hub).Follow" + served, count: func(i int) int64 { return joining(min(2*i, 15)) + 60*int64(max(i-10, 0)) }},
		},
		goroutines: []line{{stack: serving, count: level(1)}, {stack: watching, count: joining}, {stack: selecting + "app/feed.(*Hub).Follow" + served, count: joining}},
	}.judge(t)
	if len(r.Findings) != 2 || r.Findings[0].Check == leak.ClientConnections {
		t.Fatalf("%q, want the clients, and apart from them the heap that took another course", told(r))
	}
	f := r.Findings[1]
	if more, _ := f.Claim.Value("more"); more != 55 {
		t.Errorf("%g more, want 55", more)
	}
	if each, _ := f.Claim.Value("holds-each"); math.Abs(each-object) > 1 {
		t.Errorf("%g bytes each, want %d", each, object)
	}
	want := []leak.FactKind{leak.BecameMore, leak.GrowthProbable, leak.ClientsCame, leak.KeptForEach, leak.HeapGrowsWithThem}
	if got := kinds(f); !slices.Equal(got, want) {
		t.Errorf("the facts are %q, want %q", got, want)
	}
	if each, _ := f.Facts[3].Value("each"); each != 2 {
		t.Errorf("%g goroutines each, want 2", each)
	}
	if now, _ := f.Now.Goroutines.Get(); now != 110 || len(f.Groups) != 2 || len(f.Related) != 2 {
		t.Errorf("%d goroutines of %d groups, %d related", now, len(f.Groups), len(f.Related))
	}
	if f.Recheck.Kind != leak.CompareWithClients || !strings.Contains(f.Remedy, "IdleTimeout") {
		t.Errorf("recheck %q, remedy %q", f.Recheck.Text(), f.Remedy)
	}
}
