// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// lastTry is kept free at the end of the time that a request has, so that a pause that the server asks for
// can't use all of it up; inside it nothing is sent again.
const lastTry = time.Second

// retry is the layer that sends a request again after a fault.
type retry struct {
	next    http.RoundTripper // sends it one time
	options *Options
	final   func(status int, body []byte) bool
	// atMostOnce: see Rules.
	atMostOnce bool
}

// RoundTrip sends a request until its answer counts, it may not be sent again, or its context ends.
func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	var last error
	for n := 0; ; n++ {
		attempt, err := rewound(req)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(attempt)
		again := r.again(ctx, resp, err)
		if again || err != nil && ctx.Err() == nil {
			last = faultOf(resp, err)
		}
		if again && n < r.options.MaxRetries {
			if err = sleep(ctx, r.pause(ctx, n, resp)); err == nil {
				continue
			}
		}
		if err != nil && ctx.Err() != nil && last != nil {
			return nil, &AbandonedError{Err: err, Fault: last}
		}
		return resp, err
	}
}

// rewound is a request with its body from the beginning.
func rewound(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	again := req.Clone(req.Context())
	var err error
	again.Body, err = req.GetBody()
	return again, err
}

// again decides whether a request is sent once more.
func (r *retry) again(ctx context.Context, resp *http.Response, err error) bool {
	if deadline, ok := ctx.Deadline(); ctx.Err() != nil || ok && time.Until(deadline) <= lastTry {
		return false
	}
	if err != nil {
		return !Permanent(err) && !retriedBelow(err) && (!r.atMostOnce || NeverSent(err))
	}
	body := peek(resp)
	if r.atMostOnce && resp.StatusCode != http.StatusTooManyRequests { // the gateway's, which hands nothing on
		return false
	}
	if r.final != nil && r.final(resp.StatusCode, body) {
		return false
	}
	return faulty(resp.StatusCode, body)
}

// AbandonedError is a request whose context ended while it was being retried. It keeps the fault for which it was,
// which would be lost otherwise, and with it the cause that a person looks for.
type AbandonedError struct {
	Err   error // of the last attempt, or of the context
	Fault error // a *FaultError or an *Error
}

func (e *AbandonedError) Error() string { return e.Err.Error() + ", after " + e.Fault.Error() }
func (e *AbandonedError) Unwrap() error { return e.Err }

// FaultError is an answer that counts as a passing fault.
type FaultError struct{ apierror.Refusal }

func (e *FaultError) Error() string {
	return strings.Join(strings.Fields(strconv.Itoa(e.StatusCode)+" "+e.Code+" "+e.Message), " ") // each may be empty
}

func faultOf(resp *http.Response, err error) error {
	if err == nil {
		return &FaultError{apierror.Parse(resp.StatusCode, resp.Header, peek(resp))}
	}
	return err
}

// faulty says whether an answer comes from something between us and the API, or from an API that is out of order.
func faulty(status int, body []byte) bool {
	switch {
	case status == http.StatusTooManyRequests:
		return true
	case status >= http.StatusInternalServerError:
		return status != http.StatusNotImplemented
	case status >= 200 && status <= 299: // a proxy that changes an answer may say 203
		return apierror.IsHTML(body)
	default:
		return false
	}
}

// pause is how long to wait before the next attempt: what the server asks for in Retry-After, else exponential with
// jitter. In both cases it is no longer than MaxPause: a server that asks for an hour must not use up the time of the
// whole.
func (r *retry) pause(ctx context.Context, n int, resp *http.Response) time.Duration {
	pause, asked := retryAfter(resp, time.Now())
	if !asked {
		pause = min(r.options.MinPause<<min(n, 20), r.options.MaxPause)
		pause -= time.Duration(float64(pause) * r.options.Random() / 4) // up to a quarter earlier
	}
	return min(max(min(pause, r.options.MaxPause), r.options.MinPause/2), untilLastTry(ctx))
}

// untilLastTry is how long a request may still pause so that one more attempt is possible.
func untilLastTry(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return math.MaxInt64
	}
	return max(time.Until(deadline)-lastTry, 0)
}

// retryAfter is [RetryAfter] for an answer that may be missing.
func retryAfter(resp *http.Response, now time.Time) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	return RetryAfter(resp.Header, now)
}

// RetryAfter reads the header of that name in both of its forms (RFC 9110, 10.2.3): a pause of a day at most, and not
// below 0. The library's own reader overflows on large numbers and looks at two status codes only, and the pace and
// package download need the value too.
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
