package target

import (
	"net/url"
	"slices"
	"testing"
)

func mustParse(t *testing.T, text string) *Target {
	t.Helper()
	target, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestProfile(t *testing.T) {
	target := mustParse(t, "http://me:secret@app:6060/svc/debug/pprof")
	tests := []struct {
		name  string
		query url.Values
		want  string
	}{
		{"heap", nil, "http://app:6060/svc/debug/pprof/heap"},
		{"heap", url.Values{"debug": {"1"}}, "http://app:6060/svc/debug/pprof/heap?debug=1"},
		{"my profile/1", nil, "http://app:6060/svc/debug/pprof/my%20profile%2F1"},
	}
	for _, tt := range tests {
		if got := target.Profile(tt.name, tt.query); got != tt.want {
			t.Errorf("Profile(%q, %v) = %s, want %s", tt.name, tt.query, got, tt.want)
		}
	}
	if got := mustParse(t, "unix:///run/app.sock").Profile("heap", nil); got != "http://unix/debug/pprof/heap" {
		t.Errorf("over a unix socket: %s", got)
	}
}

func TestMetricsAndVars(t *testing.T) {
	tests := []struct {
		target        string
		metrics, vars []string
	}{
		{"app:1", []string{"http://app:1/metrics"}, []string{"http://app:1/debug/vars"}},
		{
			"app:1/svc/debug/pprof/",
			[]string{"http://app:1/svc/metrics", "http://app:1/metrics"},
			[]string{"http://app:1/svc/debug/vars", "http://app:1/debug/vars"},
		},
		{
			"app:1/custom/pprof/",
			[]string{"http://app:1/custom/metrics", "http://app:1/metrics"},
			[]string{"http://app:1/custom/vars", "http://app:1/custom/debug/vars", "http://app:1/debug/vars"},
		},
		{
			"app:1/a%2Fb/debug/pprof/",
			[]string{"http://app:1/a%2Fb/metrics", "http://app:1/metrics"},
			[]string{"http://app:1/a%2Fb/debug/vars", "http://app:1/debug/vars"},
		},
		{"app:1/pprof/", []string{"http://app:1/metrics"}, []string{"http://app:1/vars", "http://app:1/debug/vars"}},
		{"app:1/heap", []string{"http://app:1/metrics"}, []string{"http://app:1/vars", "http://app:1/debug/vars"}},
	}
	for _, tt := range tests {
		target := mustParse(t, tt.target)
		if got := target.Metrics(); !slices.Equal(got, tt.metrics) {
			t.Errorf("%s: metrics at %q, want %q", tt.target, got, tt.metrics)
		}
		if got := target.Vars(); !slices.Equal(got, tt.vars) {
			t.Errorf("%s: vars at %q, want %q", tt.target, got, tt.vars)
		}
	}
}

func TestHeaderAuthorization(t *testing.T) {
	withUser := mustParse(t, "http://me:p%40ss@app:6060/")
	own := Options{Headers: []Header{{"Authorization", "Bearer x"}, {"X-Team", "a"}, {"X-Team", "b"}}}
	tests := []struct {
		name   string
		target *Target
		o      Options
		want   string
	}{
		{"from the userinfo", withUser, Options{}, "Basic bWU6cEBzcw=="},
		{"a header goes before the userinfo", withUser, own, "Bearer x"},
		{"none", mustParse(t, "app:6060"), Options{}, ""},
	}
	for _, tt := range tests {
		if got := tt.target.Header(tt.o).Get("Authorization"); got != tt.want {
			t.Errorf("%s: Authorization is %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := withUser.Header(own).Values("X-Team"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a repeated header became %q", got)
	}
}

func TestDescribe(t *testing.T) {
	u, err := url.Parse("http://me:secret@app:6060/a%2Fb?token=secret#x")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mustParse(t, "app:6060").Describe(u), "http://app:6060/a%2Fb"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	socket := mustParse(t, "unix:///run/app.sock")
	u, err = url.Parse(socket.Profile("heap", nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := socket.Describe(u), "unix:///run/app.sock (/debug/pprof/heap)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
