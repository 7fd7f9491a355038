//go:build !linux

package target

import (
	"context"
	"errors"
)

// FindLocal finds the process that serves a loopback address. It can do so on Linux only.
func FindLocal(context.Context, *Target, []string) (*Process, error) {
	return nil, errors.New("the local process is unknown: it can be found on Linux only")
}

// Listening returns the name of a process of this machine and the TCP ports that it
// accepts connections on. It can do so on Linux only.
func Listening(int) (name string, ports []int, ok bool) { return "", nil, false }

// Read returns what the process uses now.
func (p *Process) Read() (Usage, error) { return Usage{}, ErrGone }

// Cgroup returns the memory limit that the process runs under. It can do so on Linux only.
func (p *Process) Cgroup() (Cgroup, error) {
	return Cgroup{}, errors.New("the memory limit is unknown: cgroups exist on Linux only")
}

// Descriptors reads what the process has open. It can do so on Linux only.
func (p *Process) Descriptors() (Descriptors, error) {
	return Descriptors{}, errors.New("the open descriptors are unknown: they are listed on Linux only")
}
