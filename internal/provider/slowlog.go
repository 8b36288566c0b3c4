// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// slowLog is rds_slowlog.
var slowLog = &logObject{
	name: "_slowlog",
	answers: "Answers which statements are slow: reads the statistics of the slow query log of one RDS for PostgreSQL " +
		"instance, worst first. It starts no export and takes a second or less.\n\n" +
		"**The text of a statement can hold people's data.** It is stored in the state in clear text; the ephemeral resource of this " +
		"name stores nothing.",
	keeps: "Answers which statements are slow, as the data source of this name does, and keeps the statements out of plan " +
		"and state: they exist in memory only, for as long as the run needs them.",
	empty: "`statements` is empty, and `total` is null",
	tried: diagnose.Tried{
		Unable:  "read slow statements",
		Request: "read the slow statements of",
		Page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3.1_recommended/" +
			"querying_slow_query_log_statistics.html",
		Permission: "rds:log:list",
		TooLong: "Statements that are megabytes long make an answer too long. Lower limit, ask for a shorter time, or read the whole log " +
			"with rds_slowlog_download. ",
	},
	timeout:         defaultReadTimeout,
	attributes:      slowLogAttributes,
	dataSourceModel: func() logDataSourceModel { return new(slowLogDataSourceModel) },
	ephemeralModel:  func() logModel { return new(slowLogModel) },
}

const defaultStatements = 20

// slowSorts are the values of sort_by.
var slowSorts = map[string]rds.SlowSort{"count": rds.SortByCount, "time": rds.SortByTime}

// slowLogModel is the model of the ephemeral resource. The window has two more results.
type slowLogModel struct {
	attribute.InstanceModel
	attribute.WindowArguments
	SortBy   types.String `tfsdk:"sort_by"`
	Limit    types.Number `tfsdk:"limit"`
	Database types.String `tfsdk:"database"`
	slowLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

type slowLogDataSourceModel struct {
	slowLogModel
	attribute.ToleranceModel
}

type slowLogResults struct {
	Statements types.List  `tfsdk:"statements"`
	Total      types.Int64 `tfsdk:"total"`
}

func (m *slowLogModel) check(ctx context.Context, now time.Time) diag.Diagnostics {
	_, diags := m.Window(ctx, now)
	return diags
}

func (m *slowLogModel) read(ctx context.Context, q *logQuery) (warnings diag.Diagnostics, _ diagnose.Tried, _ error) {
	var statements []rds.SlowStatement
	total := int64(-1)
	window, _ := m.Window(ctx, q.now)
	try, err := q.ask(ctx, &m.InstanceModel, m.Timeouts, func(ctx context.Context, left time.Duration) (err error) {
		ctx, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		statements, total, err = q.client.rds.SlowStatements(ctx, rds.SlowQuery{
			InstanceID: m.InstanceID.ValueString(), Start: window.Start, End: window.End,
			Sort: slowSorts[m.SortBy.ValueString()], Limit: m.limit(), Database: m.Database.ValueString(),
		})
		return err
	})
	m.WindowArguments = m.WithTimes(window)
	m.slowLogResults = mapStatements(statements, total)
	if err == nil && len(statements) == 0 {
		warnings = m.nothingSlow(try.Who(), window)
	}
	return warnings, try, err
}

// limit returns the limit, which is validated, or the default.
func (m *slowLogModel) limit() int {
	if m.Limit.IsNull() {
		return defaultStatements
	}
	n, _ := m.Limit.ValueBigFloat().Int64()
	return int(n)
}

// mapStatements returns the attributes for statements. total is -1 if it is not known.
func mapStatements(statements []rds.SlowStatement, total int64) slowLogResults {
	list := attribute.List(statementAttributes(), statements, func(s rds.SlowStatement) map[string]attr.Value {
		return map[string]attr.Value{
			"statement":    attribute.Link(s.Statement), // unchanged: to be searched for in the program
			"count":        types.Int64PointerValue(s.Count),
			"share":        types.Float64PointerValue(s.Share),
			"average_time": types.Float64PointerValue(s.AverageTime),
			"database":     attribute.Text(s.Database),
			"user":         attribute.Text(s.Users),
			"client":       attribute.Text(s.Client),
			"type":         attribute.Text(s.Type),
		}
	})
	results := slowLogResults{Statements: list, Total: types.Int64Null()}
	if total >= 0 {
		results.Total = types.Int64Value(total)
	}
	return results
}

// nothingSlow returns a warning for an answer without statements: it has the same form if the cloud cannot read the log.
func (m *slowLogModel) nothingSlow(who string, w attribute.Window) diag.Diagnostics {
	where := ""
	if !m.Database.IsNull() {
		where = fmt.Sprintf(" in database %q", apierror.Printable(m.Database.ValueString()))
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("No slow statements", fmt.Sprintf(
		"The cloud lists no slow statement of DB instance %s%s from %s to %s.\n\nIf there should be some, look at two parameters of the "+
			"instance. log_min_duration_statement decides what is slow; -1 means that nothing is logged. log_statement must not be all: the "+
			"log then has another form, which the cloud cannot parse. rds_slowlog_download has the log as it is.",
		who, where, w.Start.UTC().Format(time.RFC3339), w.End.UTC().Format(time.RFC3339)))}
}

// databaseRule refuses what the API's page excludes.
var databaseRule = attribute.TextRule{
	Must:  "must be the name of a database, without any of < > &",
	Check: func(name string) (hint string, good bool) { return "", name != "" && !strings.ContainsAny(name, "<>&") },
}

// slowLogAttributes are the arguments and results of the data source and the ephemeral resource.
func slowLogAttributes() map[string]schema.Attribute {
	attributes := attribute.InstanceAttributes("It must be an RDS for PostgreSQL instance.")
	maps.Copy(attributes, attribute.WindowAttributes())
	maps.Copy(attributes, map[string]schema.Attribute{
		"sort_by": schema.StringAttribute{
			MarkdownDescription: "What the first statements are: `count` (default), those that were slow most often, or `time`, those with " +
				"the longest average time.",
			Optional:   true,
			Validators: []validator.String{stringvalidator.OneOf("count", "time")},
		},
		"limit": schema.NumberAttribute{
			MarkdownDescription: fmt.Sprintf("How many statements to return at most, from 1 to %d. Default: %d. One request for every 100.",
				rds.MaxSlowStatements, defaultStatements),
			Optional:   true,
			Validators: []validator.Number{attribute.WholeNumber(1, rds.MaxSlowStatements)},
		},
		"database": schema.StringAttribute{
			MarkdownDescription: "Only statements of this database. Default: those of all databases.",
			Optional:            true,
			Validators:          []validator.String{databaseRule},
		},
		"statements": schema.ListNestedAttribute{
			MarkdownDescription: "The slow statements, worst first in the order of `sort_by`. Executions of a statement that differ only in " +
				"values are counted together. What the cloud sends in a form that cannot be read is null.",
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: statementAttributes()},
		},
		"total": schema.Int64Attribute{
			MarkdownDescription: "How many slow statements there are, with those beyond `limit`. Null if the API sent no number.",
			Computed:            true,
		},
	})
	return attributes
}

func statementAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"statement": schema.StringAttribute{
			MarkdownDescription: "The statement, with `N` in place of its values. The cloud can be set to show values, so it is sensitive.",
			Computed:            true,
			Sensitive:           true,
		},
		"count": schema.Int64Attribute{MarkdownDescription: "How often it was slow.", Computed: true},
		"share": schema.Float64Attribute{
			MarkdownDescription: "Its part of all slow executions, in percent.",
			Computed:            true,
		},
		"average_time": schema.Float64Attribute{MarkdownDescription: "How long it took on average, in seconds.", Computed: true},
		"database": schema.StringAttribute{
			MarkdownDescription: "The database. The cloud escapes special characters, such as `&lt;` for `<`.",
			Computed:            true,
		},
		"user":   schema.StringAttribute{MarkdownDescription: "The database user.", Computed: true},
		"client": schema.StringAttribute{MarkdownDescription: "The client's address, which the cloud may mask with `*`.", Computed: true},
		"type":   schema.StringAttribute{MarkdownDescription: "The kind of statement, in upper case, such as `SELECT`.", Computed: true},
	}
}
