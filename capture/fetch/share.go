package fetch

import (
	"context"
	"time"
)

// share is the part of a longer time that some requests have together.
type share struct {
	deadline time.Time
	of       string
}

type shareKey struct{}

// WithShare bounds requests by what is left of a share of the time that --timeout
// gives. Where that is what ends one, its error says of which share it is, in
// words that complete "--timeout, ": "half of which is for attaching".
func WithShare(ctx context.Context, left time.Duration, of string) (context.Context, context.CancelFunc) {
	deadline := time.Now().Add(left)
	ctx = context.WithValue(ctx, shareKey{}, share{deadline, of})
	return context.WithDeadline(ctx, deadline)
}

// shareOf is the share that ends a request, "" for none.
func shareOf(ctx context.Context) string {
	s, ok := ctx.Value(shareKey{}).(share)
	if deadline, bounded := ctx.Deadline(); !ok || !bounded || deadline.Before(s.deadline) {
		return ""
	}
	return s.of
}
