// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// This file has the texts for a wait that ends before its export does.

// timeoutText is for a wait or a call that took too long.
func (t Tried) timeoutText(e *rds.TimeoutError) string {
	text := t.timeoutSentence(e) + "\n"
	if e.Last != nil && e.Last.RequestID != "" {
		text += "\n" + labelled("Request ID", e.Last.RequestID)
	}
	if e.Fault != nil {
		text += "\nLast fault:\n\n" + t.faultLines(e.Fault) + "\n"
	}
	return text + "\n" + t.timeoutHint(e)
}

func (t Tried) timeoutSentence(e *rds.TimeoutError) string {
	took := Span(e.Timeout) + " and " + calls(e.Progress)
	switch {
	case !t.Export:
		return fmt.Sprintf("RDS gave no usable answer to the request to %s in %s.", t.what(), took)
	case e.Last == nil:
		return fmt.Sprintf("The export%s could not be started in %s.", t.forInstance(), took)
	case e.Last.Done():
		return fmt.Sprintf("The export%s is done, but the cloud did not give every file a usable link in %s%s", t.forInstance(), took,
			listed(e.Last.Files))
	case e.Outage != nil:
		return fmt.Sprintf("The export%s was still running when RDS last answered. After that, no usable answer came: the timeout of %s "+
			"ended after %s.\nThe last usable answer had %s%s",
			t.forInstance(), Span(e.Timeout), calls(e.Progress), statusWord(e.Status), listed(e.Last.Files))
	default:
		return fmt.Sprintf("The export%s was still running after %s.\nThe last answer had %s%s", t.forInstance(), took, statusWord(e.Status),
			listed(e.Last.Files))
	}
}

func (t Tried) timeoutHint(e *rds.TimeoutError) string {
	switch {
	case e.Last == nil:
		return t.fill(situationOf(e.Fault).next + longerHint)
	case e.Last.Done():
		return t.fill(linkMissingHint)
	case e.Outage != nil:
		return t.fill(situationOf(e.Fault).next + " " + exportGoesOnHint + longerHint)
	default:
		return t.fill(largeLogHint)
	}
}

// interruptedText is for Ctrl-C. It keeps the last answer or fault, and what that means.
func (t Tried) interruptedText(e *rds.InterruptedError) string {
	text := fmt.Sprintf("Interrupted after %s and %s%s. %s\n", Span(e.Waited), calls(e.Progress), t.forInstance(), t.interruptedState(e))
	switch {
	case e.Outage != nil:
		text += "\nLast answer or fault:\n\n" + t.faultLines(e.Outage) + "\n"
	case e.Last != nil:
		text += "\n" + labelled("Request ID", e.Last.RequestID)
	}
	return text + "\n" + t.interruptedHint(e)
}

func (t Tried) interruptedState(e *rds.InterruptedError) string {
	now := situationOf(e.Outage)
	switch {
	case e.Last != nil && e.Outage != nil:
		return "The export had not finished when RDS last answered. Since then: " + now.meaning + "."
	case e.Last != nil:
		return "The last answer had " + statusWord(e.Status) + listed(e.Last.Files)
	case e.Outage != nil && t.Export && now == noAnswer:
		return "RDS gave no answer. The export may have started all the same."
	case e.Outage != nil && t.Export:
		return "The export has not started: " + now.meaning + "."
	case e.Outage != nil && now != noAnswer:
		return "RDS gave no usable answer: " + now.meaning + "."
	default:
		return "RDS gave no answer."
	}
}

func (t Tried) interruptedHint(e *rds.InterruptedError) string {
	switch {
	case e.Last != nil:
		return t.fill(strings.TrimSpace(situationOf(e.Outage).next + " " + nothingLostHint))
	case e.Outage != nil:
		return t.fill(situationOf(e.Outage).next + againHint)
	default:
		return "Run it again."
	}
}

// situationOf returns what a fault means.
func situationOf(fault error) situation {
	if fault == nil {
		return situation{}
	}
	switch e := known(fault).(type) {
	case *identity.Error:
		return situation{meaning: "the login has not succeeded", next: e.Hint}
	case *rds.Error:
		switch e.Kind {
		case apierror.Busy, apierror.NotReady:
			return busy
		case apierror.Throttled:
			return throttled
		default:
			return apiFault
		}
	case *transport.FaultError:
		if e.StatusCode == http.StatusTooManyRequests {
			return throttled
		}
		return apiFault
	case *rds.DecodeError:
		return unreadable
	default:
		return noAnswer
	}
}

// State describes the last answer or fault, without a request ID: it differs each time.
func State(p rds.Progress) string {
	answer := answerOf(p.Outage)
	decode, isDecode := known(p.Outage).(*rds.DecodeError)
	switch {
	case p.Outage == nil:
		return statusWord(p.Status)
	case isDecode:
		return "last answer unreadable: " + apierror.Printable(decode.Error())
	case answer.StatusCode == 0:
		return "no answer: " + apierror.Printable(cause(p.Outage))
	case answer.Described:
		return "last answer " + apierror.StatusText(answer.StatusCode)
	default:
		return "last answer " + strings.Join(answer.Words(), ", ")
	}
}

// cause returns the error below the address of the request.
func cause(fault error) string {
	if place, ok := errors.AsType[*transport.Error](fault); ok {
		return transport.Reason(place.Err)
	}
	return fault.Error()
}
