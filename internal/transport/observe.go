// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

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
