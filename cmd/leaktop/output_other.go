//go:build !unix

package main

import (
	"io/fs"
	"os"
)

// openWithoutWaiting is nothing where no file makes who opens it wait.
const openWithoutWaiting = 0

// become gives a new file the permissions of another one.
func become(f *os.File, old fs.FileInfo) error { return os.Chmod(f.Name(), old.Mode().Perm()) }
