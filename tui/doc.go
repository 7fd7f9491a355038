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
package tui
