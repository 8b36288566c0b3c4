// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// watch follows the requests of one call of Terraform. The transport finds it in their context.
type watch struct {
	requests atomic.Int64
	show     func(string) // shows a line to the user; nil if there is no way
}

type watchKey struct{}

func withWatch(ctx context.Context, show func(string)) (context.Context, *watch) {
	w := &watch{show: show}
	return context.WithValue(ctx, watchKey{}, w), w
}

// watchOf returns the context's watch. One that nobody reads stands in for none.
func watchOf(ctx context.Context) *watch {
	if w, ok := ctx.Value(watchKey{}).(*watch); ok {
		return w
	}
	return &watch{}
}

// sent returns how many requests went to RDS, retries included. Requests of the login do not count.
func (w *watch) sent() int { return int(w.requests.Load()) }

// count counts a request to RDS: the paths of its API have instances or jobs behind the project.
func (w *watch) count(e transport.Exchange) {
	if strings.Contains(e.Path, "/instances") || strings.HasSuffix(e.Path, "/jobs") {
		w.requests.Add(1)
	}
}

// retried reports a request that failed and will be sent again: it takes time, so the user should see it. Attempt is the
// number of the attempt that failed, from 1.
func (w *watch) retried(ctx context.Context, host string, attempt int, pause time.Duration, cause string) {
	tflog.Warn(ctx, "Request failed and will be sent again", map[string]any{
		"host": host, "attempt": attempt, "pause_ms": pause.Milliseconds(), "cause": cause,
	})
	if w.show != nil {
		w.show(fmt.Sprintf("Attempt %d at %s failed (%s). Next attempt in %s.", attempt, host, cause, span(pause)))
	}
}
