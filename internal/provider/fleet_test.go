// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestFleet: 200 instances at once, behind a gateway that lets 40 calls a second through, as with terraform plan
// -parallelism=200. All get their links, with one login, and no goroutine is left.
func TestFleet(t *testing.T) {
	const instances = 200
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		c := rdstest.New(t, rdssim.WithExportDuration(14*time.Second), rdssim.WithGateway(rdssim.Gateway{PerSecond: 40}))
		p := c.Protocol(t)
		if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		start := time.Now()
		var fleet sync.WaitGroup
		for i := range instances {
			fleet.Go(func() {
				o := p.Read(t.Context(), dataSource, map[string]any{"instance_id": rdssim.FleetInstance(i)})
				if o.Values["link_count"] != int64(1) || len(o.Diagnostics) > 0 {
					t.Errorf("instance %d: %q", i, o.Diagnostics)
				}
			})
		}
		fleet.Wait()
		throttled := strings.Count(strings.Join(c.Calls(), "\n"), " 429")
		t.Logf("%d instances: %s, %d calls, %d of them answered 429", instances, time.Since(start), c.Count("rds.errorlog"), throttled)
		if took := time.Since(start); took > 24*time.Second {
			t.Errorf("took %s", took)
		}
		if n := c.Count("login"); n != 1 {
			t.Errorf("%d logins", n)
		}
		if throttled == 0 {
			t.Error("the gateway never complained: the test proves nothing")
		}
	})
}
