// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// This file has the texts for a wait that ends before its export does.

// timeoutText is for a wait that took too long.
func (t tried) timeoutText(e *rds.TimeoutError) string {
	var b strings.Builder
	took := span(e.Timeout) + " and " + calls(e.Calls, t.sent)
	switch {
	case e.Last == nil:
		fmt.Fprintf(&b, "The export%s could not be started in %s.\n", t.forInstance(), took)
	case e.Last.Done():
		fmt.Fprintf(&b, "The export%s is done, but in %s the cloud did not give every file a usable link%s\n", t.forInstance(), took,
			listed(e.Last.Files))
	case e.Outage != nil:
		fmt.Fprintf(&b, "The export%s was still running when RDS last answered. After that, no usable answer came before the timeout (%s).\n",
			t.forInstance(), took)
		fmt.Fprintf(&b, "The last usable answer had %s%s\n", statusWord(e.Status), listed(e.Last.Files))
	default:
		fmt.Fprintf(&b, "The export%s was still running after %s.\n", t.forInstance(), took)
		fmt.Fprintf(&b, "The last answer had %s%s\n", statusWord(e.Status), listed(e.Last.Files))
	}
	if e.Last != nil && e.Last.RequestID != "" {
		b.WriteString("\n" + labelled("Request ID", e.Last.RequestID))
	}
	if e.Fault != nil {
		fmt.Fprintf(&b, "\nLast fault:\n\n%s\n", t.faultLines(e.Fault))
	}
	return b.String() + "\n" + t.timeoutHint(e)
}

func (t tried) timeoutHint(e *rds.TimeoutError) string {
	switch {
	case e.Last == nil:
		return t.fill(t.next(e.Fault) + longerHint)
	case e.Last.Done():
		return t.fill(linkMissingHint)
	case e.Outage != nil:
		return t.fill(t.next(e.Fault) + " " + exportGoesOnHint + longerHint)
	default:
		return t.fill(largeLogHint)
	}
}

// interruptedText is for Ctrl-C. It keeps the last answer or fault, and what that means.
func (t tried) interruptedText(e *rds.InterruptedError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Interrupted after %s and %s%s. ", span(e.Waited), calls(e.Calls, t.sent), t.forInstance())
	switch {
	case e.Last == nil && e.Outage == nil:
		b.WriteString("No answer had come.\n")
	case e.Last == nil:
		fmt.Fprintf(&b, "The export has not started: %s.\n", situations[situationOf(e.Outage)].meaning)
	case e.Outage == nil:
		fmt.Fprintf(&b, "The last answer had %s%s\n", statusWord(e.Status), listed(e.Last.Files))
	default:
		fmt.Fprintf(&b, "The export had not finished when RDS last answered. Since then: %s.\n", situations[situationOf(e.Outage)].meaning)
	}
	switch {
	case e.Outage != nil:
		fmt.Fprintf(&b, "\nLast answer or fault:\n\n%s\n", t.faultLines(e.Outage))
	case e.Last != nil:
		b.WriteString("\n" + labelled("Request ID", e.Last.RequestID))
	}
	return b.String() + "\n" + t.interruptedHint(e)
}

func (t tried) interruptedHint(e *rds.InterruptedError) string {
	switch {
	case e.Last != nil:
		return strings.TrimSpace(t.next(e.Outage) + " " + nothingLostHint)
	case e.Outage != nil:
		return t.next(e.Outage) + againHint
	default:
		return "Run it again."
	}
}

// situation is what a fault means for the user.
type situation int

const (
	fine situation = iota
	busy
	throttled
	loginFault
	apiFault
	noAnswer
	unreadable
)

// situationOf returns what a fault that may pass means.
func situationOf(fault error) situation {
	var (
		caller  *identity.Error
		refusal *rds.Error
		answer  *transport.FaultError
		decode  *rds.DecodeError
	)
	switch {
	case fault == nil:
		return fine
	case errors.As(fault, &caller):
		return loginFault
	case errors.As(fault, &refusal) && (refusal.Kind == rds.KindBusy || refusal.Kind == rds.KindNotReady):
		return busy
	case errors.As(fault, &refusal) && refusal.Kind == rds.KindThrottled, errors.As(fault, &answer) && answer.StatusCode == tooMany:
		return throttled
	case errors.As(fault, &refusal), errors.As(fault, &answer):
		return apiFault
	case errors.As(fault, &decode):
		return unreadable
	default:
		return noAnswer
	}
}

// next returns what to do about a fault.
func (t tried) next(fault error) string {
	var caller *identity.Error
	if errors.As(fault, &caller) {
		return caller.Hint
	}
	return situations[situationOf(fault)].next
}
