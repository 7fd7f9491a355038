// Package pseudonym replaces names by others that say nothing, for a file that
// may leave the company.
//
// What flows in: functions, files, labels and sentences that hold them, and a
// salt. What flows out: the same with every word of one's own replaced by a
// made-up one. A word has one pseudonym wherever it stands, so that the package
// orders and the directory orders are still seen to be one; with the same salt
// it is the same in every file. Without the salt nobody can tell what it stands
// for, nor try out guesses: it is a keyed hash (HMAC-SHA-256).
//
// The shape stays: paths, packages, types, methods, closures, type arguments,
// upper and lower case, endings of files. So does what is no secret: names of
// the standard libraries of Go, Rust and C++, main and init, numbers and lines.
package pseudonym
