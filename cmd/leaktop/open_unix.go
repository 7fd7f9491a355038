//go:build unix

package main

import "syscall"

// openWithoutWaiting opens a pipe at once, although nobody writes to it.
const openWithoutWaiting = syscall.O_NONBLOCK
