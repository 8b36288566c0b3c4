// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// queries are the calls that are repeated until their time is up.
var queries = map[string]func(context.Context, *rds.Client) error{
	"rows": func(ctx context.Context, c *rds.Client) error {
		_, err := c.ErrorLogRows(ctx, rowsOf("ERROR"))
		return err
	},
	"instances": func(ctx context.Context, c *rds.Client) error {
		_, err := c.Instances(ctx, rds.InstancesQuery{})
		return err
	},
	"slow statements": func(ctx context.Context, c *rds.Client) error {
		_, _, err := c.SlowStatements(ctx, rds.SlowQuery{InstanceID: instance, Limit: 20})
		return err
	},
}

// TestQueryFaults: which faults a query endures, and what its error keeps. The timeout is 10 s.
func TestQueryFaults(t *testing.T) {
	const (
		throttled   = `429 {"error_code":"APIGW.0308"}`
		html        = `200 <html>proxy</html>`
		emptyAnswer = `{"error_log_list":[],"instances":[],"slow_log_list":[]}`
		busyText    = "409 Conflict, DBS.200011, Another operation is being performed, request id req-5"
	)
	cases := map[string]struct {
		lines []string
		at    []time.Duration
		fault string // of a TimeoutError; "": no error
	}{
		"good":                     {lines: []string{emptyAnswer}, at: moments(0)},
		"busy once":                {lines: []string{busy, emptyAnswer}, at: moments(0, 2)},
		"always busy":              {lines: []string{busy}, at: moments(0, 2, 4, 6, 8), fault: busyText},
		"too many requests once":   {lines: []string{throttled, emptyAnswer}, at: moments(0, 1)},
		"out of order for a while": {lines: []string{unavailable, unavailable, unavailable, emptyAnswer}, at: moments(0, 1, 3, 5)},
		"half an answer":           {lines: []string{`{"x`, emptyAnswer}, at: moments(0, 2)},
		"a page":                   {lines: []string{html, html, html, emptyAnswer}, at: moments(0, 1, 3, 5)},
		"a server that hangs": {
			lines: []string{hang}, at: moments(0), fault: "no complete answer within 10s",
		},
	}
	for query, call := range queries {
		for name, c := range cases {
			t.Run(query+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					defer cancel()
					n := scripted(t, always(c.lines...)...)
					err := call(ctx, n.retrying())
					if diff := cmp.Diff(c.at, n.at); diff != "" {
						t.Errorf("requests (-want +got):\n%s", diff)
					}
					expectFault(t, err, c.fault)
				})
			})
		}
	}
}

// moments are times in seconds.
func moments(seconds ...float64) []time.Duration {
	var all []time.Duration
	for _, s := range seconds {
		all = append(all, time.Duration(s*float64(time.Second)))
	}
	return all
}

// expectFault expects a TimeoutError after 10 s with a fault that ends in this text, or no error.
func expectFault(t *testing.T, err error, fault string) {
	t.Helper()
	if fault == "" {
		if err != nil {
			t.Errorf("got the error %v, want none", err)
		}
		return
	}
	var timeout *rds.TimeoutError
	if !errors.As(err, &timeout) {
		t.Fatalf("got %T %v, want a TimeoutError", err, err)
	}
	if timeout.Timeout != 10*time.Second {
		t.Errorf("got a timeout of %s, want 10s", timeout.Timeout)
	}
	if timeout.Fault == nil {
		t.Fatalf("got no fault, want %s", fault)
	}
	if got := timeout.Fault.Error(); got != fault && got[max(0, len(got)-len(fault)):] != fault {
		t.Errorf("got the fault %s, want %s", got, fault)
	}
}

// TestQueryFinalErrors: they end a query at once.
func TestQueryFinalErrors(t *testing.T) {
	for query, call := range queries {
		for name, line := range map[string]string{
			"not found": notFound, "storage full": `409 {"error_code":"DBS.200316"}`, "forbidden": `403 {"error_code":"DBS.201003"}`,
			"a proxy's page at first": `403 <html>proxy</html>`, "no such host": noSuchHost, "a redirect": `307 `,
		} {
			t.Run(query+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := scripted(t, always(line)...)
					err := call(t.Context(), n.retrying())
					if err == nil {
						t.Error("got no error, want one")
					}
					if diff := cmp.Diff(moments(0), n.at); diff != "" {
						t.Errorf("requests (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestQueryWithoutDeadline: faults are endured as long as the caller wants.
func TestQueryWithoutDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := after(3*time.Hour, busy, `{"instances":[]}`)
		n := scripted(t, lines...)
		if _, err := n.retrying().Instances(t.Context(), rds.InstancesQuery{}); err != nil {
			t.Fatalf("got the error %v, want none", err)
		}
		if last := n.at[len(n.at)-1]; last < 3*time.Hour || last > 3*time.Hour+30*time.Second {
			t.Errorf("got the last request after %s, want 3 h and at most 30 s", last)
		}
	})
}

// TestQueryInterrupted: the error keeps the fault, and what was sent.
func TestQueryInterrupted(t *testing.T) {
	for query, call := range queries {
		t.Run(query, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(12800*time.Millisecond, cancel)
				err := call(ctx, scripted(t, always(unavailable)...).retrying())
				var interrupted *rds.InterruptedError
				if !errors.As(err, &interrupted) {
					t.Fatalf("got %T %v, want an InterruptedError", err, err)
				}
				var fault *transport.FaultError
				if !errors.As(interrupted.Fault, &fault) {
					t.Fatalf("got the fault %v, want an answer", interrupted.Fault)
				}
				if fault.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("got status %d, want 503", fault.StatusCode)
				}
				// Each call sends three requests in 3 s, and pauses 2 s: the third has sent two after 12.8 s.
				if got := [2]int{interrupted.Calls, interrupted.Sent}; got != [2]int{3, 8} {
					t.Errorf("got %v, want 3 calls and 8 requests", got)
				}
				if interrupted.Waited != 12800*time.Millisecond {
					t.Errorf("got %s, want 12.8s", interrupted.Waited)
				}
			})
		})
	}
}

// TestErrorLogRowsOneLevelFails: the first final error ends the other levels at once.
func TestErrorLogRowsOneLevelFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLevels(map[string]string{"ERROR": hang, "FATAL": notFound})
		_, err := n.retrying().ErrorLogRows(t.Context(), rowsOf("ERROR", "FATAL"))
		if complaint := expectRefusal(apierror.NotFound)(err); complaint != "" {
			t.Error(complaint)
		}
		if got := time.Since(n.start); got != 0 {
			t.Errorf("got the error after %s, want it at once", got)
		}
	})
}
