package trend

import "testing"

// The example of Benjamini and Hochberg (1995): of 15 tests at 0.05, the four
// with the smallest chances are discoveries.
func TestDiscoveries(t *testing.T) {
	chances := []float64{
		0.3240, 0.0001, 0.0004, 0.4262, 0.0019, 0.0201, 0.0278, 0.0298,
		0.0344, 0.0459, 0.0095, 0.5719, 0.6528, 0.7590, 1.0000,
	}
	for i, rate := range discoveries(chances, 15) {
		if found, want := rate <= 0.05, chances[i] <= 0.0095; found != want {
			t.Errorf("%v: rate %v", chances[i], rate)
		}
	}
	// Those that did not pass the gate count as tested all the same.
	rates := discoveries([]float64{0.001, 0.0001}, 200)
	close(t, "second", rates[0], 0.1, 1e-9)
	close(t, "first", rates[1], 0.02, 1e-9)
	if rates := discoveries(nil, 3); len(rates) != 0 {
		t.Errorf("nothing: got %v", rates)
	}
}
