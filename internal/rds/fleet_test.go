// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const fleetExport = 14 * time.Second

// fleetRun is how long a fleet takes to get all its links.
type fleetRun struct {
	took           time.Duration
	calls, refused int
}

// runFleet waits for the exports of n instances at once, in virtual time.
func runFleet(t *testing.T, n int, g rdssim.Gateway) fleetRun {
	t.Helper()
	var run fleetRun
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New(rdssim.WithExportDuration(fleetExport), rdssim.WithGateway(g), rdssim.WithTokenValidator(anyToken))
		client := simulated(cloud, rand.New(&lockedSource{source: rand.NewPCG(1, 2)}))
		start := time.Now()
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				export, err := client.WaitForExport(t.Context(), rds.WaitOptions{
					Log: rds.ErrorLog, InstanceID: rdssim.FleetInstance(i + 1), Timeout: 20 * time.Minute,
				})
				if err != nil {
					t.Errorf("instance %d: expected no error, got %v", i+1, err)
				} else if export.Links() != 1 {
					t.Errorf("instance %d has %d links, want 1", i+1, export.Links())
				}
			})
		}
		all.Wait()
		run.took = time.Since(start)
		for _, r := range cloud.Requests() {
			run.calls++
			if r.Status == http.StatusTooManyRequests {
				run.refused++
			}
		}
	})
	return run
}

// lockedSource makes a source of random numbers safe for concurrent use.
type lockedSource struct {
	mu     sync.Mutex
	source rand.Source
}

func (s *lockedSource) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.Uint64()
}

// floor is the time without which it cannot be done: two calls for each instance, and at least one export.
func floor(n int, perSecond float64) time.Duration {
	calls := time.Duration(float64(n) / perSecond * float64(time.Second))
	return max(2*calls, calls+fleetExport)
}

func (r fleetRun) String() string {
	return fmt.Sprintf("%6.0f s, %5d calls, %3d of them answered 429", r.took.Seconds(), r.calls, r.refused)
}

// TestFleetSpeed holds the queue and the pace to what they promise: a thousand instances in little more than a minute.
func TestFleetSpeed(t *testing.T) {
	for n, longest := range map[int]time.Duration{1: 17 * time.Second, 10: 17 * time.Second, 200: 24 * time.Second, 1000: 75 * time.Second} {
		for _, without := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, without Retry-After %t", n, without), func(t *testing.T) {
				t.Parallel()
				run := runFleet(t, n, rdssim.Gateway{PerSecond: 40, NoRetryAfter: without})
				t.Logf("%s; the floor is %s", run, floor(n, 40))
				if run.took > longest {
					t.Errorf("it took %s, want at most %s", run.took, longest)
				}
				if most := max(run.calls/20, 20); run.refused > most {
					t.Errorf("%d calls were refused, want at most %d", run.refused, most)
				}
			})
		}
	}
}
