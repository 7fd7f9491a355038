// Package export writes a result for other programs and for people, one file a
// format.
//
// What flows in: a [Diff], the comparisons of two snapshots with the names and
// times of both; a [Check], what was judged of one target; or a [Run], a diff
// with all that is known besides. What flows out, through an io.Writer: of a diff
// a table ([Text]), a report for an issue or a pull request ([Markdown]), a diff
// profile for go tool pprof ([Pprof]), a flame graph ([SVG]) and the stacks for
// other tools' ([Folded], [Speedscope]); of checks the same for people
// ([CheckText], [CheckMarkdown]) and for CI ([JUnit], [GitHub]); of a run a page
// ([HTML]) and tables ([CSV]); of all the JSON contract leaktop.report/v1
// ([JSON]), which [Baseline] reads again. [Anonymise] makes a run that may be
// handed to strangers. The same input gives the same bytes. Errors are those of
// the writer and of options that match nothing.
package export
