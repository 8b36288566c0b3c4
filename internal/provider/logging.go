// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// requestLog is the subsystem that logs every request to the cloud at level DEBUG: TF_LOG_PROVIDER=DEBUG or TF_LOG shows
// it, TF_LOG_PROVIDER_RDS_REQUESTS=OFF silences it. It has no header, query or body, so it holds no secret.
const requestLog = "requests"

// withRequestLog returns a context in which requests are logged.
func withRequestLog(ctx context.Context) context.Context {
	return tflog.NewSubsystem(ctx, requestLog, tflog.WithRootFields(), tflog.WithLevelFromEnv("TF_LOG_PROVIDER_RDS_REQUESTS"))
}

func logRequest(e transport.Exchange) {
	fields := map[string]any{
		"method":      e.Method,
		"host":        e.Host,
		"path":        e.Path,
		"duration_ms": e.Duration.Milliseconds(),
	}
	if e.Err != nil {
		fields["error"] = e.Err.Error()
		tflog.SubsystemWarn(e.Context, requestLog, "Request without an answer", fields)
		return
	}
	fields["status"], fields["request_id"] = e.Status, e.RequestID
	tflog.SubsystemDebug(e.Context, requestLog, "Request", fields)
}

// logProgress logs each poll at INFO, and at WARN if the last one failed.
func logProgress(ctx context.Context, noun string) func(rds.Progress) {
	message := "Waiting for the export of the " + noun
	return func(p rds.Progress) {
		fields := map[string]any{
			"instance_id": p.InstanceID,
			"waited_ms":   p.Waited.Milliseconds(),
			"calls":       p.Calls,
			"status":      p.Status,
		}
		if p.Outage == nil {
			tflog.Info(ctx, message, fields)
			return
		}
		fields["fault"] = apierror.Printable(p.Outage.Error())
		tflog.Warn(ctx, message, fields)
	}
}

// withRetryReport returns a context whose retries are logged at WARN. show, if not nil, shows a line to the user for each.
func withRetryReport(ctx context.Context, show func(string)) context.Context {
	return transport.WithTrace(ctx, transport.Trace{Retry: func(r transport.Retry) {
		tflog.Warn(ctx, "Request failed and will be sent again", map[string]any{
			"method": r.Method, "host": r.Host, "path": r.Path,
			"attempt": r.Attempt, "pause_ms": r.Pause.Milliseconds(), "cause": r.Cause(),
		})
		if show != nil {
			show(fmt.Sprintf("Attempt %d at %s failed (%s). Next attempt in %s.", r.Attempt, r.Host, r.Cause(), diagnose.Span(r.Pause)))
		}
	}})
}
