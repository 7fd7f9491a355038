package trend

// Process says how the heap as a whole moves.
func (o *Observer) Process() Process {
	h := &o.heap
	n := len(h.times)
	if n == 0 {
		return Process{}
	}
	p := Process{First: h.process.first.live, Now: h.process.last.live}
	if n < 2 || h.columns.AllocBytes < 0 {
		return p
	}
	read := newReader(h.timeline)
	c, load := read.plain(&h.process), read.load(&h.process)
	p.Rate = number(load[n-1] / c.span())
	if n > 2 {
		mid := c.middle()
		p.Early = number(load[mid] / (c.seconds[mid] - c.seconds[0]))
		p.Late = number((load[n-1] - load[mid]) / (c.seconds[n-1] - c.seconds[mid]))
	}
	if place := loadEnd(read.seconds, load, float64(h.rate)); place > 0 {
		p.LoadEnded = read.times[place]
	}
	return p
}
