// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// logDownload is what differs between the objects of two logs. All objects of a log have the same name: a data source,
// an ephemeral resource and an action.
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
	instanceModel
	PollMethod   types.String `tfsdk:"poll_method"`
	PollInterval types.String `tfsdk:"poll_interval"`
}

// validate checks arguments that were unknown when Terraform asked for validation.
func (a logArguments) validate(ctx context.Context) diag.Diagnostics {
	diags := a.instanceModel.validate(ctx)
	diags.Append(validateLate(ctx, path.Root("poll_method"), a.PollMethod, pollMethodValidators())...)
	diags.Append(validateLate(ctx, path.Root("poll_interval"), a.PollInterval, pollIntervalValidators())...)
	return diags
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
func (l logDownload) tried(c *client, a logArguments, timeoutName string) tried {
	return tried{
		export:      true,
		unable:      "obtain " + l.noun + " links",
		request:     "export the " + l.noun + " of",
		noun:        l.noun,
		page:        l.page,
		permission:  l.permission,
		instance:    a.InstanceID.ValueString(),
		name:        a.InstanceName.ValueString(),
		argument:    a.argument(),
		timeoutName: timeoutName,
		project:     c.project,
	}
}

// obtain waits for an export, for a data source and an ephemeral resource. A name is replaced by its ID first. tried is for
// the texts of diagnostics.
func (l logDownload) obtain(
	ctx context.Context, c *client, a *logArguments, timeoutName string, timeout time.Duration,
) (*rds.Export, tried, error) {
	ctx, stop := c.interruptible(withRetryReport(withRequestLog(ctx), nil))
	defer stop()
	start := time.Now()
	if try, err := a.resolve(ctx, c, timeoutName, timeout); err != nil {
		return nil, try, err
	}
	export, err := c.rds.WaitForExport(ctx, l.waitOptions(ctx, *a, remaining(timeout, start)))
	return export, l.tried(c, *a, timeoutName), err
}

// logResults are the attributes that a data source and an ephemeral resource return.
type logResults struct {
	Status    types.String `tfsdk:"status"`
	LinkCount types.Int64  `tfsdk:"link_count"`
	List      types.List   `tfsdk:"list"`
}

// logFileTypes are the attributes of an entry of list.
var logFileTypes = map[string]attr.Type{
	"workflow_id": types.StringType,
	"file_name":   types.StringType,
	"status":      types.StringType,
	"file_size":   types.Int64Type,
	"file_link":   types.StringType,
	"created_at":  timetypes.RFC3339Type{},
	"updated_at":  timetypes.RFC3339Type{},
	"expires_at":  timetypes.RFC3339Type{},
}

// mapExport returns the attributes for an export. Nil is an export that failed: the list is empty, not null, so that
// list[*] works.
func mapExport(export *rds.Export) logResults {
	if export == nil {
		export = &rds.Export{}
	}
	entries := make([]attr.Value, 0, len(export.Files))
	for _, f := range export.Files {
		entries = append(entries, types.ObjectValueMust(logFileTypes, map[string]attr.Value{
			"workflow_id": text(f.WorkflowID),
			"file_name":   text(f.FileName),
			"status":      text(f.Status),
			"file_size":   types.Int64PointerValue(f.Size),
			"file_link":   link(f.Link),
			"created_at":  instant(f.CreatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"updated_at":  instant(f.UpdatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"expires_at":  instant(f.ExpiresAt, time.RFC3339),
		}))
	}
	return logResults{
		Status:    text(export.Status),
		LinkCount: types.Int64Value(export.Count),
		List:      types.ListValueMust(types.ObjectType{AttrTypes: logFileTypes}, entries),
	}
}

// text returns a server's text, safe to show, or null if the server sent nothing.
func text(s string) types.String { return link(apierror.Printable(s)) }

// link returns a link unchanged, since its signature covers each character, or null.
func link(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// instant returns a time, or null. The type's own constructor would cut off the milliseconds.
func instant(t time.Time, layout string) timetypes.RFC3339 {
	if t.IsZero() {
		return timetypes.NewRFC3339Null()
	}
	return timetypes.NewRFC3339ValueMust(t.UTC().Format(layout))
}

// warnings returns a warning for each thing that an export lacks. others is a sentence about the files that are there.
func (l logDownload) warnings(c *client, instance string, export *rds.Export, others string) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(export.Files) == 0 {
		diags.AddWarning("No "+l.noun+" files", fmt.Sprintf("The cloud finished the export for DB instance %s and listed no file.\n\n"+
			"The instance may have logged nothing yet. Run it again later.", instance))
	}
	if missing := missingFiles(export); len(missing) > 0 {
		diags.AddWarning("Some "+l.noun+" files are missing", missingText(instance, export, missing)+others)
	}
	// The API's page does not define whether a failed file counts.
	if n := export.Count; n != int64(len(export.Files)) && n != int64(export.Links()) {
		diags.AddWarning(capital(l.noun)+" links do not add up", fmt.Sprintf("The cloud counted %d links for DB instance %s but "+
			"listed %d. Attribute list has all that were listed.\n\n%s", n, instance, len(export.Files), labelled("Request ID", export.RequestID)))
	}
	if unknown := unknownSizes(export); len(unknown) > 0 {
		diags.AddWarning("Unknown size of "+l.noun+" files", "The cloud gave these sizes, which are not numbers of bytes, so file_size is "+
			"null. The links are good.\n\n"+indented(unknown))
	}
	// If the API's own URL has no TLS, there is a warning already.
	if c.encrypted && slices.ContainsFunc(export.Files, func(f rds.ExportFile) bool { return settings.Unencrypted(f.Link) }) {
		diags.AddWarning("Requests are not encrypted", fmt.Sprintf("A link to the %s of DB instance %s begins with http://: "+
			"anyone between here and the cloud can read the log. The cloud's own links begin with https://.", l.noun, instance))
	}
	return diags
}

// unknownSizes returns a line for each file whose size is not a number.
func unknownSizes(export *rds.Export) []string {
	var lines []string
	for _, f := range export.Files {
		if f.SizeText != "" && f.Link != "" {
			lines = append(lines, fmt.Sprintf("%s: %q", fileName(f), f.SizeText))
		}
	}
	return lines
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
