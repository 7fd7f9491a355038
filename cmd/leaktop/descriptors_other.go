//go:build !unix

package main

// enoughFiles reports nothing where files are not counted.
func enoughFiles() error { return nil }
