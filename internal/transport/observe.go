// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"time"
)

// Exchange is one attempt, as the request log shows it. It holds no header, no query and no body, so nothing secret.
type Exchange struct {
	Context   context.Context //nolint:containedctx // the log finds its sink in it
	Method    string
	Host      string
	Path      string
	Status    int // 0 where there was no answer
	RequestID string
	Duration  time.Duration
	Err       error // why there was no answer
}

// observe reports each attempt.
type observe struct {
	next http.RoundTripper
	tell func(Exchange)
}

func (o *observe) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := o.next.RoundTrip(req)
	e := Exchange{Context: req.Context(), Method: req.Method, Host: req.URL.Host, Path: req.URL.Path, Duration: time.Since(start), Err: err}
	if resp != nil {
		e.Status, e.RequestID = resp.StatusCode, RequestID(resp.Header)
	}
	o.tell(e)
	return resp, err
}

// RequestID returns the id under which the cloud's support finds a request, or "" where none is sent that looks like
// one. RDS and the gateway send X-Request-Id, IAM sends X-Openstack-Request-Id as Keystone does, and the object store
// sends X-Amz-Request-Id.
func RequestID(h http.Header) string {
	return cmp.Or(shortWord(h.Get("X-Request-Id")), shortWord(h.Get("X-Openstack-Request-Id")), shortWord(h.Get("X-Amz-Request-Id")))
}

// short is what ids and codes look like.
var short = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// shortWord is an id or a code of a server's, or "" where it is something else: a text, a token that the server
// repeats.
func shortWord(text string) string {
	if !short.MatchString(text) {
		return ""
	}
	return text
}
