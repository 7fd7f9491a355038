package theme

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
)

// foregrounds are the paints that colour text, by name.
func foregrounds(t Theme) map[string]Paint {
	m := map[string]Paint{
		"Accent": t.Accent, "Dim": t.Dim, "Error": t.Error,
		"Leak": t.Leak, "Growing": t.Growing, "Level": t.Level,
		"Key": t.Key, "Hint": t.Hint,
	}
	for i, p := range t.Series {
		m[fmt.Sprintf("Series[%d]", i)] = p
	}
	return m
}

// Text needs a contrast of 4.5:1 (WCAG 2.2, level AA), on the plain background
// and on the selected row alike.
func TestEveryForegroundIsReadable(t *testing.T) {
	for _, dark := range []bool{true, false} {
		theme, background := New(dark), lipgloss.Color("#ffffff")
		if dark {
			background = lipgloss.Color("#0d1117")
		}
		for name, p := range foregrounds(theme) {
			for place, bg := range map[string]color.Color{"background": background, "selected row": theme.Selected.Style().GetBackground()} {
				if got := contrast(p.Style().GetForeground(), bg); got < 4.5 {
					t.Errorf("dark=%v: %s on the %s has a contrast of %.2f:1, want at least 4.5", dark, name, place, got)
				}
			}
		}
	}
}

// Curves must be told apart by people who lack one kind of cone, and must not
// be taken for a verdict. A difference of 20 in CIELAB is seen at a glance.
func TestSeriesColoursDiffer(t *testing.T) {
	for _, dark := range []bool{true, false} {
		theme := New(dark)
		for i, a := range theme.Series {
			for j, b := range theme.Series[:i] {
				for sight := range sights() {
					if got := difference(a.Style().GetForeground(), b.Style().GetForeground(), sight); got < 20 {
						t.Errorf("dark=%v, %s: series %d and %d differ by %.1f, want at least 20", dark, sight, j, i, got)
					}
				}
			}
			for name, p := range map[string]Paint{"Leak": theme.Leak, "Growing": theme.Growing, "Level": theme.Level} {
				if got := difference(a.Style().GetForeground(), p.Style().GetForeground(), "full colour"); got < 20 {
					t.Errorf("dark=%v: series %d and %s differ by %.1f, want at least 20", dark, i, name, got)
				}
			}
		}
	}
}

func TestContrastIsTheOneOfWCAG(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#777777", "#ffffff", 4.48},
		{"#ffffff", "#777777", 4.48},
		{"#123456", "#123456", 1},
	} {
		if got := contrast(lipgloss.Color(c.a), lipgloss.Color(c.b)); math.Abs(got-c.want) > 0.01 {
			t.Errorf("contrast(%s, %s) = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

// linear returns a colour's red, green and blue as amounts of light, 0 to 1.
func linear(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	var out [3]float64
	for i, v := range []uint32{r, g, b} {
		if s := float64(v) / 0xffff; s <= 0.04045 {
			out[i] = s / 12.92
		} else {
			out[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return out
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		l := linear(c)
		return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// sights are what eyes make of linear light: full colour vision, and the
// matrices of Machado, Oliveira and Fernandes (2009) for the complete lack of
// one kind of cone.
func sights() map[string][3][3]float64 {
	return map[string][3][3]float64{
		"full colour":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
		"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	}
}

// difference is the distance of two colours in CIELAB (CIE76), as a sight sees them.
func difference(a, b color.Color, sight string) float64 {
	m := sights()[sight]
	lab := func(c color.Color) [3]float64 {
		l := linear(c)
		var s [3]float64
		for i, row := range m {
			s[i] = max(0, row[0]*l[0]+row[1]*l[1]+row[2]*l[2])
		}
		f := func(t float64) float64 {
			if t > 0.008856 {
				return math.Cbrt(t)
			}
			return 7.787*t + 16.0/116
		}
		x := f((0.4124*s[0] + 0.3576*s[1] + 0.1805*s[2]) / 0.95047)
		y := f(0.2126*s[0] + 0.7152*s[1] + 0.0722*s[2])
		z := f((0.0193*s[0] + 0.1192*s[1] + 0.9505*s[2]) / 1.08883)
		return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
	}
	p, q := lab(a), lab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}
