// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// logDownload is what differs between the objects that export a log.
type logDownload struct {
	log        rds.Log
	name       string // of the objects, after the provider's name
	noun       string // the log in a sentence
	page       string // in the documentation of the API
	permission string // that the export needs
	summarizes bool   // the action shows what broke in the files: only an error log's lines are errors
}

// errorLogDownload is rds_errorlog_download.
var errorLogDownload = logDownload{
	log: rds.ErrorLog, name: "_errorlog_download", noun: "error log",
	page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
		"log_information_queries/obtaining_error_log_links.html",
	permission: `rds:log:download ("Downloading a database error log")`,
	summarizes: true,
}

// slowLogDownload is rds_slowlog_download.
var slowLogDownload = logDownload{
	log: rds.SlowLog, name: "_slowlog_download", noun: "slow query log",
	page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
		"log_information_queries/obtaining_links_for_downloading_slow_query_logs.html",
	permission: "rds:log:download",
}

// defaultLinksTimeout is long: exports take 10 to 20 s in the examples of the cloud's documentation.
const defaultLinksTimeout = 10 * time.Minute

// logArguments are the arguments of all kinds but their timeouts.
type logArguments struct {
	attribute.InstanceModel
	PollMethod   types.String `tfsdk:"poll_method"`
	PollInterval types.String `tfsdk:"poll_interval"`
}

// waitOptions returns the options of a wait. The arguments must be valid.
func (l logDownload) waitOptions(ctx context.Context, a logArguments, timeout time.Duration) rds.WaitOptions {
	interval, _ := time.ParseDuration(a.PollInterval.ValueString()) // 0 if it is not set
	return rds.WaitOptions{
		Log:        l.log,
		InstanceID: a.InstanceID.ValueString(),
		Method:     rds.PollMethod(a.PollMethod.ValueString()),
		Interval:   interval,
		Timeout:    timeout,
		Report:     logProgress(ctx, l.noun),
	}
}

// tried describes a wait for links, for the texts of diagnostics.
func (l logDownload) tried() diagnose.Tried {
	return diagnose.Tried{
		Export:     true,
		Unable:     "obtain " + l.noun + " links",
		Request:    "export the " + l.noun + " of",
		Page:       l.page,
		Permission: l.permission,
	}
}

// object has the data source and the ephemeral resource.
func (l logDownload) object() *logObject {
	return &logObject{
		name: l.name,
		answers: "Retrieves download links for the " + l.noun + " of one RDS for PostgreSQL instance: starts the export, waits " +
			"until it is done, and returns a link for every file.\n\n" +
			"Each read starts an export, or finds one that is some minutes old. A plan takes as long as the export: 10 to 20 seconds in " +
			"the examples of the cloud's documentation. **A link is a secret**: whoever has it can read the log. It is stored in the state " +
			"in clear text until the next read, and in a saved plan, but expires about five minutes after the read.",
		keeps: "Retrieves download links for the " + l.noun + " of one RDS for PostgreSQL instance, as the data source of this " +
			"name does, and keeps them out of plan and state: a link exists in memory only, for as long as the run needs it.",
		empty:           "`list` is empty, `status` is null and `link_count` is 0",
		tried:           l.tried(),
		timeout:         defaultLinksTimeout,
		download:        l,
		attributes:      logDownloadAttributes,
		dataSourceModel: func() logDataSourceModel { return new(logDownloadDataSourceModel) },
		ephemeralModel:  func() logModel { return new(logDownloadModel) },
	}
}

// logDownloadModel is the model of the ephemeral resource.
type logDownloadModel struct {
	logArguments
	logResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

type logDownloadDataSourceModel struct {
	logDownloadModel
	attribute.ToleranceModel
}

// check returns nothing: the arguments do not depend on each other.
func (m *logDownloadModel) check(context.Context, time.Time) diag.Diagnostics { return nil }

func (m *logDownloadModel) read(ctx context.Context, q *logQuery) (warnings diag.Diagnostics, _ diagnose.Tried, _ error) {
	var export *rds.Export
	try, err := q.ask(ctx, &m.InstanceModel, m.Timeouts, func(ctx context.Context, left time.Duration) (err error) {
		export, err = q.client.rds.WaitForExport(ctx, q.download.waitOptions(ctx, m.logArguments, left))
		return err
	})
	m.logResults = mapExport(export)
	if err == nil {
		warnings = q.download.warnings(q.client, try.Who(), export, goodLinks)
	}
	return warnings, try, err
}

const goodLinks = "The other links are good. To stop here instead, add a postcondition on status."

// logResults are the attributes that a data source and an ephemeral resource return.
type logResults struct {
	Status    types.String `tfsdk:"status"`
	LinkCount types.Int64  `tfsdk:"link_count"`
	List      types.List   `tfsdk:"list"`
}

// mapExport returns the attributes for an export. Nil is an export that failed.
func mapExport(export *rds.Export) logResults {
	if export == nil {
		export = &rds.Export{}
	}
	list := attribute.List(logFileAttributes(), export.Files, func(f rds.ExportFile) map[string]attr.Value {
		return map[string]attr.Value{
			"workflow_id": attribute.Text(f.WorkflowID),
			"file_name":   attribute.Text(f.FileName),
			"status":      attribute.Text(f.Status),
			"file_size":   types.Int64PointerValue(f.Size),
			"file_link":   attribute.Link(f.Link),
			"created_at":  attribute.Instant(f.CreatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"updated_at":  attribute.Instant(f.UpdatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"expires_at":  attribute.Instant(f.ExpiresAt, time.RFC3339),
		}
	})
	return logResults{Status: attribute.Text(export.Status), LinkCount: types.Int64Value(export.Count), List: list}
}

// warnings are about what an export lacks and about links without TLS. others is a sentence about the files that are there.
func (l logDownload) warnings(c *client, instance string, export *rds.Export, others string) diag.Diagnostics {
	diags := diagnose.ExportWarnings(l.noun, instance, export, others)
	if c.encrypted { // without it, there is a warning already
		diags.Append(diagnose.LinkWarnings(l.noun, instance, export)...)
	}
	return diags
}

// logArgumentAttributes are the arguments of all kinds of object.
func logArgumentAttributes() map[string]schema.Attribute {
	attributes := attribute.InstanceAttributes("It must be an RDS for PostgreSQL instance that works properly.")
	maps.Copy(attributes, map[string]schema.Attribute{
		"poll_method": schema.StringAttribute{
			MarkdownDescription: "How to find out whether the export is done. `repeat` (default) requests the links until they are " +
				"available. `task` polls the export's task and then requests the links; if the task cannot be polled, it continues as " +
				"`repeat`. To poll tasks needs another permission.",
			Optional:   true,
			Validators: []validator.String{stringvalidator.OneOf(string(rds.PollRepeat), string(rds.PollTask))},
		},
		"poll_interval": schema.StringAttribute{
			MarkdownDescription: "A fixed pause between two polls, as a [duration](https://pkg.go.dev/time#ParseDuration) from `1s` to " +
				"`5m`. Without it, the pause grows with the time already waited, from 2 to 30 seconds.",
			Optional:   true,
			Validators: []validator.String{attribute.PollInterval()},
		},
	})
	return attributes
}

// logDownloadAttributes are the arguments and results of the data source and the ephemeral resource.
func logDownloadAttributes() map[string]schema.Attribute {
	attributes := logArgumentAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"status": schema.StringAttribute{
			MarkdownDescription: "`FINISH`: all files are available. `FAILED`: some files failed and others are available; a " +
				"`postcondition` can make this an error. An export in which all files failed is always an error.",
			Computed: true,
		},
		"link_count": schema.Int64Attribute{
			MarkdownDescription: "Number of links, as counted by the API (its `count`, a word that Terraform reserves).",
			Computed:            true,
		},
		"list": schema.ListNestedAttribute{
			MarkdownDescription: "All files of the export, available or failed, in the API's order: one for each node or part of the log. " +
				"Empty if the instance has logged nothing.",
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: logFileAttributes()},
		},
	})
	return attributes
}

func logFileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"workflow_id": schema.StringAttribute{
			MarkdownDescription: "ID of the task that created the file. Files of one export may share it.",
			Computed:            true,
		},
		"file_name": schema.StringAttribute{
			MarkdownDescription: "Name of the file, as assigned by the cloud. It has no extension; the content is text and may be compressed. " +
				"Characters that a screen would not show are replaced by `?`.",
			Computed: true,
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`SUCCESS`: the file has a link. `FAILED`: it will not get one.",
			Computed:            true,
		},
		"file_size": schema.Int64Attribute{
			MarkdownDescription: "Size of the file in bytes. Null, with a warning, if the API sent no number. Can be 0 for a file that is " +
				"not empty.",
			Computed: true,
		},
		"file_link": schema.StringAttribute{
			MarkdownDescription: "Link for downloading the file with a plain GET, without a token. It expires at `expires_at`, usually five " +
				"minutes after the read. Null for a file that failed.",
			Computed:  true,
			Sensitive: true,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the file was created, according to the API: RFC 3339, in UTC, with milliseconds.",
			Computed:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
		"updated_at": schema.StringAttribute{
			MarkdownDescription: "When the file was last changed, according to the API: RFC 3339, in UTC, with milliseconds. Null if the " +
				"API does not send it.",
			Computed:   true,
			CustomType: timetypes.RFC3339Type{},
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "When the link expires, read from the link itself: RFC 3339, in UTC. Null if the link does not have it.",
			Computed:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
	}
}
