package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"leaktop/capture/fetch"
	"leaktop/capture/target"
)

// pidHint says that a number among the arguments is that of a process, and which
// ports that one has, where nothing listens on the port of that number; "" for
// nothing to say.
func pidHint(args []string, err error) string {
	var fault *fetch.Error
	var unclear *target.UsageError
	if refused := errors.As(err, &fault) && fault.Kind == fetch.Refused; !refused && !errors.As(err, &unclear) {
		return ""
	}
	for _, arg := range args {
		pid, notNumber := strconv.Atoi(strings.TrimPrefix(arg, ":"))
		if notNumber != nil {
			continue
		}
		name, ports, ok := target.Listening(pid)
		switch {
		case !ok:
		case len(ports) == 0:
			return fmt.Sprintf("; %d is the process %s, not a port: it listens on no port that leaktop can see", pid, name)
		case len(ports) == 1:
			return fmt.Sprintf("; %d is the process %s, not a port: it listens on %d, so try leaktop %d", pid, name, ports[0], ports[0])
		default:
			return fmt.Sprintf("; %d is the process %s, not a port: it listens on %s", pid, name, portList(ports))
		}
	}
	return ""
}

// mostPorts is how many ports are listed.
const mostPorts = 8

func portList(ports []int) string {
	var list []string
	for _, p := range ports[:min(len(ports), mostPorts)] {
		list = append(list, strconv.Itoa(p))
	}
	if len(ports) > mostPorts {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}
