package sampler

import (
	"errors"
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// readProcess adds what /proc tells of a local process. One that has ended is
// no more what answers: its end is kept as evidence for the next answer.
func (s *Sampler) readProcess(v *snapshot.Vitals) {
	process := s.found.process
	if process == nil {
		return
	}
	usage, err := process.Read()
	switch {
	case errors.Is(err, target.ErrGone):
		s.run.ended, s.run.endedAt = fmt.Sprintf("process %d ended", process.PID), time.Now()
		s.found.process = nil
	case err == nil:
		fillLocal(v, process, usage)
		s.cpu.read(process, usage)
	}
}

// fillLocal adds what /proc tells. It is read last, so that its RSS is the
// fresher one. Of the start time and its own limit the target itself knows best:
// another process may have taken over the port, and a program may set the limit.
func fillLocal(v *snapshot.Vitals, process *target.Process, usage target.Usage) {
	v.Set(snapshot.RSS, usage.RSS)
	v.Set(snapshot.RSSAnon, usage.RSSAnon)
	v.Set(snapshot.Threads, usage.Threads)
	v.Set(snapshot.OpenFDs, usage.FDs)
	var told snapshot.Vitals
	told.Set(snapshot.StartTime, usage.StartTime.UnixNano())
	if process.MemoryLimit > 0 {
		told.Set(snapshot.MemoryLimit, process.MemoryLimit)
	}
	v.Fill(&told)
}

// readDescriptors adds what a local process has open, and up to how much it may.
// That is a call to the system for each, so it is done with snapshots only, and no
// more often than takes a hundredth of the time.
func (s *Sampler) readDescriptors(out *shot) {
	process := s.found.process
	begun := time.Now()
	if process == nil || begun.Before(s.descriptorsAt) {
		return
	}
	d, err := process.Descriptors()
	s.descriptorsAt = begun.Add(costRatio * time.Since(begun))
	if err != nil {
		return
	}
	v := &out.Vitals
	v.Set(snapshot.OpenFDs, d.Open)
	v.Set(snapshot.FDLimit, d.Limit)
	v.Set(snapshot.OpenSockets, d.Sockets)
	v.Set(snapshot.OpenPipes, d.Pipes)
	v.Set(snapshot.OpenFiles, d.Files)
	out.Connections = d.Connections
}

// readCgroup adds the limit that the system sets a local process. That takes a
// dozen files, so it is done with snapshots only.
func (s *Sampler) readCgroup(v *snapshot.Vitals) {
	process := s.found.process
	if process == nil {
		return
	}
	if cgroup, err := process.Cgroup(); err == nil && cgroup.Limit > 0 {
		v.Set(snapshot.CgroupLimit, cgroup.Limit)
		v.Set(snapshot.CgroupUsed, cgroup.Used)
	}
}

// cpuMeter adds up the CPU time that the target used while it was watched,
// over all its processes.
type cpuMeter struct {
	used  time.Duration
	pid   int
	start time.Time
	last  time.Duration // of this process
}

// read takes one reading; the first of a process only sets the mark.
func (m *cpuMeter) read(p *target.Process, usage target.Usage) {
	if p == nil {
		return
	}
	if m.pid == p.PID && m.start.Equal(p.StartTime) {
		m.used += max(0, usage.CPU-m.last)
	}
	m.pid, m.start, m.last = p.PID, p.StartTime, usage.CPU
}

// unixNano is the time that a figure in nanoseconds since 1970 means.
func unixNano(n int64) time.Time { return time.Unix(0, n) }
