// Package target turns what a person typed into a way to reach a process.
//
// What flows in: the text of a target ("6060", "host:6060", a URL, a unix
// socket) and the flags about headers and TLS. What flows out: the URLs to ask,
// the headers and the transport to ask them with, an address that is safe to
// show, and, for a process on this machine, its memory and CPU time as the
// system sees them.
//
// The package asks nothing over the network itself; capture/fetch does. What a
// person must correct before anything can be asked is a [*UsageError].
package target
