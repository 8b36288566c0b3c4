// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestTurnsThatComeTooLate: a request whose turn is after its deadline fails at once, and is not permanent.
func TestTurnsThatComeTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, ""), answering(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		outcomes := burst(ctx, client, 100) // from 1 s on 20 a second: 41 turns until 3 s
		count := map[string]int{}
		for _, o := range outcomes {
			if o.Err == nil {
				count["answered"]++
				continue
			}
			var place *transport.Error
			if !errors.As(o.Err, &place) || transport.Permanent(o.Err) || errors.Is(o.Err, context.DeadlineExceeded) {
				t.Fatalf("got %v", o.Err)
			}
			count[fmt.Sprint(o.After, ": ", place)]++
		}
		want := map[string]int{
			"answered": 41,
			"1s: POST https://rds.example.com/v3/p1/instances/i1/errorlog-download: the API allows few requests at present (status 429), and " +
				"there are too many before this one": 59,
		}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestCancelEndsTheQueueAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, ""), answering(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2020*time.Millisecond, cancel)
		canceled := 0
		for _, o := range burst(ctx, client, 100) {
			if errors.Is(o.Err, context.Canceled) && o.After == 2020*time.Millisecond {
				canceled++
			}
		}
		if canceled != 100-21 {
			t.Errorf("%d ended when they were cancelled", canceled)
		}
	})
}

// TestARequestWithoutTimeIsTheLastToBeRefused: all requests stop for a minute, but one has 20 s. It is sent a second before
// its deadline, so that its error names the cause.
func TestARequestWithoutTimeIsTheLastToBeRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "60"))
		client := transport.New(exact(base, 5)).Client(transport.Rules{})
		first, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		post(first, client)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		got := post(ctx, client)
		if diff := cmp.Diff(outcome{Status: 429, After: 19 * time.Second}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(seconds(0, 19), base.attempts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
