// Package decode turns what a target sent, or what a file holds, into parts of
// a snapshot.
//
// What flows in: whole bodies as bytes, from capture/fetch and from files: a
// pprof profile, an index page, the trailer of heap?debug=1, /debug/vars,
// /metrics; and full goroutine dumps, which may have gigabytes, as streams. What
// flows out: [snapshot.Profile], [snapshot.Dump], [snapshot.Vitals] and a few
// plain values. Of I/O the package does no more than to read such a stream.
//
// Nothing that comes in is trusted. Every string is cleaned here, once, so that
// no reader behind this package has to; and a profile is looked over before it
// is parsed, because a few kilobytes can be made to unpack to gigabytes.
package decode
