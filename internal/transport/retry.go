// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// lastTry is the time before a request's deadline in which nothing is sent again. A pause ends before it, so that a
// server that asks for a long pause still gets one more attempt.
const lastTry = time.Second

// retry sends a request again after a fault. It is the project's own: of go-retryablehttp every hook was overridden.
type retry struct {
	next    http.RoundTripper
	pauses  Pauses
	retries int
	rules   Rules
}

// RoundTrip sends a request until it has an answer that is not a fault, its retries are used up, or its context ends.
func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, trace := req.Context(), traceOf(req.Context())
	below := Uncounted(ctx)
	var fault error // of the last attempt
	for sent := 1; ; sent++ {
		attempt := req.Clone(below)
		if req.GetBody != nil {
			var err error
			if attempt.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		trace.Sent()
		resp, err := r.next.RoundTrip(attempt)
		again := r.retryable(ctx, resp, err)
		var asked time.Duration // by the server
		var asks bool
		switch {
		case again && err == nil:
			fault = &FaultError{apierror.Parse(resp.StatusCode, resp.Header, peek(resp))}
			asked, asks = RetryAfter(resp.Header, time.Now())
		case again || err != nil && ctx.Err() == nil:
			fault = err
		}
		if again && sent <= r.retries {
			pause := r.pauses.After(ctx, sent, asked, asks)
			trace.Retry(Retry{Method: req.Method, Host: req.URL.Host, Path: req.URL.Path, Attempt: sent, Pause: pause, Err: fault})
			if err = Sleep(ctx, pause); err == nil {
				continue
			}
		}
		if err != nil && ctx.Err() != nil && fault != nil {
			return nil, &AbandonedError{Err: err, Fault: fault}
		}
		return resp, err
	}
}

// AbandonedError is a request whose context ended while it was retried.
type AbandonedError struct {
	Err   error // of the last attempt, or of the context
	Fault error // that caused the retries: a *FaultError or an *Error
}

func (e *AbandonedError) Error() string { return e.Err.Error() + ", after " + e.Fault.Error() }
func (e *AbandonedError) Unwrap() error { return e.Err }

// FaultError is an answer that was retried, such as a 503.
type FaultError struct{ apierror.Refusal }

func (e *FaultError) Error() string {
	return strings.Join(strings.Fields(strconv.Itoa(e.StatusCode)+" "+e.Code+" "+e.Message), " ") // each may be empty
}

// Pauses are the pauses before retries.
type Pauses struct {
	First       time.Duration  // doubled with each fault
	Least, Most time.Duration  // Most is also for a server that asks for an hour, which would use up the caller's time
	Random      func() float64 // numbers in [0, 1), so that requests are not sent again at the same moment; nil: math/rand/v2
}

// After returns the pause after some faults in a row: what the server asks for, else exponential with jitter.
func (p Pauses) After(ctx context.Context, faults int, asked time.Duration, asks bool) time.Duration {
	pause := min(max(asked, p.Least), p.Most)
	if !asks {
		pause = min(p.First<<min(faults-1, 20), p.Most)
		random := p.Random
		if random == nil {
			random = rand.Float64
		}
		pause -= time.Duration(float64(pause) * random() / 4) // up to a quarter earlier
	}
	if left := untilLastTry(ctx); left > 0 {
		pause = min(pause, left)
	}
	return pause
}

// untilLastTry returns how long a request may pause so that one more attempt is possible.
func untilLastTry(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return math.MaxInt64
	}
	return max(time.Until(deadline)-lastTry, 0)
}

// Sleep returns after d, or earlier with the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// RetryAfter reads the header Retry-After in both of its forms (RFC 9110, 10.2.3). The pause is between 0 and a day.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	const longest = 24 * time.Hour
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 63); err == nil || errors.Is(err, strconv.ErrRange) { // then it is the largest
		return time.Duration(min(seconds, uint64(longest/time.Second))) * time.Second, true
	}
	if date, err := http.ParseTime(text); err == nil {
		return min(max(date.Sub(now), 0), longest), true
	}
	return 0, false
}
