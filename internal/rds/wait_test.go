// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// TestWaitIsInterruptedAtOnce: the error comes at once, and keeps what the cloud answered last.
func TestWaitIsInterruptedAtOnce(t *testing.T) {
	const gateway = "503 (an HTML page of 20 bytes in place of the API's JSON)"
	hung := func(after string) string { return posted + ": no complete answer within " + after }
	for name, c := range map[string]struct {
		lines   func() []func() string
		after   float64
		calls   int
		sent    int
		fault   string // "": none
		outage  bool   // no good answer after the fault
		started bool   // an export was seen
	}{
		"in a pause": {
			lines: func() []func() string { return always(exporting) }, after: .9, calls: 1, sent: 1, started: true,
		},
		"in a request": {lines: func() []func() string { return always(hang) }, after: .9, calls: 1, sent: 1},
		"in a request that hangs": {
			lines: func() []func() string { return always(hang) }, after: 12.8, calls: 1, sent: 1, fault: hung("12.8s"), outage: true,
		},
		"in the retry of one that hangs": {
			lines: func() []func() string { return always(hang) }, after: 40, calls: 1, sent: 2, fault: hung("30s"), outage: true,
		},
		"in a retry's pause": {
			lines: func() []func() string { return always(unavailable) }, after: .9, calls: 1, sent: 1, fault: gateway, outage: true,
		},
		"while it is busy": {
			lines: func() []func() string { return always(busy) }, after: 12.8, calls: 7, sent: 7, outage: true,
			fault: "409 Conflict, DBS.200011, Another operation is being performed, request id req-7",
		},
		"after a fault that has passed": {
			lines: func() []func() string { return always(busy, exporting) }, after: 3, calls: 2, sent: 2, started: true,
			fault: "409 Conflict, DBS.200011, Another operation is being performed, request id req-1",
		},
		"while expiring links are replaced": {
			lines: func() []func() string { return always(finish(25*time.Second, fileA), hang) }, after: .9, calls: 2, sent: 2, started: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(moments(c.after)[0], cancel)
				got, err := wait(ctx, t, rds.WaitOptions{}, c.lines())
				var interrupted *rds.InterruptedError
				if !errors.As(err, &interrupted) {
					t.Fatalf("got %T %v, want an InterruptedError", err, err)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want it to wrap context.Canceled", err)
				}
				type state struct {
					After, Waited   time.Duration
					Calls, Sent     int
					Fault           string
					Outage, Started bool
				}
				after := moments(c.after)[0]
				want := state{after, after, c.calls, c.sent, c.fault, c.outage, c.started}
				have := state{
					got.After, interrupted.Waited, interrupted.Calls, interrupted.Sent, "", interrupted.Outage != nil, interrupted.Last != nil,
				}
				if interrupted.Fault != nil {
					have.Fault = interrupted.Fault.Error()
				}
				if diff := cmp.Diff(want, have); diff != "" {
					t.Errorf("state (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWaitReportsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reports []rds.Progress
		o := rds.WaitOptions{Report: func(p rds.Progress) { reports = append(reports, p) }}
		if _, err := wait(t.Context(), t, o, after(3*time.Second, exporting, finish(time.Hour, fileA))); err != nil {
			t.Fatal(err)
		}
		want := []rds.Progress{
			{InstanceID: instance, Calls: 1, Sent: 1, Status: "CREATING"},
			{InstanceID: instance, Waited: 2 * time.Second, Calls: 2, Sent: 2, Status: "CREATING"},
		}
		if diff := cmp.Diff(want, reports); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestWaitByTheServersClock: whether a link expires is decided by the Date of the answer. The machine's clock may be
// wrong by an hour, in both directions.
func TestWaitByTheServersClock(t *testing.T) {
	for name, c := range map[string]struct {
		ahead time.Duration // the server's clock before the machine's
		life  time.Duration // of the first link, by the server's clock
		calls []string
	}{
		"a good link, the machine is late":      {ahead: time.Hour, life: 5 * time.Minute, calls: posts("0s")},
		"a good link, the machine is early":     {ahead: -time.Hour, life: 5 * time.Minute, calls: posts("0s")},
		"an expiring link, the machine is late": {ahead: time.Hour, life: 20 * time.Second, calls: posts("0s", "0s")},
		"a dead link, the machine is late":      {ahead: time.Hour, life: -time.Second, calls: posts("0s", "0s")},
		"an expiring link, and no difference":   {life: 20 * time.Second, calls: posts("0s", "0s")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(func(n int, req *http.Request) (*http.Response, error) {
					life := c.life
					if n > 1 {
						life = 5 * time.Minute
					}
					date := time.Now().Add(c.ahead).UTC().Format(http.TimeFormat)
					return answer(req, 200, finish(c.ahead+life, fileA), "Date", date), nil
				})
				got, err := n.client().WaitForExport(t.Context(), rds.WaitOptions{Log: rds.ErrorLog, InstanceID: instance, Timeout: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				if got.Links() != 1 {
					t.Errorf("got %d links, want 1", got.Links())
				}
				if diff := cmp.Diff(c.calls, n.calls()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWaitByTheServersClockAtTheEnd: the last answer comes after 6 s and the timeout after 8 s. A link that expires in
// between is not returned.
func TestWaitByTheServersClockAtTheEnd(t *testing.T) {
	for life, dead := range map[time.Duration]bool{7 * time.Second: true, 9 * time.Second: false} {
		for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
			t.Run(fmt.Sprint("expires after ", life, ", the server is ahead by ", ahead), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					expires := time.Now().Add(ahead + life).Unix()
					n := newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
						body := fmt.Sprintf(`{"status":"failed","list":[{"file_link":"obs.example.com/a?Expires=%d"},{"status":"exporting"}]}`, expires)
						return answer(req, 200, body, "Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat)), nil
					})
					o := rds.WaitOptions{Log: rds.ErrorLog, InstanceID: instance, Timeout: 8 * time.Second}
					_, err := n.client().WaitForExport(t.Context(), o)
					var timeout *rds.TimeoutError
					if got := errors.As(err, &timeout); got != dead {
						t.Errorf("got %v, want a timeout: %t", err, dead)
					}
				})
			})
		}
	}
}
