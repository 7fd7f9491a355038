// Package export writes a result for other programs and for people, one file a
// format.
//
// What flows in: a [Diff], the comparisons of two snapshots with the names and
// times of both; or a [Check], what was judged of one target. What flows out,
// through an io.Writer: of a diff a table ([Text]), a report for an issue or a
// pull request ([Markdown]), and a diff profile for go tool pprof ([Pprof]); of
// checks the same for people ([CheckText], [CheckMarkdown]) and for CI ([JUnit],
// [GitHub]); of both the JSON contract leaktop.report/v1 ([JSON]), which
// [Baseline] reads again. The same input gives the same bytes. Errors are those
// of the writer and of options that match nothing.
package export
