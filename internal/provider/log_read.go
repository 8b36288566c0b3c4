// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
)

// logRead is what differs between the objects that read a log by time, without an export: rds_errorlog and rds_slowlog.
// All objects of a log have the same name: a data source and an ephemeral resource.
type logRead struct {
	name       string // of the objects, after the provider's name
	answers    string // describes the data source
	keeps      string // describes the ephemeral resource
	empty      string // describes the results after a failure
	attributes func() map[string]schema.Attribute
	// dataSourceModel and ephemeralModel return pointers to new models.
	dataSourceModel func() logReadDataSourceModel
	ephemeralModel  func() logReadModel

	now func() time.Time
}

// logReadModel is the model of an ephemeral resource, and most of the model of a data source.
type logReadModel interface {
	// check returns what is wrong with arguments that depend on each other or on the time. It leaves out what is not known
	// yet: Terraform validates before it knows every value.
	check(ctx context.Context, now time.Time) diag.Diagnostics
	// read asks the cloud and sets the results: empty ones if there is an error. operation is the one in timeouts. The
	// arguments must be valid.
	read(ctx context.Context, c *client, now time.Time, operation string) (warnings diag.Diagnostics, _ diagnose.Tried, _ error)
}

// logReadDataSourceModel is the model of a data source.
type logReadDataSourceModel interface {
	logReadModel
	Settle(t diagnose.Tried, err error) diag.Diagnostics
}

// defaultReadTimeout is for a few requests. A busy instance is waited for.
const defaultReadTimeout = 2 * time.Minute
