//go:build !unix

package main

// openWithoutWaiting is nothing where no file makes who opens it wait.
const openWithoutWaiting = 0
