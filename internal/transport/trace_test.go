// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

func TestTrace(t *testing.T) {
	const place = "POST rds.example.com/v3/p1/instances/i1/errorlog-download: "
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	cases := map[string]struct {
		replies []reply
		retries int
		want    []string
	}{
		"a good answer":   {[]reply{answering(200, good)}, 3, []string{"sent"}},
		"a refusal":       {[]reply{answering(404, "{}")}, 3, []string{"sent"}},
		"no retries":      {[]reply{answering(503, "")}, 0, []string{"sent"}},
		"retries used up": {[]reply{answering(503, "")}, 1, []string{"sent", "1 of " + place + "503 Service Unavailable, again in 1s", "sent"}},
		"a code": {
			[]reply{answering(500, `{"error_code":"DBS.200005"}`), answering(200, good)},
			1,
			[]string{"sent", "1 of " + place + "500 Internal Server Error, DBS.200005, again in 1s", "sent"},
		},
		"as long as asked": {
			[]reply{answering(429, "{}", "Retry-After", "7"), answering(200, good)},
			1,
			[]string{"sent", "1 of " + place + "429 Too Many Requests, again in 7s", "sent"},
		},
		"no answer": {[]reply{breaks(refused), breaks(io.EOF), answering(200, good)}, 5, []string{
			"sent", "1 of " + place + "dial tcp: connect: connection refused, again in 1s",
			"sent", "2 of " + place + "the connection was closed without an answer, again in 2s", "sent",
		}},
		"a server that hangs": {
			[]reply{hangs, answering(200, good)}, 5, []string{"sent", "1 of " + place + "no complete answer within 30s, again in 1s", "sent"},
		},
		"an error of a layer": {
			[]reply{breaks(errors.New("odd\x1b")), answering(200, good)}, 5, []string{"sent", "1 of " + place + "odd?, again in 1s", "sent"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen []string
				ctx := transport.WithTrace(t.Context(), transport.Trace{
					Sent: func() { seen = append(seen, "sent") },
					Retry: func(r transport.Retry) {
						seen = append(seen, fmt.Sprintf("%d of %s %s%s: %s, again in %s", r.Attempt, r.Method, r.Host, r.Path, r.Cause(), r.Pause))
					},
				})
				post(ctx, transport.New(exact(newNetwork(c.replies...), c.retries)).Client(transport.Rules{}))
				if diff := cmp.Diff(c.want, seen); diff != "" {
					t.Errorf("trace (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestTraceIsReportedBeforeThePause: a person who waits sees it at once.
func TestTraceIsReportedBeforeThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		ctx := transport.WithTrace(t.Context(), transport.Trace{Retry: func(transport.Retry) { at = append(at, time.Since(start)) }})
		post(ctx, transport.New(exact(newNetwork(answering(503, "")), 3)).Client(transport.Rules{}))
		if diff := cmp.Diff(seconds(0, 1, 3), at); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
}

// TestTracesNest: the traces of outer contexts go on, and each function may be missing.
func TestTracesNest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, retried := [2]int{}, [2]int{}
		ctx := transport.WithTrace(t.Context(), transport.Trace{Sent: func() { sent[0]++ }, Retry: func(transport.Retry) { retried[0]++ }})
		ctx = transport.WithTrace(ctx, transport.Trace{Sent: func() { sent[1]++ }})
		ctx = transport.WithTrace(ctx, transport.Trace{Retry: func(transport.Retry) { retried[1]++ }})
		post(ctx, transport.New(exact(newNetwork(answering(503, "")), 2)).Client(transport.Rules{}))
		if want := [2]int{3, 3}; sent != want {
			t.Errorf("got the requests %v, want %v", sent, want)
		}
		if want := [2]int{2, 2}; retried != want {
			t.Errorf("got the retries %v, want %v", retried, want)
		}
	})
}

// TestTraceOfALogin: a login inside a request reports its retries, but is not counted as the request's.
func TestTraceOfALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := transport.New(exact(newNetwork(answering(503, ""), answering(200, good)), 3)).Client(transport.Rules{})
		wrap := func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				if got := post(req.Context(), login); got.Status != 200 {
					t.Errorf("got status %d from the login, want 200", got.Status)
				}
				return next.RoundTrip(req)
			})
		}
		sent, retried := 0, 0
		ctx := transport.WithTrace(t.Context(), transport.Trace{Sent: func() { sent++ }, Retry: func(transport.Retry) { retried++ }})
		post(ctx, transport.New(exact(newNetwork(answering(200, good)), 3)).Client(transport.Rules{Wrap: wrap}))
		if sent != 1 {
			t.Errorf("got %d requests, want 1", sent)
		}
		if retried != 1 {
			t.Errorf("got %d retries, want 1", retried)
		}
	})
}

// TestTraceCountsWhatWasSent: also if the request fails.
func TestTraceCountsWhatWasSent(t *testing.T) {
	for name, c := range map[string]struct {
		reply    reply
		retries  int
		deadline time.Duration
		want     int
	}{
		"no retries":                   {breaks(io.EOF), 0, time.Hour, 1},
		"five retries":                 {breaks(io.EOF), 5, time.Hour, 6},
		"permanent":                    {breaks(distrusted), 5, time.Hour, 1},
		"the time is up in a retry":    {hangs, 5, 40 * time.Second, 2},
		"the time is up in the fourth": {hangs, 5, 100 * time.Second, 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				sent := 0
				ctx = transport.WithTrace(ctx, transport.Trace{Sent: func() { sent++ }})
				got := post(ctx, transport.New(exact(newNetwork(c.reply), c.retries)).Client(transport.Rules{}))
				if sent != c.want {
					t.Errorf("got %d, want %d: %v", sent, c.want, got.Err)
				}
			})
		})
	}
}
