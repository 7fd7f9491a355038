// Package chart draws curves over time. It is the only user of asciigraph.
//
// What flows in: series of timed points, marks, a window of time and a size.
// What flows out: a block of text of exactly that size, with value axis, time
// axis, marks and legend. [Spark] draws a curve in one cell's height.
//
// A column of the chart is a stretch of time, not a number of points: it shows
// the highest value of its points, so that no spike is lost; where it has none,
// the value before it still holds; and where there was no answer there is no line.
//
// asciigraph draws each unbroken run of columns, already scaled to whole lines.
// That keeps it away from what it cannot take (no points, infinite values) and
// from what it would do by itself: sample points away, collapse a level curve,
// fill a gap, and let the labels move the chart.
package chart
