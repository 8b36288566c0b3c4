// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// waitReport turns the progress of a wait into lines that an action shows.
type waitReport struct {
	send func(string)
	noun string

	last   string        // the state in the last line; "" before the first
	lastAt time.Duration // when it was sent, in the wait's time
}

// reportEvery is how often a wait is reported while nothing changes. It polls more often.
const reportEvery = 10 * time.Second

// report reports the start of a wait, each change, and every ten seconds.
func (w *waitReport) report(also func(rds.Progress)) func(rds.Progress) {
	return func(p rds.Progress) {
		also(p)
		state := stateOf(p)
		if state == w.last && p.Waited-w.lastAt < reportEvery {
			return
		}
		w.last, w.lastAt = state, p.Waited
		w.send(fmt.Sprintf("Waiting for the export of the %s: %s, %s.", w.noun, span(p.Waited), state))
	}
}

// stateOf describes the last answer or fault, without a request ID: it differs each time.
func stateOf(p rds.Progress) string {
	if p.Outage == nil {
		return statusWord(p.Status)
	}
	return reason(p.Outage)
}

// reason is a fault in a few words.
func reason(fault error) string {
	answer := answerOf(fault)
	var decode *rds.DecodeError
	switch {
	case errors.As(fault, &decode):
		return "last answer unreadable: " + apierror.Printable(decode.Error())
	case answer.StatusCode == 0:
		return "no answer: " + apierror.Printable(cause(fault).Error())
	case answer.Described:
		return "last answer " + apierror.StatusText(answer.StatusCode)
	}
	words := []string{"last answer " + apierror.StatusText(answer.StatusCode)}
	for _, word := range []string{answer.Code, strings.TrimSuffix(answer.Message, ".")} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// cause returns the error below the address of the request.
func cause(fault error) error {
	var place *transport.Error
	if errors.As(fault, &place) {
		return errors.New(transport.Reason(place.Err))
	}
	return fault
}
