// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestProbeHangs: a first signed request that hangs holds the others up for ten
// seconds, not for ever.
func TestProbeHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: rdssim.Hang()})
		c := byAccessKey()
		c.TenantID, c.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
		s := newSession(t, c, sim.Transport())
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := call(ctx, s, sim.Transport(), rdssim.InstanceHealthy); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hanging call ended with %v", err)
			}
		})
		synctest.Wait()
		for n := range 20 {
			group.Go(func() {
				status, err := call(ctx, s, sim.Transport(), rdssim.FleetInstance(n))
				if err != nil || status != http.StatusOK || time.Since(start) != probePatience {
					t.Errorf("caller %d: %d, %v after %s", n, status, err, time.Since(start))
				}
			})
		}
		impatient, cancelImpatient := context.WithTimeout(t.Context(), time.Second)
		defer cancelImpatient()
		group.Go(func() {
			_, err := call(impatient, s, sim.Transport(), rdssim.InstanceHealthy)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("the impatient caller ended with %v after %s", err, time.Since(start))
			}
		})
		group.Wait()
	})
}

// TestProbeAsksAgain: the key may be refused between the question and the turn.
func TestProbeAsksAgain(t *testing.T) {
	var p probe
	asked := 0
	refusal := errors.New("refused meanwhile")
	refused := func() error {
		asked++
		if asked == 2 {
			return refusal
		}
		return nil
	}
	if _, err := p.enter(t.Context(), refused); !errors.Is(err, refusal) {
		t.Errorf("got %v after %d questions", err, asked)
	}
	if done, err := p.enter(t.Context(), func() error { return nil }); err != nil {
		t.Errorf("the turn was not given back: %v", err)
	} else {
		done(true)
	}
}

// TestProbeFaults: an answer that proves nothing lets the next one through, alone.
func TestProbeFaults(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"500": rdssim.APIError(500, "DBS.200005", "Internal error"),
		"503": rdssim.APIError(503, "APIGW.0201", "Backend timeout"),
		"429": rdssim.APIError(429, "APIGW.0308", "Throttled"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 2, Handler: fault})
				c := byAccessKey()
				c.SecretKey = "wrong-secret"
				c.TenantID, c.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
				slow := roundTrip(func(req *http.Request) (*http.Response, error) {
					time.Sleep(time.Second) // so that all the others are waiting meanwhile
					return sim.Transport().RoundTrip(req)
				})
				s := newSession(t, c, sim.Transport())
				var faults, refused atomic.Int32
				var group sync.WaitGroup
				for n := range 20 {
					group.Go(func() {
						status, err := call(t.Context(), s, slow, rdssim.FleetInstance(n))
						switch {
						case err == nil && fmt.Sprint(status) == name:
							faults.Add(1)
						case err != nil:
							refused.Add(1)
						default:
							t.Errorf("caller %d: %d", n, status)
						}
					})
				}
				group.Wait()
				if faults.Load() != 2 || refused.Load() != 18 || sim.Count("") != 3 {
					t.Errorf("%d faults, %d refused, %d requests; want 2, 18, 3", faults.Load(), refused.Load(), sim.Count(""))
				}
			})
		})
	}
}
