// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// requestLog is the subsystem in which every request to the cloud is logged at level DEBUG: TF_LOG_PROVIDER=DEBUG, or
// TF_LOG, shows it, and TF_LOG_PROVIDER_RDS_REQUESTS=OFF silences it again. It holds no header, query or body, so no
// secret has to be cut out of it.
const requestLog = "requests"

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

func logProgress(ctx context.Context) func(rds.Progress) {
	return func(p rds.Progress) {
		fields := map[string]any{
			"instance_id": p.InstanceID,
			"waited_ms":   p.Waited.Milliseconds(),
			"calls":       p.Calls,
			"status":      p.Status,
		}
		if p.Outage != nil {
			fields["fault"] = apierror.Printable(p.Outage.Error())
		}
		tflog.Info(ctx, "Waiting for the export of the error log", fields)
	}
}
