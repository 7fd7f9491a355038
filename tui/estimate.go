package tui

import (
	"math"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
	"leaktop/diff/units"
)

// perMinuteText is an estimated growth per minute, "" where there is none.
func perMinuteText(e trend.Estimate, unit leak.Unit) string {
	switch {
	case !e.Known:
		return ""
	case unit == leak.Bytes:
		return units.BytesPerMinute(e.Value)
	}
	return units.CountPerMinute(e.Value)
}

// growthOf is what a finding grows by. What levelled off, or waits and becomes no
// more, grows by nothing, whatever it did on the way.
func growthOf(f *leak.Finding) trend.Estimate {
	if f.Verdict == leak.Plateau || f.Verdict == leak.Stuck {
		return trend.Estimate{}
	}
	return f.Growth
}

// intervalText is the interval of an estimate in the scale in which its value
// is written, as "(63.1 – 64.9)"; "" where the data give no bound at all.
func intervalText(e trend.Estimate, unit leak.Unit) string {
	low, high := math.IsInf(e.Low, 0), math.IsInf(e.High, 0)
	switch scale := scaleOf(e.Value, unit); {
	case !e.Known, low && high:
		return ""
	case high:
		return "(at least " + decimal(e.Low/scale) + ")"
	case low:
		return "(at most " + decimal(e.High/scale) + ")"
	default:
		return "(" + decimal(e.Low/scale) + " – " + decimal(e.High/scale) + ")"
	}
}

// scaleOf is how much one step of the unit is in which a value is written.
func scaleOf(value float64, unit leak.Unit) float64 {
	if unit != leak.Bytes {
		return 1
	}
	n := int64(max(math.MinInt64/2, min(value, math.MaxInt64/2)))
	step, _ := units.Axis(absolute(n), "bytes")
	return step
}

// decimal writes a number with one decimal and, as everywhere, a true minus.
func decimal(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), "-", "−", 1)
}

// bytesText is a number of bytes, "" where it is not known.
func bytesText(v snapshot.Value) string {
	n, known := v.Get()
	if !known {
		return ""
	}
	return units.Bytes(n)
}

// amountText says what a stack or a group holds now, as far as it is known.
func amountText(a leak.Amounts) string {
	text := bytesText(a.Bytes)
	if n, known := a.Objects.Get(); known && text != "" {
		text += " in " + units.Plural(n, "object")
	}
	if n, known := a.Goroutines.Get(); known {
		text = joined(units.Plural(n, "goroutine"), text)
	}
	return text
}

// sureText is "97% sure", "" for what was not weighed.
func sureText(f *leak.Finding) string {
	text := surenessText(f)
	if text == "" {
		return ""
	}
	return text + " sure"
}

// surenessText is how sure a verdict is, "" for what was not weighed. Nothing is
// ever certain but what the runtime proves.
func surenessText(f *leak.Finding) string {
	if f.Confidence <= 0 {
		return ""
	}
	most := 0.99
	if f.Verdict == leak.Proven {
		most = 1
	}
	return strconv.Itoa(int(math.Floor(100*min(f.Confidence, most)))) + "%"
}
