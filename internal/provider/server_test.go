// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestCalls: a call is counted while it runs, and not after it.
func TestCalls(t *testing.T) {
	type call func(p *rdstest.Protocol, ctx context.Context, name string, arguments map[string]any) rdstest.Outcome
	each(t, func(t *testing.T, o object) {
		kinds := map[string]call{"data source": (*rdstest.Protocol).Read}
		if !o.dataOnly {
			kinds["ephemeral resource"] = (*rdstest.Protocol).Open
		}
		for kind, call := range kinds {
			t.Run(kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := rdstest.New(t)
					calls := new(provider.Calls)
					cloud.Outside.Calls = calls
					cloud.Inject(rdssim.Fault{Kind: o.calls, Times: 1, Handler: hung})
					idle := make(chan bool, 1)
					time.AfterFunc(time.Second, func() { idle <- calls.Idle() })
					p := cloud.Protocol(t)
					p.Configure(t.Context(), nil)
					call(p, t.Context(), o.name, o.arguments(rdssim.InstanceHealthy))
					if <-idle {
						t.Error("Idle is true during a call, want false")
					}
					if !calls.Idle() {
						t.Error("Idle is false after a call, want true")
					}
				})
			})
		}
	})
}
