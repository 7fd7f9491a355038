// Package tui is the terminal program: one Bubble Tea model and its screens.
//
// What flows in: events of a source of snapshots, what a judge makes of them,
// keys, the mouse and the window's size. What flows out: a view, an alert where
// one is wanted, and the few things that a user can ask for, through the small
// interfaces of [Config]: a snapshot, a full dump, a pause, a file.
//
// [Model] owns the state and hands it to the screens, which are plain structs
// that draw themselves into a given width and height. No screen does I/O:
// files and the editor are reached in commands, whose results come back as
// messages.
//
// Nor does the update loop do what takes longer than a frame. A screen returns a
// task for what it wants to show; it runs as a command that has the analyst
// and a frozen history for itself, and what it returns is put on the
// screen by message, unless the user wanted something else meanwhile. The judge
// is a command of its own. Until then the last view stays, and can be used.
package tui
