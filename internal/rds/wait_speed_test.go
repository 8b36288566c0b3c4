// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// policy is a way of pausing between polls.
type policy struct {
	interval time.Duration // 0: the pause grows by itself
	delay    time.Duration // before the first call
}

var (
	growing = policy{}
	// fixed is what the nearest public provider does for its own waits.
	fixed = policy{interval: 5 * time.Second, delay: 5 * time.Second}
)

// measured is an average over several waits.
type measured struct {
	late     time.Duration // from the moment at which a call at once would have made the links ready, to the links
	latest   time.Duration
	calls    float64
	maxCalls int
}

// measure waits for exports of these durations, each in a simulated cloud of its own, in virtual time.
func measure(t *testing.T, p policy, exports ...time.Duration) measured {
	t.Helper()
	var m measured
	for i, export := range exports {
		synctest.Test(t, func(t *testing.T) {
			cloud := rdssim.New(rdssim.WithExportDuration(export), rdssim.WithTokenValidator(anyToken))
			start := time.Now()
			time.Sleep(p.delay)
			answer, err := simulated(cloud, rand.New(rand.NewPCG(1, uint64(i)))).WaitForExport(t.Context(), rds.WaitOptions{
				Log: rds.ErrorLog, InstanceID: rdssim.InstanceHealthy, Interval: p.interval, Timeout: time.Hour,
			})
			if err != nil || answer.Links() != 1 {
				t.Fatalf("expected one link and no error, got %+v, %v", answer, err)
			}
			late := time.Since(start) - export
			m.late += late
			m.latest = max(m.latest, late)
			m.calls += float64(cloud.Count("rds.errorlog"))
			m.maxCalls = max(m.maxCalls, cloud.Count("rds.errorlog"))
		})
	}
	m.late /= time.Duration(len(exports))
	m.calls /= float64(len(exports))
	return m
}

func anyToken(context.Context, string) (projectID string, ok bool) { return rdssim.ProjectID, true }

func simulated(cloud *rdssim.Server, random *rand.Rand) *rds.Client {
	authorize := func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			req.Header.Set("X-Auth-Token", "good")
			return next.RoundTrip(req)
		})
	}
	out := transport.New(transport.Options{Base: cloud.Transport(), MaxRetries: 5})
	endpoint := func(context.Context) (rds.Endpoint, error) {
		u, err := url.Parse(cloud.URL() + "/v3/" + rdssim.ProjectID)
		return rds.Endpoint{URL: u, ProjectID: rdssim.ProjectID}, err
	}
	return rds.NewClient(out.Client(transport.Rules{Wrap: authorize, Final: rds.Final}), endpoint, nil, random.Float64)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// around returns durations from d less a tenth to d plus a tenth, so that an average does not hang on one lucky poll.
func around(d time.Duration) []time.Duration {
	return between(d*9/10, d*11/10)
}

func between(from, to time.Duration) []time.Duration {
	const n = 41
	var all []time.Duration
	for i := range n {
		all = append(all, from+(to-from)*time.Duration(i)/(n-1))
	}
	return all
}

// TestWaitSpeed holds the pauses to what they promise and, with -v, prints the table of "make bench".
func TestWaitSpeed(t *testing.T) {
	usual := measure(t, growing, between(10*time.Second, 20*time.Second)...)
	if usual.late > 1500*time.Millisecond || usual.maxCalls > 11 {
		t.Errorf("exports of 10 to 20 s: expected at most 1.5s late and 11 calls, got %s and %d", usual.late, usual.maxCalls)
	}
	var table strings.Builder
	line := func(name string, g, f measured) {
		fmt.Fprintf(&table, "%10s │ %8.2f %8.2f %7.1f │ %8.2f %8.2f %7.1f\n", name,
			g.late.Seconds(), g.latest.Seconds(), g.calls, f.late.Seconds(), f.latest.Seconds(), f.calls)
	}
	for _, export := range []time.Duration{
		0, time.Second, 5 * time.Second, 13400 * time.Millisecond, 16800 * time.Millisecond, time.Minute, 5 * time.Minute, 10 * time.Minute,
	} {
		g, f := measure(t, growing, around(export)...), measure(t, fixed, around(export)...)
		line(fmt.Sprintf("%g s", export.Seconds()), g, f)
		if export >= time.Minute && g.late > export/10 {
			t.Errorf("an export of %s: late by %s on average, more than 10 %%", export, g.late)
		}
		if export >= 5*time.Minute && g.calls > 0.6*f.calls {
			t.Errorf("an export of %s: %.1f calls, more than 60 %% of %.1f", export, g.calls, f.calls)
		}
	}
	line("10…20 s", usual, measure(t, fixed, between(10*time.Second, 20*time.Second)...))
	t.Logf("How late the links come, in seconds, and calls of errorlog-download (41 exports a line, 10 %% around the duration):\n\n"+
		"%10s │ %25s │ %25s\n%10s │ %8s %8s %7s │ %8s %8s %7s\n%s", "", "growing pause (default)", "5 s pause, 5 s delay",
		"export", "average", "latest", "calls", "average", "latest", "calls", table.String())
}

// TestWaitsDoNotMarchInStep: instances that begin together soon ask at different moments.
func TestWaitsDoNotMarchInStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New(rdssim.WithExportDuration(10*time.Second), rdssim.WithTokenValidator(anyToken))
		for i := range 20 {
			go func() {
				client := simulated(cloud, rand.New(rand.NewPCG(1, uint64(i))))
				_, _ = client.WaitForExport(t.Context(), rds.WaitOptions{Log: rds.ErrorLog, InstanceID: rdssim.FleetInstance(i), Timeout: time.Minute})
			}()
		}
		time.Sleep(time.Minute)
		at := map[time.Duration]int{}
		for _, r := range cloud.Requests() {
			at[r.Time.Sub(cloud.Requests()[0].Time).Round(time.Millisecond)]++
		}
		delete(at, 0)
		for moment, n := range at {
			if n > 4 {
				t.Errorf("%d of 20 instances asked in the same millisecond, at %s", n, moment)
			}
		}
	})
}
