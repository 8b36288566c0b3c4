// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Error is an answer of the API, or of a gateway or proxy in front of it, that is not a success.
type Error struct {
	apierror.Refusal
	Kind      apierror.Kind
	ProjectID string
	Region    string // may be ""
	Host      string // that was asked
	Location  string // scheme and host of a redirect, never more
}

func (e *Error) Error() string {
	parts := e.Words()
	if e.RequestID != "" {
		parts = append(parts, "request id "+e.RequestID)
	}
	return strings.Join(parts, ", ")
}

func newError(resp *http.Response, body []byte, endpoint Endpoint) *Error {
	refusal := apierror.Parse(resp.StatusCode, resp.Header, body)
	return &Error{
		Refusal:   refusal,
		Kind:      apierror.KindOf(refusal),
		ProjectID: endpoint.ProjectID,
		Region:    endpoint.Region,
		Host:      endpoint.URL.Host,
		Location:  location(resp),
	}
}

func location(resp *http.Response) string {
	to, err := resp.Location() // made absolute
	if err != nil || to.Host == "" {
		return ""
	}
	return apierror.Printable(to.Scheme + "://" + to.Host)
}

// Final reports whether the transport must not send a request again by itself: the answer never changes, or the
// instance is busy and the call repeats it at its own pace. It is for transport.Rules.
func Final(status int, body []byte) bool {
	kind := apierror.KindOf(apierror.Refusal{Code: apierror.Parse(status, nil, body).Code})
	return kind != apierror.Other && kind != apierror.Throttled && kind != apierror.Server
}

// DecodeError is a successful answer that cannot be decoded.
type DecodeError struct {
	RequestID string
	Err       error // repeats nothing of the answer
}

func (e *DecodeError) Error() string { return e.Err.Error() }
func (e *DecodeError) Unwrap() error { return e.Err }

// The ends of a wait or a call without a result.
type (
	// TimeoutError is a wait or a call whose time was up.
	TimeoutError struct {
		Progress
		Timeout time.Duration
		Last    *Export // the last good answer about an export; nil if there was none
	}
	// InterruptedError is a wait or a call that its caller ended.
	InterruptedError struct {
		Progress
		Last *Export // as in TimeoutError
		Err  error   // the context's
	}
	// ExportError is an export of which every file failed.
	ExportError struct {
		Progress
		Last       *Export
		FailReason string // of the task; "" if it is not known
	}
	// MissingLinkError is a finished export with an entry that never gets a link.
	MissingLinkError struct {
		Progress
		Last *Export
	}
)

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no result after %s and %d calls, sent %d times", e.Timeout, e.Calls, e.Sent)
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("interrupted after %s and %d calls, sent %d times", e.Waited.Round(time.Second), e.Calls, e.Sent)
}
func (e *InterruptedError) Unwrap() error { return e.Err }

func (e *ExportError) Error() string { return "the export failed" }

func (e *MissingLinkError) Error() string { return "the export is done, but a link is missing" }
