// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// attempt sends a request once and reads the answer to its end.
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
	longest, _ := req.Context().Value(maxBodyKey{}).(int64)
	body, err := readBounded(resp.Body, max(longest, a.options.MaxBody))
	if err != nil {
		return nil, explain(bounded, err, start)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.Request = req // this attempt's own context has ended
	if _, err := resp.Location(); err != nil {
		resp.Header.Del("Location") // net/http would fail on an unreadable address and repeat it in its error
	}
	return resp, nil
}

type maxBodyKey struct{}

// WithMaxBody returns a context for requests whose answers may have more bytes than Options.MaxBody.
func WithMaxBody(ctx context.Context, n int64) context.Context {
	return context.WithValue(ctx, maxBodyKey{}, n)
}

// explain adds the address, and prefers the cause of a timeout to its symptom.
func explain(req *http.Request, err error, start time.Time) error {
	cause := context.Cause(req.Context())
	if timeout, ok := errors.AsType[*TimeoutError](cause); ok {
		err = timeout
	} else if cause != nil {
		err = &TimeoutError{After: time.Since(start).Round(time.Millisecond), Err: cause}
	}
	return &Error{Method: req.Method, URL: place(req.URL), Err: err}
}

// place returns a URL without its query and user, which may be secret.
func place(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

func readBounded(body io.ReadCloser, limit int64) ([]byte, error) {
	defer func() { _ = body.Close() }() // nothing more is read
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(text)) > limit {
		return nil, &TooLargeError{Limit: limit}
	}
	return text, nil
}

// peek returns an answer's body and leaves it unread.
func peek(resp *http.Response) []byte {
	text, _ := io.ReadAll(resp.Body) // never fails: attempt has put a buffer there
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return text
}

// Error is a request without an answer, or with half of one.
type Error struct {
	Method string
	URL    string // scheme, host and path; never the query
	Err    error
}

// Error returns the address and the reason, safe to print: the reason may repeat what a server sent.
func (e *Error) Error() string {
	return e.Method + " " + e.URL + ": " + apierror.Printable(Reason(e.Err))
}

func (e *Error) Unwrap() error { return e.Err }

// Reason returns why a connection gave no complete answer. Some texts of the standard library are for programmers;
// Reason has plain ones for these.
func Reason(err error) string {
	var noTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before everything had arrived"
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer"
	case errors.As(err, &noTLS):
		return "the server does not speak TLS there, so the address may be one for http://"
	default:
		return err.Error()
	}
}

// TimeoutError is an attempt whose answer was not complete in time.
type TimeoutError struct {
	After time.Duration
	Err   error // the context's error, if the caller's time was up; nil if only the attempt's was
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no complete answer within %s", e.After.Round(100*time.Millisecond))
}
func (e *TimeoutError) Unwrap() error { return e.Err }

// TooLargeError is an answer of more than Limit bytes.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer is longer than %d bytes, which no answer of this API should be", e.Limit)
}
