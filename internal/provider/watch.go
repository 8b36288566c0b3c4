// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// watch follows the requests of one call of Terraform.
type watch struct{ requests atomic.Int64 }

// withWatch returns a context whose requests are counted and whose retries are logged. show, if not nil, shows a line to the
// user for each retry: a retry takes time.
func withWatch(ctx context.Context, show func(string)) (context.Context, *watch) {
	w := new(watch)
	return transport.WithTrace(ctx, transport.Trace{
		Sent: func() { w.requests.Add(1) },
		Retry: func(r transport.Retry) {
			logRetry(ctx, r)
			if show != nil {
				show(fmt.Sprintf("Attempt %d at %s failed (%s). Next attempt in %s.", r.Attempt, r.Host, r.Cause(), span(r.Pause)))
			}
		},
	}), w
}

// sent returns how many requests went to RDS, retries included. Requests of a login do not count.
func (w *watch) sent() int { return int(w.requests.Load()) }

func logRetry(ctx context.Context, r transport.Retry) {
	tflog.Warn(ctx, "Request failed and will be sent again", map[string]any{
		"method": r.Method, "host": r.Host, "path": r.Path, "attempt": r.Attempt, "pause_ms": r.Pause.Milliseconds(), "cause": r.Cause(),
	})
}
