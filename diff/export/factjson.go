package export

import (
	"math"
	"slices"

	"leaktop/diff/leak"
)

// newFact is a fact as the JSON contract has it.
func newFact(f leak.Fact) Fact {
	out := Fact{
		Kind:      string(f.Kind),
		Functions: slices.Clone(f.Functions),
		Handlers:  slices.Clone(f.Handlers),
		Words:     slices.Clone(f.Words),
		Addresses: slices.Clone(f.Addresses),
		Text:      f.Text(),
	}
	for _, v := range f.Values {
		out.Values = append(out.Values, Value{v.Name, roundedValue(v), string(v.Unit)})
	}
	for _, t := range f.Times {
		out.Times = append(out.Times, t.UTC())
	}
	return out
}

// roundedValue is a number as exact as it can mean, so that it is the same on
// every machine: whole where things are counted, else three decimals; a
// probability, which may be tiny, to three digits.
func roundedValue(v leak.Value) float64 {
	switch v.Unit {
	case leak.Probability:
		return threeDigits(v.Number)
	case leak.Seconds, leak.Ratio:
		return math.Round(1000*v.Number) / 1000
	}
	return math.Round(v.Number)
}

func threeDigits(p float64) float64 {
	if p <= 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(p)))
	if math.IsInf(scale, 0) {
		return 0
	}
	return math.Round(p*scale) / scale
}
