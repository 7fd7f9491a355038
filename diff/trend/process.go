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
	load := newReader(h.timeline).load(&h.process)
	c := curve{seconds: h.seconds, values: load}
	p.Rate = number(load[n-1] / c.span())
	if n > 2 {
		mid := c.middle()
		p.Early = number(load[mid] / (c.seconds[mid] - c.seconds[0]))
		p.Late = number((load[n-1] - load[mid]) / (c.seconds[n-1] - c.seconds[mid]))
	}
	if place := loadEnd(c.seconds, load, float64(h.rate)); place > 0 {
		p.LoadEnded = h.times[place]
	}
	return p
}
