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

// This file is what the data source and the ephemeral resource rds_slowlog share.

const defaultStatements = 20

// slowSorts are the values of sort_by.
var slowSorts = map[string]rds.SlowSort{"count": rds.SortByCount, "time": rds.SortByTime}

// slowLogArguments are the arguments of both kinds but their timeouts.
type slowLogArguments struct {
	attribute.InstanceModel
	attribute.WindowArguments
	SortBy   types.String `tfsdk:"sort_by"`
	Limit    types.Number `tfsdk:"limit"`
	Database types.String `tfsdk:"database"`
}

// slowLogResults are the attributes of both kinds. The window has two more.
type slowLogResults struct {
	Statements types.List  `tfsdk:"statements"`
	Total      types.Int64 `tfsdk:"total"`
}

// slowAnswer is what the API returned.
type slowAnswer struct {
	statements []rds.SlowStatement
	total      int64 // -1: not known
}

// tried describes the request, for the texts of diagnostics.
func (a *slowLogArguments) tried(c *client, timeoutName string) diagnose.Tried {
	return diagnose.Tried{
		Unable:  "read slow statements",
		Request: "read the slow statements of",
		Page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3.1_recommended/" +
			"querying_slow_query_log_statistics.html",
		Permission:  "rds:log:list",
		Instance:    a.InstanceID.ValueString(),
		Name:        a.InstanceName.ValueString(),
		Argument:    a.Argument(),
		TimeoutName: timeoutName,
		Project:     c.project,
		TooLong: "Statements that are megabytes long make an answer too long. Lower limit, ask for a shorter time, or read the whole log " +
			"with rds_slowlog_download. ",
	}
}

// read requests the slow statements of a window. A name is replaced by its ID first. tried is for the texts of diagnostics.
func (a *slowLogArguments) read(
	ctx context.Context, c *client, w attribute.Window, timeoutName string, timeout time.Duration,
) (*slowAnswer, diagnose.Tried, error) {
	ctx, stop := c.interruptible(withRetryReport(withRequestLog(ctx), nil))
	defer stop()
	start := time.Now()
	if try, err := c.resolve(ctx, &a.InstanceModel, timeoutName, timeout); err != nil {
		return nil, try, err
	}
	ctx, cancel := context.WithTimeout(ctx, remaining(timeout, start))
	defer cancel()
	statements, total, err := c.rds.SlowStatements(ctx, rds.SlowQuery{
		InstanceID: a.InstanceID.ValueString(), Start: w.Start, End: w.End,
		Sort: slowSorts[a.SortBy.ValueString()], Limit: a.limit(), Database: a.Database.ValueString(),
	})
	if err != nil {
		return nil, a.tried(c, timeoutName), err
	}
	return &slowAnswer{statements, total}, a.tried(c, timeoutName), nil
}

// limit returns the limit, which is validated, or the default.
func (a *slowLogArguments) limit() int {
	if a.Limit.IsNull() {
		return defaultStatements
	}
	n, _ := a.Limit.ValueBigFloat().Int64()
	return int(n)
}

// statementType is one statement.
var statementType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"statement":    types.StringType,
	"count":        types.Int64Type,
	"share":        types.Float64Type,
	"average_time": types.Float64Type,
	"database":     types.StringType,
	"user":         types.StringType,
	"client":       types.StringType,
	"type":         types.StringType,
}}

// mapStatements returns the attributes for an answer. Nil is a read that failed: the list is empty, not null, so that
// statements[*] works.
func mapStatements(answer *slowAnswer) slowLogResults {
	if answer == nil {
		answer = &slowAnswer{total: -1}
	}
	list := make([]attr.Value, 0, len(answer.statements))
	for _, s := range answer.statements {
		list = append(list, types.ObjectValueMust(statementType.AttrTypes, map[string]attr.Value{
			"statement":    attribute.Link(s.Statement), // unchanged: to be searched for in the program
			"count":        types.Int64PointerValue(s.Count),
			"share":        types.Float64PointerValue(s.Share),
			"average_time": types.Float64PointerValue(s.AverageTime),
			"database":     attribute.Text(s.Database),
			"user":         attribute.Text(s.Users),
			"client":       attribute.Text(s.Client),
			"type":         attribute.Text(s.Type),
		}))
	}
	total := types.Int64Null()
	if answer.total >= 0 {
		total = types.Int64Value(answer.total)
	}
	return slowLogResults{Statements: types.ListValueMust(statementType, list), Total: total}
}

// nothingSlow returns a warning for an answer without statements: it has the same form if the cloud cannot read the log.
func (a *slowLogArguments) nothingSlow(who string, w attribute.Window, answer *slowAnswer) diag.Diagnostics {
	if len(answer.statements) > 0 {
		return nil
	}
	where := ""
	if !a.Database.IsNull() {
		where = fmt.Sprintf(" in database %q", apierror.Printable(a.Database.ValueString()))
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("No slow statements", fmt.Sprintf(
		"The cloud lists no slow statement of DB instance %s%s from %s to %s.\n\nIf there should be some, look at two parameters of the "+
			"instance. log_min_duration_statement decides what is slow; -1 means that nothing is logged. log_statement must not be all: the "+
			"log then has another form, which the cloud cannot parse. rds_slowlog_download has the log as it is.",
		who, where, w.Start.UTC().Format(time.RFC3339), w.End.UTC().Format(time.RFC3339)))}
}

// databaseName refuses what the API's page excludes.
type databaseName struct{}

func (databaseName) Description(context.Context) string {
	return "must be the name of a database, without any of < > &"
}

func (v databaseName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v databaseName) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || value != "" && !strings.ContainsAny(value, "<>&") {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
		fmt.Sprintf("Attribute %s %s, got: %q.", req.Path, v.Description(ctx), attribute.Excerpt(value)))
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
			Validators:          []validator.String{databaseName{}},
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
