// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestListing_NotKept: a listing that failed is asked for again by the next object.
func TestListing_NotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "rds.instances", Times: 1, Handler: rdssim.APIError(403, "DBS.200604", "no")})
		p := configured(t, c)
		onlyDiagnostic(t, p.Read(t.Context(), dataSource, named("orders")).Diagnostics, unableToFind, "")
		if o := p.Read(t.Context(), dataSource, named("orders")); len(o.Diagnostics) > 0 {
			t.Errorf("got %q, want the second listing to be good", o.Diagnostics)
		}
	})
}

// TestListing_OneLeaves: the end of one caller's time does not end the listing of the others.
func TestListing_OneLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "rds.instances", Times: 1, Handler: rdssim.Hang()}) // given up after 30 seconds
		p := configured(t, c)
		var all sync.WaitGroup
		all.Go(func() { // begins the listing
			start := time.Now()
			o := p.Read(t.Context(), "rds_errorlog", map[string]any{"instance_name": "orders", "timeouts": map[string]any{"read": "10s"}})
			onlyDiagnostic(t, o.Diagnostics, "Error: Unable to find DB instance\n\nRDS gave no usable answer to the request to list DB "+
				"instances in 10 s and ", "", "no answer yet")
			if took := time.Since(start); took > 10*time.Second+200*time.Millisecond {
				t.Errorf("the short timeout took %s, want 10s", took)
			}
		})
		time.Sleep(time.Second)
		all.Go(func() {
			if o := p.Read(t.Context(), dataSource, named("orders")); len(o.Diagnostics) > 0 {
				t.Errorf("got %q, want the listing to go on", o.Diagnostics)
			}
		})
		all.Wait()
		if n := c.Count("rds.instances"); n != 2 {
			t.Errorf("got %d requests, want the one that hangs and its repetition", n)
		}
	})
}

// TestListing_AllLeave: the listing ends with its last caller, and all of them see the last fault.
func TestListing_AllLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "rds.instances", Times: forEver, Handler: rdssim.APIError(500, "RDS.9999", "Out of order.")})
		p := configured(t, c)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				o := p.Read(t.Context(), "rds_errorlog", map[string]any{"instance_name": "orders", "timeouts": map[string]any{"read": "20s"}})
				onlyDiagnostic(t, o.Diagnostics, "Error: Unable to find DB instance\n\n", "", "Code:       RDS.9999")
			})
		}
		all.Wait()
		before := c.Count("rds.instances")
		time.Sleep(10 * time.Minute)
		if after := c.Count("rds.instances"); after != before {
			t.Errorf("got %d more requests after all had left, want none", after-before)
		}
	})
}

// TestListing_Interrupted: Ctrl-C ends a listing at once, in every object, and the next one starts anew.
func TestListing_Interrupted(t *testing.T) {
	for kind, call := range byName {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				c := rdstest.New(t, rdssim.WithExportDuration(0))
				c.Inject(rdssim.Fault{Kind: "rds.instances", Times: 1, Handler: rdssim.Hang()})
				p := configured(t, c)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(9*time.Second, cancel)
				start := time.Now()
				o := call(ctx, t, p, "orders")
				expectDuration(t, start, 9*time.Second)
				onlyDiagnostic(t, o.Diagnostics, "Error: Unable to find DB instance\n\nInterrupted after 9 s and 1 call", "",
					"no complete answer within 9s")
				if o := call(t.Context(), t, p, "orders"); len(o.Diagnostics) > 0 {
					t.Errorf("got %q after an interrupt, want a new listing", o.Diagnostics)
				}
			})
		})
	}
}

// TestListing_Throttled: 200 objects by name behind a slow gateway share the transport's pace.
func TestListing_Throttled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithFleet(200), rdssim.WithGateway(rdssim.Gateway{PerSecond: 40}))
		p := configured(t, c)
		var fleet sync.WaitGroup
		start := time.Now()
		for i := range 200 {
			fleet.Go(func() {
				o := p.Read(t.Context(), "rds_errorlog", map[string]any{
					"instance_name": "fleet-0001", "levels": []any{"ERROR"},
				})
				if len(o.Diagnostics) > 0 {
					t.Errorf("object %d: got %q, want no diagnostics", i, o.Diagnostics)
				}
			})
		}
		fleet.Wait()
		if n := c.Count("login"); n != 1 {
			t.Errorf("got %d logins, want 1", n)
		}
		if took := time.Since(start); took > 90*time.Second {
			t.Errorf("it took %s, want at most 90s", took)
		}
	})
}

// TestListing_Ending: a caller that comes while a listing is being ended gets one of its own.
func TestListing_Ending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		cloud, hung := c.Transport(), false
		c.Outside.Network = rdstest.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			if !hung && strings.HasSuffix(req.URL.Path, "/instances") {
				hung = true
				<-req.Context().Done()
				time.Sleep(50 * time.Millisecond) // as a connection that is slow to close
				return nil, req.Context().Err()
			}
			return cloud.RoundTrip(req)
		})
		p := configured(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		var late sync.WaitGroup
		late.Go(func() {
			time.Sleep(time.Second + 10*time.Millisecond)
			if o := p.Read(t.Context(), dataSource, named("orders")); len(o.Diagnostics) > 0 {
				t.Errorf("got %q, want the late caller to list anew", o.Diagnostics)
			}
		})
		onlyDiagnostic(t, p.Read(ctx, dataSource, named("orders")).Diagnostics, "Error: Unable to find DB instance\n\nInterrupted", "")
		late.Wait()
	})
}
