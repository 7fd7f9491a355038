// Package list is the windowed list that every table of the screens is.
//
// What flows in: typed rows, in any number, as often as they change; keys,
// clicks and a size. What flows out: a block of text of exactly that size, and
// which row is selected.
//
// The rows stay where they are. A view, one int32 a row, holds which of them
// are shown in which order; filter and sort rewrite the view, and a key press
// changes two integers. Only the rows on screen are formatted, so that drawing
// costs the same for a hundred rows and for a hundred thousand.
//
// To filter and sort many rows takes longer than a key press may. A deferred list
// hands that out: [List.Wanted] is arranged elsewhere and shown by [List.Show].
//
// The selection follows its row by identity while the data moves under it.
package list
