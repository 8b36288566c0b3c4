// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Trace follows the requests of a context. Its functions are called in the goroutine of the request; each may be nil.
type Trace struct {
	Sent  func()      // called before each attempt. The attempts of a login that a request needs do not count.
	Retry func(Retry) // called before each pause between two attempts, of a login too
}

// Retry is a request that failed and will be sent again.
type Retry struct {
	Method, Host, Path string
	Attempt            int           // the number of the attempt that failed, from 1
	Pause              time.Duration // until the next attempt
	Err                error         // a *FaultError for an answer, else an *Error
}

// Cause returns what came back, without the address: "503 Service Unavailable, DBS.200005" or "connection refused".
func (r Retry) Cause() string {
	if answer, ok := errors.AsType[*FaultError](r.Err); ok {
		return strings.TrimSuffix(apierror.StatusText(answer.StatusCode)+", "+answer.Code, ", ")
	}
	err := r.Err
	if none, ok := errors.AsType[*Error](err); ok {
		err = none.Err
	}
	return apierror.Printable(Reason(err))
}

type traceKey struct{}

// WithTrace returns a context for requests that the trace follows. Traces of the outer context go on.
func WithTrace(ctx context.Context, t Trace) context.Context {
	outer := traceOf(ctx)
	return context.WithValue(ctx, traceKey{}, Trace{
		Sent: func() {
			outer.Sent()
			if t.Sent != nil {
				t.Sent()
			}
		},
		Retry: func(r Retry) {
			outer.Retry(r)
			if t.Retry != nil {
				t.Retry(r)
			}
		},
	})
}

func traceOf(ctx context.Context) Trace {
	t, ok := ctx.Value(traceKey{}).(Trace)
	if !ok {
		return Trace{Sent: func() {}, Retry: func(Retry) {}}
	}
	return t
}

// Uncounted returns a context whose requests are not counted: a login does not belong to the request that needs it.
func Uncounted(ctx context.Context) context.Context {
	return context.WithValue(ctx, traceKey{}, Trace{Sent: func() {}, Retry: traceOf(ctx).Retry})
}

// Exchange is one attempt, for the request log. It has no header, query or body, so nothing in it is secret.
type Exchange struct {
	Context   context.Context //nolint:containedctx // the log finds its sink in it
	Method    string
	Host      string
	Path      string
	Status    int // 0 without an answer
	RequestID string
	Duration  time.Duration
	Err       error // why there was no answer
}

// observe reports each attempt.
type observe struct {
	next   http.RoundTripper
	report func(Exchange)
}

func (o *observe) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := o.next.RoundTrip(req)
	e := Exchange{Context: req.Context(), Method: req.Method, Host: req.URL.Host, Path: req.URL.Path, Duration: time.Since(start), Err: err}
	if resp != nil {
		e.Status, e.RequestID = resp.StatusCode, apierror.RequestID(resp.Header)
	}
	o.report(e)
	return resp, err
}
