// Package fetch makes one bounded GET.
//
// What flows in: a target and the URL of one of its routes. What flows out: the
// whole body as it was sent, never unpacked, or an [*Error] that says in one
// line what is wrong and what to do about it. A request is bounded in time, from
// the first name lookup to the last byte, and in size. It is made once: whatever
// the target began to do for a request goes on after that was given up, so a
// second try would make it do the work twice.
package fetch
