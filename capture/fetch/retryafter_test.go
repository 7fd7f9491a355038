package fetch

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		code int
		text string
		want time.Duration
	}{
		{503, "7", 7 * time.Second},
		{429, " 7 ", 7 * time.Second},
		{500, "7", 0},
		{503, "", 0},
		{503, "soon", 0},
		{503, "-3", 0},
		{503, "18446744073709551615", maxRetryAfter},
		{503, "99999999999999999999999", 0}, // no number of seconds
		{429, "Sun, 01 Mar 2026 12:00:30 GMT", 30 * time.Second},
		{429, "Sun, 01 Mar 2026 11:00:00 GMT", 0},
		{429, "Fri, 31 Dec 9999 23:59:59 GMT", maxRetryAfter},
	} {
		resp := &http.Response{StatusCode: c.code, Header: http.Header{"Retry-After": {c.text}}}
		if got := retryAfter(resp, now); got != c.want {
			t.Errorf("%d with Retry-After %q asks to wait %s, want %s", c.code, c.text, got, c.want)
		}
	}
}
