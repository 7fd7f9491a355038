// Package session keeps a watched run in a file, and reads it again.
//
// What flows in: the events of a source of snapshots, to a [Writer]; and the
// bytes of a file that may come from anybody, to a [Reader]. What flows out: a
// file, one a run, that is only ever appended to; and from the reader the very
// same events, their stacks interned in a table with the same ids.
//
// # The file
//
// A file is a preamble and records. Numbers in the preamble and in the heads of
// records are little-endian; those in payloads are varints (LEB128), signed ones
// zigzag.
//
//	preamble = 2 × { magic[8] version:4 salt[8] check:4 }
//	record   = type:1 flags:1 0:2 number:4 length:4 sum:4 check:4 payload[length]
//
// The preamble stands there twice, so that a damaged byte costs nothing. Its check
// is the CRC-32C of what is before it. Sum is the CRC-32C of the payload as it
// stands in the file; a record's check is that of the salt and the 16 bytes
// before it. So a flipped bit in a payload costs that record, and after one in
// a head the next record is found by its check: the salt is random, so that
// nothing in a raw profile can pass for a record. Flag 1 says that the payload is
// deflated (RFC 1951).
//
// Numbers of records grow by one. When the file reaches its bound, a copy
// without the oldest raw profiles takes its place (see [Options]); the records
// that stay keep their numbers.
//
// What a snapshot consists of is written with one call: first the stacks that are new,
// then the raw profiles and the dump with its arguments, last the snapshot itself. So what is there of it
// is whole, whenever the program is killed. Profiles are packed against the one
// before (see [snapshot.Packer]), and name the record that holds it, so
// that nothing is ever built on a record that was lost.
package session
