// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// Error is an answer of the API, or of the gateway before it, that is not what was asked for.
type Error struct {
	apierror.Refusal
	Kind      Kind
	ProjectID string
	Region    string // may be ""
	Host      string // that was asked
	Location  string // where a redirect leads: scheme and host, never more
}

func (e *Error) Error() string {
	parts := []string{apierror.StatusText(e.StatusCode)}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.RequestID != "" {
		parts = append(parts, "request id "+e.RequestID)
	}
	return strings.Join(parts, ", ")
}

func newError(resp *http.Response, body []byte, endpoint Endpoint) *Error {
	refusal := apierror.Parse(resp.StatusCode, resp.Header, body)
	return &Error{
		Refusal:   refusal,
		Kind:      kindOf(resp.StatusCode, refusal.Code),
		ProjectID: endpoint.ProjectID,
		Region:    endpoint.Region,
		Host:      endpoint.URL.Host,
		Location:  location(resp),
	}
}

// foreign says that a refusal is probably not the API's, whose own name an error.
func (e *Error) foreign() bool {
	return e.Described && (e.Kind == KindForbidden || e.Kind == KindNotFound || e.Kind == KindOther)
}

func location(resp *http.Response) string {
	to, err := resp.Location() // made absolute
	if err != nil || to.Host == "" {
		return ""
	}
	return apierror.Printable(to.Scheme + "://" + to.Host)
}

// Final tells the transport which answers it need not send again: those that never change, and those of a busy
// instance, which the wait asks again at its own pace. It implements transport.Rules.
func Final(status int, body []byte) bool {
	refusal := apierror.Parse(status, nil, body)
	kind, known := kindByCode[strings.ToUpper(refusal.Code)]
	return known && kind != KindThrottled && kind != KindServer
}

// DecodeError is an answer of status 200 that can't be understood.
type DecodeError struct {
	RequestID string
	Err       error // says what and where, and repeats nothing of the answer
}

func (e *DecodeError) Error() string { return e.Err.Error() }
func (e *DecodeError) Unwrap() error { return e.Err }

// The ends of a wait. Each carries what a person needs at night: see package provider for the words.
type (
	// TimeoutError is a wait that took too long.
	TimeoutError struct {
		Progress
		Timeout time.Duration
		Last    *Export // the last good answer; nil where there was none
		Fault   error   // the last fault; nil where there was none
	}
	// InterruptedError is a wait that its caller ended.
	InterruptedError struct {
		Progress
		Last *Export // the last good answer; nil: no export was seen to begin
		Err  error   // the context's
	}
	// ExportError is an export that failed whole.
	ExportError struct {
		Progress
		Last       *Export
		FailReason string // the task's; "" where it could not be asked for
	}
	// MissingLinkError is an export that is done, with an entry that has no link and never gets one.
	MissingLinkError struct {
		Progress
		Last *Export
	}
)

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("the export was still running after %s and %d calls", e.Timeout, e.Calls)
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("the wait was interrupted after %s", e.Waited.Round(time.Second))
}
func (e *InterruptedError) Unwrap() error { return e.Err }

func (e *ExportError) Error() string { return "the export failed" }

func (e *MissingLinkError) Error() string { return "the export is done, but a link is missing" }

// passing says that a fault may be gone with the next poll: a busy instance or server, a broken connection, half an
// answer.
func passing(err error) bool {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Kind.Passing()
	}
	var self interface{ Permanent() bool } // an error of the caller's credentials, say
	if errors.As(err, &self) {
		return !self.Permanent()
	}
	var decode *DecodeError
	var network *transport.Error
	return errors.As(err, &decode) || errors.As(err, &network) && !transport.Permanent(err)
}
