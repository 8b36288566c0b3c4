// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// attempt sends a request once and reads its answer whole, so that a body that breaks off is a fault of the attempt,
// which the layer above can send again, and not a surprise for the decoder.
type attempt struct {
	next    http.RoundTripper
	options *Options
}

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeoutCause(req.Context(), a.options.AttemptTimeout, &TimeoutError{After: a.options.AttemptTimeout})
	defer cancel()
	bounded := req.Clone(ctx)
	bounded.Header.Set("User-Agent", a.options.UserAgent)

	resp, err := a.next.RoundTrip(bounded)
	if err != nil {
		return nil, explain(bounded, err, start)
	}
	body, err := readBounded(resp.Body, a.options.MaxBody)
	if err != nil {
		return nil, explain(bounded, err, start)
	}
	setBody(resp, body)
	resp.Request = req // this attempt's own context has ended
	if _, err := resp.Location(); err != nil {
		// net/http would make an error of an address that it can't read, one that repeats it. The status says enough.
		resp.Header.Del("Location")
	}
	return resp, nil
}

// explain names the place that was asked, without the query, and prefers the reason of a timeout to its symptom: the
// attempt's own time is up, or the time of the whole.
func explain(req *http.Request, err error, start time.Time) error {
	var timeout *TimeoutError
	cause := context.Cause(req.Context())
	switch {
	case errors.As(cause, &timeout):
		err = timeout
	case errors.Is(cause, context.DeadlineExceeded):
		err = &TimeoutError{After: time.Since(start).Round(time.Millisecond), Err: cause}
	}
	return &Error{Method: req.Method, URL: place(req.URL), Err: err}
}

// place is a URL without what may be secret in it: its query, its user.
func place(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

func readBounded(body io.ReadCloser, limit int64) ([]byte, error) {
	defer func() { _ = body.Close() }() // what was to be read has been read
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(text)) > limit {
		return nil, &TooLargeError{Limit: limit}
	}
	return text, nil
}

func setBody(resp *http.Response, text []byte) {
	resp.Body = io.NopCloser(bytes.NewReader(text))
}

// peek returns an answer's body and leaves it unread.
func peek(resp *http.Response) []byte {
	text, err := io.ReadAll(resp.Body)
	if err != nil { // cannot be: attempt has put a buffer there
		return nil
	}
	setBody(resp, text)
	return text
}

// Error is a request that got no answer, or none that could be read to its end. Err is the reason.
type Error struct {
	Method string
	URL    string // scheme, host and path; never the query
	Err    error
}

// Error is safe to print. The reason may hold what a server sent, as long as it likes, where that was no HTTP.
func (e *Error) Error() string {
	return e.Method + " " + e.URL + ": " + apierror.Printable(Reason(e.Err))
}

func (e *Error) Unwrap() error { return e.Err }

// TimeoutError is an attempt that was given up because its answer was not complete in time.
type TimeoutError struct {
	After time.Duration
	Err   error // the context's, where the time of the whole was up and not only this attempt's
}

func (e *TimeoutError) Unwrap() error { return e.Err }

func (e *TimeoutError) Error() string { return fmt.Sprintf("no complete answer within %s", e.After) }

// TooLargeError is an answer of more than Limit bytes. It is not asked for again.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer is longer than %d bytes, which no answer of this API should be", e.Limit)
}
