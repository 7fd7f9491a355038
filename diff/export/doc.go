// Package export writes a result for other programs and for people, one file a
// format.
//
// What flows in: a [Diff], the comparisons of two snapshots with the names and
// times of both. What flows out: text through an io.Writer: a table ([Text]),
// a report for an issue or a pull request ([Markdown]), the JSON contract
// leaktop.report/v1 ([JSON]), and a diff profile for go tool pprof ([Pprof]).
// The same input gives the same bytes. Errors are those of the writer and of
// options that match nothing.
package export
