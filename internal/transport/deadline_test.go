// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestDeadline: a pause of any length ends a second before the deadline, for one last try. The caller gets its fault.
func TestDeadline(t *testing.T) {
	cases := map[string]struct {
		reply    reply
		deadline float64
		times    []time.Duration
		after    float64
		status   int
		err      func(error) string
	}{
		"Retry-After is longer": {
			reply: answering(503, "", "Retry-After", "3600"), deadline: 20, times: seconds(0, 19), after: 19, status: 503,
		},
		"429 closes the gate for longer": {
			reply: answering(429, "", "Retry-After", "3600"), deadline: 20, times: seconds(0, 19), after: 19, status: 429,
		},
		"429 closes the gate just so long": {
			reply: answering(429, "", "Retry-After", "20"), deadline: 20, times: seconds(0, 19), after: 19, status: 429,
		},
		"the pauses are longer":         {reply: answering(500, ""), deadline: 10, times: seconds(0, 1, 3, 7, 9), after: 9, status: 500},
		"after a broken connection too": {reply: breaks(io.EOF), deadline: 10, times: seconds(0, 1, 3, 7, 9), after: 9, err: isOne(io.EOF)},
		"one second":                    {reply: answering(500, ""), deadline: 1, times: seconds(0), after: 0, status: 500},
		"less than a second":            {reply: answering(429, ""), deadline: .5, times: seconds(0), after: 0, status: 429},
		"just over a second":            {reply: answering(500, ""), deadline: 1.2, times: seconds(0, .2), after: .2, status: 500},
		"in the middle of an attempt":   {reply: hangs, deadline: 10, times: seconds(0), after: 10, err: isOne(context.DeadlineExceeded)},
		"in the middle of the second":   {reply: hangs, deadline: 40, times: seconds(0, 31), after: 40, err: isOne(context.DeadlineExceeded)},
		"in the middle of a body":       {reply: stalls, deadline: 10, times: seconds(0), after: 10, err: isOne(context.DeadlineExceeded)},
		"over already":                  {reply: answering(200, good), deadline: -1, after: 0, err: isOne(context.DeadlineExceeded)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(c.reply)
				ctx, cancel := context.WithTimeout(t.Context(), seconds(c.deadline)[0])
				defer cancel()
				got := post(ctx, transport.New(exact(base, 9)).Client(transport.Rules{}))
				if diff := cmp.Diff(c.times, base.attempts()); diff != "" {
					t.Errorf("attempts (-want +got):\n%s", diff)
				}
				if got.After != seconds(c.after)[0] || got.Status != c.status {
					t.Errorf("status %d after %s, want %d after %v s", got.Status, got.After, c.status, c.after)
				}
				if c.err == nil {
					c.err = func(err error) string { return cmp.Diff(nil, err) }
				}
				if complaint := c.err(got.Err); complaint != "" {
					t.Error(complaint)
				}
			})
		})
	}
}

func TestCancelEndsAtOnce(t *testing.T) {
	for name, r := range map[string]reply{
		"in a request that hangs": hangs,
		"in a body that stalls":   stalls,
		"in a pause":              answering(503, "", "Retry-After", "60"),
		"in a gate's pause":       answering(429, "", "Retry-After", "60"),
		"after a broken line":     breaks(io.EOF),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(r)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(900*time.Millisecond, cancel)
				got := post(ctx, transport.New(exact(base, 9)).Client(transport.Rules{}))
				if got.After != 900*time.Millisecond {
					t.Errorf("got the error after %s, want 900ms", got.After)
				}
				if !errors.Is(got.Err, context.Canceled) {
					t.Errorf("got %v, want context.Canceled", got.Err)
				}
				if diff := cmp.Diff(seconds(0), base.attempts()); diff != "" {
					t.Errorf("attempts (-want +got):\n%s", diff)
				}
				var place *transport.Error
				if inRequest := strings.Contains(name, "in a request") || strings.Contains(name, "in a body"); errors.As(got.Err, &place) != inRequest {
					t.Errorf("got %#v, want an address: %t", got.Err, inRequest)
				}
			})
		})
	}
}
