// Package ascii draws in ASCII what is drawn in Unicode, for terminals that
// would show something else.
//
// What flows in is what is about to be written: text of any width with the
// escape sequences of colours. What flows out has as many cells, so that it is
// the last step, and nothing that draws has to know of it.
package ascii
