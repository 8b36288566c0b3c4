// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// errorLog is rds_errorlog.
var errorLog = &logObject{
	name: "_errorlog",
	answers: "Answers what broke in the last minutes: reads the rows of the error log of one RDS for PostgreSQL instance by " +
		"time and level, and groups what is alike, worst first. It starts no export and takes a second or less.\n\n" +
		"**The text of a row can hold people's data.** `entries` is stored in the state in clear text; the ephemeral resource of this " +
		"name stores nothing.",
	keeps: "Answers what broke in the last minutes, as the data source of this name does, and keeps the rows out of plan " +
		"and state: they exist in memory only, for as long as the run needs them.",
	empty: "`summary` and `entries` are empty, and `complete` is false",
	tried: diagnose.Tried{
		Unable:  "read error log",
		Request: "read the error log of",
		Page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
			"log_information_queries/querying_database_error_logs.html",
		Permission: "rds:log:list",
		TooLong: "Statements that are megabytes long make an answer too long. Ask for a shorter time, or read the whole log with " +
			"rds_errorlog_download. ",
	},
	timeout:         defaultReadTimeout,
	attributes:      errorLogAttributes,
	dataSourceModel: func() logDataSourceModel { return new(errorLogDataSourceModel) },
	ephemeralModel:  func() logModel { return new(errorLogModel) },
}

// errorLogLevels are the levels that the API knows.
var errorLogLevels = []string{"ALL", "INFO", "LOG", "WARNING", "ERROR", "FATAL", "PANIC", "NOTE"}

var defaultLevels = []string{"ERROR", "FATAL", "PANIC"}

// errorLogModel is the model of the ephemeral resource. The window has two more results.
type errorLogModel struct {
	attribute.InstanceModel
	attribute.WindowArguments
	Levels types.Set `tfsdk:"levels"`
	errorLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

type errorLogDataSourceModel struct {
	errorLogModel
	attribute.ToleranceModel
}

type errorLogResults struct {
	Summary  types.List `tfsdk:"summary"`
	Entries  types.List `tfsdk:"entries"`
	Complete types.Bool `tfsdk:"complete"`
}

func (m *errorLogModel) check(ctx context.Context, now time.Time) diag.Diagnostics {
	_, diags := m.Window(ctx, now)
	diags.Append(validateLevels(m.Levels)...)
	return diags
}

func (m *errorLogModel) read(ctx context.Context, q *logQuery) (warnings diag.Diagnostics, _ diagnose.Tried, _ error) {
	var rows *rds.Rows
	window, _ := m.Window(ctx, q.now)
	try, err := q.ask(ctx, &m.InstanceModel, m.Timeouts, func(ctx context.Context, left time.Duration) (err error) {
		ctx, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		rows, err = q.client.rds.ErrorLogRows(ctx, rds.RowsQuery{
			InstanceID: m.InstanceID.ValueString(), Start: window.Start, End: window.End, Levels: levelsOf(ctx, m.Levels),
		})
		return err
	})
	m.WindowArguments = m.WithTimes(window)
	m.errorLogResults = mapRows(rows)
	return incomplete(try.Who(), rows), try, err
}

// validateLevels checks the elements that are known.
func validateLevels(levels types.Set) diag.Diagnostics {
	var diags diag.Diagnostics
	if levels.IsNull() || levels.IsUnknown() {
		return diags
	}
	at := path.Root("levels")
	if len(levels.Elements()) == 0 {
		diags.AddAttributeError(at, "Invalid Attribute Value", "Attribute levels must have at least one level. Leave it out for the default.")
	}
	for _, element := range levels.Elements() {
		if level, ok := element.(types.String); ok && !level.IsUnknown() && !slices.Contains(errorLogLevels, level.ValueString()) {
			diags.AddAttributeError(at, "Invalid Attribute Value", fmt.Sprintf("Attribute levels must hold only %s, got: %q.",
				strings.Join(errorLogLevels, ", "), attribute.Excerpt(level.ValueString())))
		}
	}
	return diags
}

// levelsOf returns levels that are valid, or the default.
func levelsOf(ctx context.Context, levels types.Set) []string {
	if levels.IsNull() {
		return defaultLevels
	}
	var names []string
	_ = levels.ElementsAs(ctx, &names, false) // they are valid texts
	return names
}

// mapRows returns the attributes for rows. Nil is a read that failed.
func mapRows(rows *rds.Rows) errorLogResults {
	if rows == nil {
		rows = &rds.Rows{}
	}
	var groups pglog.Collector
	for _, r := range rows.Rows {
		groups.Add(pglog.ParseRow(r.Time, r.Level, r.Content))
	}
	entries := attribute.List(entryAttributes(), rows.Rows, func(r rds.Row) map[string]attr.Value {
		return map[string]attr.Value{
			"time":    attribute.Second(r.Time),
			"level":   attribute.Text(r.Level),
			"content": types.StringValue(r.Content),
		}
	})
	return errorLogResults{
		Summary:  attribute.GroupList(groups.Summary().Groups),
		Entries:  entries,
		Complete: types.BoolValue(rows.Complete),
	}
}

// incomplete returns a warning if the API cut a level off.
func incomplete(who string, rows *rds.Rows) diag.Diagnostics {
	if rows == nil || rows.Complete {
		return nil
	}
	var lines []string
	for _, level := range slices.Sorted(maps.Keys(rows.Since)) {
		name, since := level, "an unknown time"
		if name == "" {
			name = "ALL"
		}
		if at := rows.Since[level]; !at.IsZero() {
			since = at.UTC().Format(time.RFC3339)
		}
		lines = append(lines, fmt.Sprintf("%s: from %s on", name, since))
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Error log is not complete", fmt.Sprintf(
		"The API returns only the newest 2,000 rows of a level. Of DB instance %s these rows are there:\n\n%s\n\nWhat happened before is "+
			"missing in entries and summary. Ask for a shorter time, or read the whole log with rds_errorlog_download.",
		who, diagnose.Indented(lines)))}
}

// errorLogAttributes are the arguments and results of the data source and the ephemeral resource.
func errorLogAttributes() map[string]schema.Attribute {
	attributes := attribute.InstanceAttributes("It must be an RDS for PostgreSQL instance.")
	maps.Copy(attributes, attribute.WindowAttributes())
	maps.Copy(attributes, map[string]schema.Attribute{
		"levels": schema.SetAttribute{
			MarkdownDescription: "Levels to read: `ERROR`, `FATAL`, `PANIC`, `LOG`, `WARNING`, `INFO`, `NOTE`, or `ALL` of them. One request " +
				"for each. Default: `[\"ERROR\", \"FATAL\", \"PANIC\"]`. PostgreSQL reports a crash and a restart with level `LOG`: add it to " +
				"see them.",
			Optional:    true,
			ElementType: types.StringType,
		},
		"summary": schema.ListNestedAttribute{
			MarkdownDescription: "What broke: groups of rows that are alike, worst first. Empty if nothing broke. PostgreSQL's messages are in " +
				"it without their values, so it is not sensitive; of an application's own messages, [some text can be in " +
				"it](../guides/classes.md#what-a-group-can-show).",
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: attribute.GroupAttributes()},
		},
		"entries": schema.ListNestedAttribute{
			MarkdownDescription: "The rows themselves, oldest first.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: entryAttributes()},
		},
		"complete": schema.BoolAttribute{
			MarkdownDescription: "Whether all rows are there. The API returns only the newest 2,000 rows of a level; if there are more, this " +
				"is `false`, and a warning has the time from which on the rows are there.",
			Computed: true,
		},
	})
	return attributes
}

func entryAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"time": schema.StringAttribute{
			MarkdownDescription: "When it was logged: RFC 3339, in UTC, to the second. Null if the API sent no readable time.",
			Computed:            true,
		},
		"level": schema.StringAttribute{MarkdownDescription: "The level, in upper case. Null if the API sent none.", Computed: true},
		"content": schema.StringAttribute{
			MarkdownDescription: "The text as the API sent it. It can hold statements with people's data, so it is sensitive.",
			Computed:            true,
			Sensitive:           true,
		},
	}
}
