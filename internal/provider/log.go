// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
)

// logObject is what differs between the objects that return something of a log. All objects of a log have the same name:
// a data source, an ephemeral resource, and an action if there are files to save.
type logObject struct {
	name       string         // of the objects, after the provider's name
	answers    string         // describes the data source
	keeps      string         // describes the ephemeral resource
	empty      string         // describes the results after a failure
	tried      diagnose.Tried // describes the request
	timeout    time.Duration  // the default
	download   logDownload    // the log to export; zero if the objects start no export
	attributes func() map[string]schema.Attribute
	// dataSourceModel and ephemeralModel return pointers to new models.
	dataSourceModel func() logDataSourceModel
	ephemeralModel  func() logModel
}

// logObjects are all logs in all forms.
var logObjects = []*logObject{errorLogDownload.object(), slowLogDownload.object(), errorLog, slowLog}

// logModel is the model of an ephemeral resource, and most of the model of a data source.
type logModel interface {
	// check returns what is wrong with arguments that depend on each other or on the time. It leaves out what is not known
	// yet: Terraform validates before it knows every value.
	check(ctx context.Context, now time.Time) diag.Diagnostics
	// read asks the cloud and sets the results: empty ones if there is an error. The arguments must be valid.
	read(ctx context.Context, q *logQuery) (warnings diag.Diagnostics, _ diagnose.Tried, _ error)
}

// logDataSourceModel is the model of a data source.
type logDataSourceModel interface {
	logModel
	Settle(t diagnose.Tried, err error) diag.Diagnostics
}

// configured reads a configuration into a model, and checks it.
func configured(ctx context.Context, config tfsdk.Config, model logModel, now time.Time) diag.Diagnostics {
	diags := config.Get(ctx, model)
	if !diags.HasError() {
		diags.Append(model.check(ctx, now)...)
	}
	return diags
}

// logQuery is one read by a data source or an ephemeral resource.
type logQuery struct {
	*logObject
	client    *client
	now       time.Time
	operation string // the one in timeouts
}

// ask sends a request about one DB instance. A name is replaced by its ID first, and the request gets what is then left of
// the timeout. The result describes what was tried last.
func (q *logQuery) ask(
	ctx context.Context, m *attribute.InstanceModel, timeouts types.Object, request func(ctx context.Context, left time.Duration) error,
) (diagnose.Tried, error) {
	ctx, stop := q.client.interruptible(withRetryReport(withRequestLog(ctx), nil))
	defer stop()
	start, timeout := time.Now(), attribute.TimeoutOf(timeouts, q.operation, q.timeout)
	try, err := q.client.resolve(ctx, q.tried, m, q.operation, timeout)
	if err != nil {
		return try, err
	}
	return try, request(ctx, remaining(timeout, start))
}

// defaultReadTimeout is for a few requests. A busy instance is waited for.
const defaultReadTimeout = 2 * time.Minute
